"""'/portfolio': what the book is worth and how it came to that, live in every browser; earlier books as they ended."""

from contextlib import suppress

from nicegui import app, ui

from desk.desk import Desk
from desk.equity import Curve, Point
from desk.errors import DeskError
from desk.orders import Book
from desk.portfolio import Portfolio
from pages import counting
from pages.asked import asked_number, cannot_show
from pages.equity_chart import EquityChart, EquityDrawing
from pages.event import Event
from pages.formats import format_time
from pages.live import Live
from pages.portfolio_cells import AGES_EVERY, LOOK_EVERY, BookCells, Books
from pages.portfolio_fills import Fills
from pages.portfolio_html import EXPLAINED, book_words
from pages.portfolio_positions import Positions
from pages.theme import PATIENCE, frame

MOVE_EVERY = 0.5
PATH = '/portfolio'
EXPORTS = ('Orders', 'Fills', 'Postings')


def register(desk: Desk, live: Live, changes: Event[[]]) -> None:
    """Define the page. `?book=1` shows a book by its number."""
    books = Books(desk, live)
    app.timer(LOOK_EVERY, books.follow)
    app.timer(AGES_EVERY, books.refresh)

    @ui.page(PATH, response_timeout=PATIENCE)
    async def page(book: str = '') -> None:
        try:
            number = asked_number(book, 'book')
            found, cells = await books.look(number)
            every, curve = await desk.broker.books(), await desk.portfolio.curve(number)
            fills = await desk.portfolio.fills(found.book.number)
        except DeskError as error:
            cannot_show(desk, 'Portfolio', error, 'The open book', PATH)
            return
        with frame('Portfolio', desk), ui.element('div').classes('portfolio'):
            _head(found.book, every)
            _summary(live, cells, found.book)
            Curves(desk, found, curve)
            Positions(live, books, cells, found)
            Fills(desk, found, fills, changes)
        _follow_readers(books, found.book)


def _head(book: Book, every: list[Book]) -> None:
    with ui.element('div').classes('head'):
        ui.html('Portfolio', tag='h1', sanitize=False)
        if len(every) > 1:
            options = {each.number: book_words(each) for each in reversed(every)}
            choice = ui.select(options, value=book.number).classes('book').props('aria-label=Book')
            choice.on_value_change(lambda event: ui.navigate.to(_path(event.value, every)))
        with ui.element('div').classes('exports small'):
            ui.link('How it is counted', counting.PATH)
            ui.link('All orders', f'/orders?book={book.number}')
            ui.label('Export').classes('muted')
            for what in EXPORTS:
                ui.link(what, f'/api/export/{what.lower()}.csv?book={book.number}')


def _path(number: int, every: list[Book]) -> str:
    return PATH if number == every[-1].number else f'{PATH}?book={number}'


def _summary(live: Live, cells: BookCells, book: Book) -> None:
    with ui.element('section').classes('summary').props('aria-label="Equity"'):
        with ui.element('div').classes('worth'):
            ui.label(f'Equity, {book.quote}').classes('small muted')
            live.show(cells.equity)
            live.show(cells.profit)
        with ui.element('dl').classes('figures'):
            with ui.element('div'):
                with ui.element('dt'):
                    ui.link('Cash', f'/ledger?asset={book.quote}&book={book.number}')
                with ui.element('dd'):
                    live.show(cells.cash)
            for name, meaning in EXPLAINED.items():
                with ui.element('div'):
                    ui.html(name, tag='dt', sanitize=False).props['title'] = meaning
                    live.show(cells.figures[name])


class Curves:
    """The equity curve in one browser: its end moves twice a second at most, its points come when they are due."""

    def __init__(self, desk: Desk, found: Portfolio, curve: Curve) -> None:
        self.desk, self.book, self.zone = desk, found.book, desk.preference('timezone', 'UTC')
        closed = found.book.closed
        if closed:
            ui.label(f'This book was closed at {format_time(closed, self.zone)} and is shown as it was then.').classes(
                'notice'
            )
        with ui.element('section').props('aria-label="Equity curve"'):
            self.chart = EquityChart(EquityDrawing(curve, Point(closed or desk.clock(), found.equity), self.zone))
        if not closed:
            ui.timer(MOVE_EVERY, self._move)

    async def _move(self) -> None:
        found = self.desk.portfolio.now()
        if found is None or found.book.id != self.book.id:
            return
        with suppress(DeskError):  # /status tells of it; the next move tries again
            curve, live = await self.desk.portfolio.curve(), Point(self.desk.clock(), found.equity)
            self.chart.draw(EquityDrawing(curve, live, self.zone))


def _follow_readers(books: Books, book: Book) -> None:
    """Who reads the open book goes on to the next one when it is closed."""

    def go(ended: int) -> None:
        if ended == book.id:
            ui.navigate.to(PATH)

    books.ended.subscribe(go)
