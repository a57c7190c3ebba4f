"""Every fill of a book: filtered, a page at a time, each with its rule, what it earned and a note one can write."""

from datetime import date, datetime, time, timedelta
from html import escape
from zoneinfo import ZoneInfo

from nicegui import ui

from desk.desk import Desk
from desk.orders import Fill, Side
from desk.portfolio import Portfolio
from desk.store import Page
from pages.event import Event
from pages.fill_note import Note
from pages.following import Following
from pages.formats import NONE, format_full, format_price, format_time
from pages.holding import holding
from pages.paged import Paged, table
from pages.portfolio_html import money_html
from pages.trading_words import DONE, WAYS

HEADINGS = {
    'time': 'Time',
    'what': 'Fill',
    'number price': 'Price',
    'number value': 'Value',
    'number fee': 'Fee',
    'number earned': 'After fees',
    'rule': 'Rule',
    'note': 'Note',
}
SIDES = {'': 'All', Side.BUY.value: 'Buys', Side.SELL.value: 'Sells'}
A_PAGE = 50


class Fills(Paged[Page[Fill]]):
    """Newest first. New ones come on top by themselves, but not under a pointer or the keyboard."""

    what = 'fills'

    def __init__(self, desk: Desk, found: Portfolio, page: Page[Fill], changes: Event[[]]) -> None:
        self.desk, self.book, self.profits = desk, found.book, found.profits
        self.rows: dict[tuple[int, str], ui.element] = {}
        with ui.element('section').classes('section').props('aria-label="Fills"') as section:
            ui.html('Fills', tag='h2', sanitize=False)
            self._filters(_choices(found))
            self.words = ui.label().classes('small muted').props('role=status')
            self.body = table('plain every-fill', HEADINGS)
            self.more = ui.button('Older fills', on_click=self.older)
        self.show(page, older=False)
        if found.book.closed is None:
            self.following = Following(changes, self.load, holding(section))

    async def load(self) -> None:
        """Read the newest that pass the filters."""
        found = self.desk.portfolio.now()
        if self.following and found is not None and (choices := _choices(found)) != self.coin.options:
            self.coin.set_options(choices)
        if self.following:
            self.following.stopped = False
        await self.read()

    def _filters(self, coins: dict[str, str]) -> None:
        with ui.element('div').classes('filters'):
            self.coin = ui.select(coins, label='Coin', value='', on_change=self.load)
            with ui.element('div').classes('side'):
                ui.label('Side').classes('small')
                self.side = ui.toggle(SIDES, value='', on_change=self.load).props('role=group aria-label=Side')
            self.start = ui.input('From', on_change=self.load).props('type=date')
            self.end = ui.input('To', on_change=self.load).props('type=date')

    async def page(self, cursor: str) -> Page[Fill]:
        """Some of the fills that pass the filters; raises DeskError."""
        return await self.desk.portfolio.fills(
            self.book.number,
            self.coin.value or '',
            Side(self.side.value) if self.side.value else None,
            self._midnight(self.start.value),
            self._midnight(self.end.value, days=1),
            limit=A_PAGE,
            cursor=cursor,
        )

    def _midnight(self, day: str | None, days: int = 0) -> datetime | None:
        """When a day begins in the chosen zone; None for no day."""
        try:
            chosen = date.fromisoformat(day or '')
        except ValueError:
            return None
        zone = ZoneInfo(self.desk.preference('timezone', 'UTC'))
        return datetime.combine(chosen + timedelta(days=days), time(), zone)

    def show(self, page: Page[Fill], older: bool) -> None:
        """Rows that are there already stay the same elements, so that no click is lost."""
        before, self.cursor = self.rows, page.cursor
        self.rows = dict(before) if older else {}
        for fill in page.items:
            key = fill.id, fill.note
            self.rows[key] = before[key] if key in before else self._row(fill)
        for key in before.keys() - self.rows.keys():
            before[key].delete()
        self.body.default_slot.children = list(self.rows.values())
        self.body.update()
        self.words.set_text('' if self.rows else 'No fill passes the filters.' if self._filtered else 'No fill yet.')
        self.more.set_visibility(bool(page.cursor))

    @property
    def _filtered(self) -> bool:
        return any(field.value for field in (self.coin, self.side, self.start, self.end))

    def _row(self, fill: Fill) -> ui.element:
        zone = self.desk.preference('timezone', 'UTC')
        name = self.desk.broker.name(fill.coin_id)
        with self.body, ui.element('tr').props(f'data-fill={fill.id}') as row:
            for kind, html in self._cells(fill, name, zone):
                ui.html(html, tag='td', sanitize=False).classes(kind)
            with ui.element('td').classes('rule'):
                ui.link(fill.rule, f'/orders/{fill.order_id}').props(f'title="Order {fill.order_id}"')
            with ui.element('td').classes('note'):
                Note(self.desk, fill, f'{DONE[fill.side]} {format_full(fill.size)} {name}')
        return row

    def _cells(self, fill: Fill, name: str, zone: str) -> list[tuple[str, str]]:
        profit = self.profits.get(fill.id)
        side = f'<b class="{WAYS[fill.side]}">{DONE[fill.side]}</b>'
        return [
            ('time', format_time(fill.at, zone)),
            ('what', f'{side} {format_full(fill.size)} <b dir="auto">{escape(name)}</b>'),
            ('number price', f'<span title="{format_full(fill.price)}">{format_price(fill.price)}</span>'),
            ('number value', money_html(fill.value)),
            ('number fee', money_html(fill.fee)),
            ('number earned', NONE if profit is None else money_html(profit, signed=True)),
        ]


def _choices(found: Portfolio) -> dict[str, str]:
    names = sorted(position.name for position in found.positions)
    return {'': 'All coins', **{name: name for name in names}}
