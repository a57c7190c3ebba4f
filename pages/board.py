"""The board, '/': every coin in a row, live in every browser."""

from collections.abc import Awaitable

from nicegui import Event, app, ui

from desk.desk import Desk
from pages.board_doors import doors
from pages.board_rows import AGES_EVERY, COLUMNS, ORDER_KEPT, SPARKS_EVERY, Board, Column
from pages.holding import holding
from pages.live import Live
from pages.live_cell import Cell
from pages.still import still
from pages.theme import Frame, frame

ROWS_A_PAGE = 100


def register(desk: Desk, live: Live) -> None:
    """Define the page and what it shares between browsers."""
    board, resort = Board(desk, live), Event[[]]()
    app.timer(AGES_EVERY, board.refresh)
    app.timer(SPARKS_EVERY, board.draw)
    app.timer(ORDER_KEPT, resort.emit)

    @ui.page('/')
    def page(q: str = '') -> None:
        with frame('Board', desk) as surroundings:
            view = View(board, surroundings, q)
            board.changed.subscribe(view.arrange)
            resort.subscribe(view.resort)


class View:
    """The board in one browser: its order, its filter, its page."""

    def __init__(self, board: Board, surroundings: Frame, query: str) -> None:
        self.board, self.live, self.query, self.number = board, board.live, query, 0
        self.kept = app.storage.user
        self.client = ui.context.client
        with ui.element('div').classes('over'):
            self.doors = doors(board.desk, surroundings)
        with ui.element('section').classes('board').props('aria-label="Prices"') as self.section:
            self._headings()
            self.list = ui.element('div').classes('rows')
        self.pager = ui.element('nav').classes('pager').props('aria-label="Pages of coins"')
        self.held = holding(self.list)  # not the headings: who has just pressed one waits for its order
        surroundings.search.set_value(query)
        surroundings.search.on_value_change(lambda event: self.search(event.value or ''))
        self.live.fill(self.list, self._choose())

    @property
    def sort(self) -> tuple[str, bool]:
        """The column and whether it descends, as this browser last chose."""
        key = self.kept.get('sort', 'name')
        known = any(column.key == key for column in COLUMNS)
        return (key, bool(self.kept.get('descending', False))) if known else ('name', False)

    async def arrange(self) -> None:
        """Show the right rows in the right order; flash nothing for it."""
        if self.live.fill(self.list, self._choose()):
            await self.live.tune(self.client)
            self.list.update()

    def resort(self) -> Awaitable[None] | None:
        """The same, unless somebody is reading the board or its order cannot have moved: most often it is nothing."""
        key, _ = self.sort
        return self.arrange() if not self.held and next(one.moves for one in COLUMNS if one.key == key) else None

    async def search(self, text: str) -> None:
        """Filter as one types."""
        self.query, self.number = text, 0
        await self.arrange()

    async def sort_by(self, key: str) -> None:
        """Sort by a column; again: the other way round. Numbers begin with the greatest."""
        before, descending = self.sort
        self.kept['sort'], self.kept['descending'] = key, not descending if key == before else key != 'name'
        self._mark_headings(before)
        await self.arrange()

    async def turn(self, number: int) -> None:
        """Another hundred coins."""
        self.number = number
        await self.arrange()

    def _choose(self) -> list[Cell]:
        board = self.board
        matching = [number for number in board.order(*self.sort) if board.matches(number, self.query)]
        pages = max(1, -(-len(matching) // ROWS_A_PAGE))
        self.number = min(self.number, pages - 1)
        shown = matching[self.number * ROWS_A_PAGE :][:ROWS_A_PAGE]
        looked = [board.look(number) for number in shown]  # all of them before the first is shown: then all are watched
        self.doors.show(len(matching), len(board.rows), self.query)
        self.section.set_visibility(bool(board.rows))
        self._turn_pages(pages)
        return [row.link for row in looked]

    def _headings(self) -> None:
        self.headings: dict[str, ui.button] = {}
        with ui.element('div').classes('headings'):
            for column in COLUMNS:
                heading = ui.button(self._words(column), on_click=lambda key=column.key: self.sort_by(key))
                self.headings[column.key] = heading.classes(f'heading {column.key}')
            still('div', '24 h range', 'heading range')
            still('div', '24 h', 'heading spark')
        self.headings[self.sort[0]].classes('chosen')

    def _mark_headings(self, before: str) -> None:
        for column in COLUMNS:
            self.headings[column.key].set_text(self._words(column))
        self.headings[before].classes(remove='chosen')
        self.headings[self.sort[0]].classes('chosen')

    def _words(self, column: Column) -> str:
        key, descending = self.sort
        return column.label + ((' ↓' if descending else ' ↑') if column.key == key else '')

    def _turn_pages(self, pages: int) -> None:
        if len(self.pager.default_slot.children) == (pages if pages > 1 else 0):
            return
        self.pager.clear()
        with self.pager:
            for number in range(pages if pages > 1 else 0):
                ui.button(str(number + 1), on_click=lambda number=number: self.turn(number))
