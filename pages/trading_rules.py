"""'/trading/rules': the rules by which orders fill, as they are written; and short words of them beside the ticket."""

import re
from pathlib import Path

from nicegui import ui

from desk.desk import Desk
from desk.orders import Kind, Rule
from pages.theme import frame

TEXT = Path(__file__).parents[1] / 'docs' / 'trading-rules.md'
PATH = '/trading/rules'
HINTS = {
    Kind.MARKET: (
        'Takes the quote with slippage while the last price is at most 60 s old; else it waits for the next price.',
        'the-quote',
    ),
    Kind.LIMIT: ('Never worse than its limit. The price must trade through the limit, so it may never fill.', 'fills'),
    Kind.STOP: (
        'Wakes at the stop and takes what the market gives then. After a gap that can be far from it.',
        'fills',
    ),
    Kind.STOP_LIMIT: (
        'Wakes at the stop, then waits at the limit. If the price runs past both, nothing is traded: '
        'a stop-limit does not surely get you out.',
        'fills',
    ),
    Kind.TRAILING_STOP: (
        'Its stop follows the best price at this distance and never goes back; then it fills like a stop.',
        'fills',
    ),
}
POST_ONLY = ' Post only: refused if it would fill at once, so that it rests and pays the maker fee.'
BRACKET = (
    'Once bought, one order sells at the profit and one at the stop; what one sells the other no longer has. '
    'If one price satisfies both, the stop counts.'
)
RULES = {
    Rule.MARKET: 'A market order takes the quote, with slippage: at once while the price is fresh, else at the first '
    'newer price.',
    Rule.MARKETABLE_LIMIT: 'The quote was as good as the limit or better when the order arrived, so it took the quote.',
    Rule.RESTING_LIMIT: 'The price traded through the limit while the order rested there, so it filled at its limit.',
    Rule.STOP: 'The price reached the stop; the order took that price’s quote, with slippage. The stop price says '
    'when, not for how much: a gap is a gap.',
    Rule.TRAILING_STOP: 'The price reached the stop that had followed the best price; the order took that price’s '
    'quote, with slippage.',
}

EXTRAS = ['tables', 'header-ids', 'fenced-code-blocks', 'markdown-in-html']
TABLE = re.compile(r'(?:^\|.*\n)+', re.MULTILINE)
SCROLLS = 'class="scroll" tabindex="0" role="group" aria-label="Table"'


def register(desk: Desk) -> None:
    """Define the page."""

    @ui.page(PATH)
    def page() -> None:
        with frame('Trading rules', desk), ui.element('div').classes('reading'):
            ui.link('Back to trading', '/trading/').classes('small')
            ui.markdown(scrolling(TEXT.read_text(encoding='utf-8')), extras=EXTRAS)


def scrolling(markdown: str) -> str:
    """The same text; a table that is too wide for a phone scrolls by itself, by keyboard too."""
    return TABLE.sub(rf'<div {SCROLLS} markdown="1">\n\n\g<0>\n</div>\n', markdown)


def rules_link(anchor: str, words: str = 'The rule') -> ui.link:
    """A link to the section of the rules that says it in full."""
    return ui.link(words, f'{PATH}#{anchor}', new_tab=True).classes('small')
