"""'/portfolio/counting': how profit is counted, and what each column of the exports is, as they are written down."""

from pathlib import Path

from nicegui import ui

from desk.desk import Desk
from pages.theme import frame

DOCS = Path(__file__).parents[1] / 'docs'
TEXTS = ('portfolio.md', 'exports.md')
PATH = '/portfolio/counting'


def register(desk: Desk) -> None:
    """Define the page."""

    @ui.page(PATH)
    def page() -> None:
        with frame('How it is counted', desk), ui.element('div').classes('reading'):
            ui.link('Back to the portfolio', '/portfolio').classes('small')
            for name in TEXTS:
                ui.markdown((DOCS / name).read_text(encoding='utf-8'), extras=['tables', 'header-ids', 'code-friendly'])
