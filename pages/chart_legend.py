"""What the lines of a chart are, in words beside a piece of each. Pure."""

from html import escape

from pages.chart_lines import STYLES
from pages.chart_options import Drawing

BANDS = {'upper', 'lower'}


def legend_html(drawing: Drawing) -> str:
    """A piece of each line with its name; '' where there is nothing but the coin's own candles."""
    shown = [line for line in drawing.told if STYLES[line.id].pane == 'price' and line.id not in BANDS]
    return ''.join(
        f'<span><i class="{STYLES[line.id].stroke}" style="color: var(--{STYLES[line.id].colour})"></i>'
        f'{escape(str(line.label).removesuffix(" middle"))}</span>'
        for line in shown
    )
