"""The cells of each book that somebody looks at, rendered once for all browsers and kept up to date."""

from contextlib import suppress
from datetime import datetime
from decimal import Decimal

from desk.acting import whose
from desk.broker.broker import ACCOUNT
from desk.desk import Desk
from desk.errors import DeskError
from desk.portfolio import Portfolio, Position
from pages.board_cells import show_number
from pages.event import Event
from pages.formats import format_full, format_money
from pages.live import Live
from pages.portfolio_html import COLUMNS, EXPLAINED, allocation_html, cash_html, figures, position_html, profit_html

LOOK_EVERY, AGES_EVERY = 0.5, 30.0


class Row:
    """The cells of one position."""

    def __init__(self, live: Live, room: str) -> None:
        self.live = live
        self.cells = {name: live.cell(room, 'span', name) for name in COLUMNS}

    def render(self, position: Position, now: datetime) -> None:
        """What follows from a price, a fill or time."""
        for name, html in position_html(position, now).items():
            self.live.set(self.cells[name], html)


class BookCells:
    """One book: its equity, its figures, its positions by coin."""

    def __init__(self, live: Live, number: int) -> None:
        self.live, self.room = live, f'portfolio-{number}'
        self.equity = live.cell(self.room, 'span', 'equity')
        self.profit, self.cash = live.cell(self.room, 'span', 'profit'), live.cell(self.room, 'span')
        self.figures = {name: live.cell(self.room, 'dd') for name in EXPLAINED}
        self.allocation = live.cell(self.room, 'div', 'allocation')
        self.rows: dict[int, Row] = {}
        self.shown: Decimal | None = None
        self.names: tuple[tuple[int, str, bool], ...] = ()

    @property
    def watched(self) -> bool:
        """Whether any browser shows this book."""
        return self.live.watched(self.equity)

    def render(self, book: Portfolio, now: datetime) -> bool:
        """Show the book as it is; whether other rows are to be shown than before."""
        self._equity(book.equity)
        self.live.set(self.profit, profit_html(book))
        self.live.set(self.cash, cash_html(book))
        self.live.set(self.allocation, allocation_html(book))
        for name, html in figures(book).items():
            self.live.set(self.figures[name], html)
        for position in book.positions:
            self._row(position.coin_id).render(position, now)
        before, self.names = self.names, _names(book)
        return sorted(before) != sorted(self.names)

    def _equity(self, equity: Decimal) -> None:
        text, before = format_money(equity), self.shown
        self.live.set_props(self.equity, title=format_full(equity))
        show_number(
            self.live, self.equity, text, '' if before is None else format_money(before), equity > (before or 0)
        )
        self.shown = equity

    def _row(self, coin_id: int) -> Row:
        row = self.rows.get(coin_id)
        if row is None:
            row = self.rows[coin_id] = Row(self.live, self.room)
        return row


class Books:
    """The cells of all books that were asked for.

    `changed` tells of a book (its id) that has other rows now, `ended` of one that is the open one no more.
    """

    def __init__(self, desk: Desk, live: Live) -> None:
        self.desk, self.live = desk, live
        self.changed, self.ended = Event[[int]](), Event[[int]]()
        self._open: dict[str, int] = {}
        self._cells: dict[int, BookCells] = {}
        self._behind: set[str] = set()
        desk.subscribe(self._render)

    async def look(self, number: int | None, user: str | None = None) -> tuple[Portfolio, BookCells]:
        """A book of a user and its cells as they are now; raises NotFound."""
        user = whose(user)
        book = await self.desk.portfolio.read(number, user)
        self._open.setdefault(user, self.desk.broker.account(user).book.id)
        cells = self._cells.setdefault(book.book.id, BookCells(self.live, book.book.id))
        self._show(cells, book)
        return book, cells

    async def follow(self) -> None:
        """Read again what could not be shown at once."""
        for user in list(self._behind):
            with suppress(DeskError):  # /status tells of it; the next look tries again
                await self.look(None, user)
                self._behind.discard(user)

    def refresh(self) -> None:
        """Ages go on."""
        self._render({ACCOUNT})

    def _render(self, names: set[str]) -> None:
        """Of each user whose books were looked at, the open one."""
        for user in self._open:
            self._follow_open(user, names)

    def _follow_open(self, user: str, names: set[str]) -> None:
        before, number = self._open[user], self.desk.broker.account(user).book.id
        self._open[user] = number
        if before != number:
            self.ended.emit(before)
        cells = self._cells.get(number)
        if cells is None or not cells.watched or not self._concerns(cells, names):
            return
        book = self.desk.portfolio.now(user)
        if book is None:
            self._behind.add(user)
        else:
            self._show(cells, book)

    def _show(self, cells: BookCells, book: Portfolio) -> None:
        if cells.render(book, book.book.closed or self.desk.clock()):
            self.changed.emit(book.book.id)

    @staticmethod
    def _concerns(cells: BookCells, names: set[str]) -> bool:
        return ACCOUNT in names or any(name in names for _, name, _ in cells.names)


def _names(book: Portfolio) -> tuple[tuple[int, str, bool], ...]:
    return tuple((each.coin_id, each.name, bool(each.size)) for each in book.positions)
