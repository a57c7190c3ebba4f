"""'/ledger?asset=USD': where did it go? A balance's postings, newest first, each with what there was after it."""

from decimal import Decimal
from html import escape
from urllib.parse import quote as quoted

from nicegui import ui

from desk.desk import Desk
from desk.errors import DeskError
from desk.statement import Entry, Statement, Why
from pages.asked import asked_number, cannot_show
from pages.event import Event
from pages.following import Following
from pages.formats import direction, format_full, format_price, format_time
from pages.holding import holding
from pages.paged import Paged, table
from pages.portfolio_html import book_words, money_html
from pages.theme import PATIENCE, frame
from pages.trading_words import DONE

A_PAGE = 50
HEADINGS = {'time': 'Time', 'what': 'What', 'number': 'Amount', 'number balance': 'Balance after', 'rule': 'Order'}


def register(desk: Desk, changes: Event[[]]) -> None:
    """Define the page. `asset` is the quote currency or a coin, `book` a book's number."""

    @ui.page('/ledger', response_timeout=PATIENCE)
    async def page(asset: str = '', book: str = '') -> None:
        asset = asset.strip() or desk.settings.quote
        try:
            found = await desk.portfolio.statement(asset, asked_number(book, 'book'), A_PAGE)
        except DeskError as error:
            cannot_show(desk, 'Ledger', error)
            return
        with frame(f'{found.asset} ledger', desk), ui.element('div').classes('ledger'):
            Entries(desk, found, changes)


class Entries(Paged[Statement]):
    """The statement in one browser. New entries come on top, but not under a pointer or the keyboard."""

    def __init__(self, desk: Desk, found: Statement, changes: Event[[]]) -> None:
        self.desk, self.asset, self.book = desk, found.asset, found.book
        self.money = found.asset == found.book.quote
        self._head(found)
        self.body = table('plain entries', HEADINGS)
        self.words = ui.label().classes('small muted').props('role=status')
        self.more = ui.button('Older entries', on_click=self.older)
        self.show(found, older=False)
        if found.book.closed is None:
            self.following = Following(changes, self.load, holding(self.body))

    async def load(self) -> None:
        """Read the newest entries; those of the next book where this one was closed."""
        if self.desk.broker.account().book.id != self.book.id:
            ui.navigate.to(f'/ledger?asset={quoted(self.asset, safe="")}')
        else:
            await self.read()

    def _head(self, found: Statement) -> None:
        with ui.element('div').classes('head'):
            ui.html(f'Where did my {escape(found.asset)} go?', tag='h1', sanitize=False)
            with ui.element('div').classes('exports small'):
                ui.link('Portfolio', f'/portfolio?book={found.book.number}' if found.book.closed else '/portfolio')
                ui.link('All postings as CSV', f'/api/export/postings.csv?book={found.book.number}')
        ui.label(
            f'{book_words(found.book)}. The balance is the sum of these postings and nothing else; '
            'each is one side of a transaction that sums to zero.'
        ).classes('small muted')
        with ui.element('div').classes('worth'):
            self.balance = ui.html(tag='span', sanitize=False).classes('equity')

    async def page(self, cursor: str) -> Statement:
        """A part of the statement; raises DeskError."""
        return await self.desk.portfolio.statement(self.asset, self.book.number, A_PAGE, cursor)

    def show(self, page: Statement, older: bool) -> None:
        """The balance stands above its newest entries."""
        if older:
            self._add(page)
        else:
            self._anew(page)

    def _anew(self, found: Statement) -> None:
        self.body.clear()
        self._add(found)
        balance = found.entries[0].balance if found.entries else Decimal(0)
        self.balance.set_content(f'{self._amount(balance)} {escape(found.asset)}')
        self.words.set_text('' if found.entries else f'No {found.asset} has moved in this book.')

    def _add(self, found: Statement) -> None:
        self.cursor = found.cursor
        self.more.set_visibility(bool(found.cursor))
        zone = self.desk.preference('timezone', 'UTC')
        with self.body:
            for entry in found.entries:
                self._row(entry, zone)

    def _row(self, entry: Entry, zone: str) -> None:
        with ui.element('tr').props(f'data-posting={entry.line.id}'):
            ui.html(format_time(entry.line.at, zone), tag='td', sanitize=False).classes('time')
            ui.html(self._what(entry), tag='td', sanitize=False).classes('what')
            way = direction(entry.line.amount)
            ui.html(self._amount(entry.line.amount, signed=True), tag='td', sanitize=False).classes(f'number {way}')
            ui.html(self._amount(entry.balance), tag='td', sanitize=False).classes('number balance')
            with ui.element('td').classes('rule'):
                if entry.fill:
                    order = entry.fill.order_id
                    ui.link(f'#{order}', f'/orders/{order}').props['aria-label'] = f'Order {order}'

    def _what(self, entry: Entry) -> str:
        fill = entry.fill
        if fill is None:
            return 'Opening deposit'
        words = f'{format_full(fill.size)} {escape(self.desk.broker.name(fill.coin_id))} at {format_price(fill.price)}'
        if entry.why is Why.FEE:
            return f'<span class="muted">Fee: {DONE[fill.side].lower()} {words}</span>'
        return f'{DONE[fill.side]} {words}'

    def _amount(self, amount: Decimal, signed: bool = False) -> str:
        if self.money:
            return money_html(amount, signed)
        return ('+' if signed and amount > 0 else '') + format_full(amount).replace('-', '−')
