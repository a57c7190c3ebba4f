"""The positions of a book and what its equity consists of; the same cells in every browser."""

from urllib.parse import quote as quoted

from nicegui import ui

from desk.portfolio import Portfolio
from pages.live import Live
from pages.portfolio_cells import BookCells, Books
from pages.portfolio_html import COLUMNS
from pages.theme import coin_path

VALUES = {name: label for name, label in COLUMNS.items() if label}


class Positions:
    """One row a coin: what is held first, what is sold out below. Rows are made anew when others are to be shown."""

    def __init__(self, live: Live, books: Books, cells: BookCells, found: Portfolio) -> None:
        self.live, self.cells, self.book = live, cells, found.book
        self.client = ui.context.client
        with ui.element('section').classes('section').props('aria-label="Allocation"'):
            live.show(cells.allocation)
        with ui.element('section').classes('section').props('aria-label="Positions"'):
            ui.html('Positions', tag='h2', sanitize=False)
            self.place = ui.element('div').classes('positions')
        self._show()
        books.changed.subscribe(self._changed)

    async def _changed(self, book_id: int) -> None:
        if book_id == self.book.id:
            self._show()
            await self.live.tune(self.client)

    def _show(self) -> None:
        self.place.clear()
        with self.place:
            if not self.cells.names:
                self._empty()
                return
            with ui.element('div').props('role=table aria-label=Positions'):
                with ui.element('div').classes('position headings').props('role=row'):
                    ui.html('Coin', tag='span', sanitize=False).props('role=columnheader')
                    for name, label in VALUES.items():
                        heading = ui.html(label, tag='span', sanitize=False).classes(f'cell {name}')
                        heading.props('role=columnheader')
                for coin_id, name, held in self.cells.names:
                    self._row(coin_id, name, held)

    def _row(self, coin_id: int, name: str, held: bool) -> None:
        cells = self.cells.rows[coin_id].cells
        ledger = f'/ledger?asset={quoted(name, safe="")}&book={self.book.number}'
        with ui.element('div').classes('position' if held else 'position gone').props('role=row'):
            with ui.element('span').classes('cell ident').props('role=rowheader'):
                ui.link(name, coin_path(name)).classes('name').props('dir=auto')
                self.live.show(cells['held'])
            for column in VALUES:
                with ui.element('span').classes(f'cell {column}').props('role=cell'):
                    if column == 'size':
                        with ui.link(target=ledger).props('title="Its postings: where it came from and went"'):
                            self.live.show(cells[column])
                    else:
                        self.live.show(cells[column])

    def _empty(self) -> None:
        ui.label('Nothing was bought in this book.' if self.book.closed else 'Nothing is bought yet.').classes('muted')
        if not self.book.closed:
            ui.link('Place the first order', '/trading/').classes('button filled')
