"""The board, '/': every coin in a row, live in every browser."""

from collections.abc import Awaitable
from typing import Annotated

from fastapi import Query
from nicegui import app, ui

from desk.desk import Desk
from desk.errors import NotFound
from desk.watchlist import Watchlist
from pages.asked import asked_number, cannot_show
from pages.board_doors import doors
from pages.board_rows import AGES_EVERY, COLUMNS, ORDER_KEPT, SPARKS_EVERY, Board, Column
from pages.event import Event
from pages.holding import holding
from pages.list_note import ListNote
from pages.list_tabs import ALL, ListTabs
from pages.live import Live
from pages.live_cell import Cell
from pages.stars import Stars
from pages.still import still
from pages.theme import Frame, frame

ROWS_A_PAGE = 100
OWN = '', False  # the order of a list


def register(desk: Desk, live: Live, stars: Stars) -> None:
    """Define the page and what it shares between browsers."""
    board, tabs, resort, listed = Board(desk, live), ListTabs(desk, live), Event[[]](), Event[[int]]()
    desk.watchlists.subscribe(listed.emit)
    app.timer(AGES_EVERY, board.refresh)
    app.timer(SPARKS_EVERY, board.draw)
    app.timer(ORDER_KEPT, resort.emit)

    @ui.page('/')
    def page(q: str = '', list_id: Annotated[str, Query(alias='list')] = '') -> None:
        try:
            number = asked_number(list_id, 'watchlist')
            chosen = desk.watchlists.get(number) if number else None
        except NotFound as error:
            cannot_show(desk, 'No such watchlist', error, 'All coins', '/')
            return
        with frame(chosen.name if chosen else 'Board', desk) as surroundings:
            view = View(board, tabs, surroundings, q, chosen)
            stars.show()
            board.changed.subscribe(view.arrange)
            resort.subscribe(view.resort)
            if chosen:
                listed.subscribe(view.follow)


class View:
    """The board in one browser: its order, its filter, its page; of all coins, or of a list."""

    def __init__(
        self, board: Board, tabs: ListTabs, surroundings: Frame, query: str, chosen: Watchlist | None = None
    ) -> None:
        self.board, self.live, self.query, self.number = board, board.live, query, 0
        self.chosen, self.list_sort = chosen, OWN
        self.kept = app.storage.user
        self.client = ui.context.client
        tabs.show(chosen.id if chosen else ALL)
        with ui.element('div').classes('over'):
            self.doors = doors(board.desk, surroundings)
        if chosen:
            self.note = ListNote()
        with ui.element('section').classes(board.classes).props('aria-label="Prices"') as self.section:
            self._headings()
            self.list = ui.element('div').classes('rows')
        self.pager = ui.element('nav').classes('pager').props('aria-label="Pages of coins"')
        self.focused: ui.element | None = None
        self.held = holding(self.list)  # not the headings: who has just pressed one waits for its order
        surroundings.search.set_value(query)
        surroundings.search.on_value_change(lambda event: self.search(event.value or ''))
        surroundings.keys.on('j', lambda: self.step(1), repeats=True)
        surroundings.keys.on('k', lambda: self.step(-1), repeats=True)
        self.live.fill(self.list, self._choose())

    @property
    def sort(self) -> tuple[str, bool]:
        """The column and whether it descends, as this browser last chose; a list begins in its own order."""
        if self.chosen:
            return self.list_sort
        key = self.kept.get('sort', 'name')
        known = any(column.key == key for column in self.board.columns)
        return (key, bool(self.kept.get('descending', False))) if known else ('name', False)

    async def arrange(self) -> None:
        """Show the right rows in the right order; flash nothing for it."""
        if self.live.fill(self.list, self._choose()):
            await self.live.tune(self.client)
            self.list.update()

    def resort(self) -> Awaitable[None] | None:
        """The same, unless somebody is reading the board or its order cannot have moved: most often it is nothing."""
        key, _ = self.sort
        moves = any(one.moves for one in self.board.columns if one.key == key)
        return self.arrange() if moves and not self.held else None

    async def search(self, text: str) -> None:
        """Filter as one types."""
        self.query, self.number = text, 0
        await self.arrange()

    async def sort_by(self, key: str) -> None:
        """Sort by a column; again: the other way round. Numbers begin with the greatest."""
        before = self.sort
        new = key, not before[1] if key == before[0] else key != 'name'
        if self.chosen:
            self.list_sort = OWN if key == before[0] and before[1] is (key == 'name') else new
        else:
            self.kept['sort'], self.kept['descending'] = new
        self._mark_headings(before[0])
        await self.arrange()

    async def follow(self, list_id: int) -> None:
        """A list has changed: if it is this one, its coins and their order are others now."""
        if self.chosen and list_id == self.chosen.id:
            await self.arrange()

    async def turn(self, number: int) -> None:
        """Another hundred coins."""
        self.number = number
        await self.arrange()

    def step(self, by: int) -> None:
        """Give the focus to the next row, or to the one before; it stays with its coin when the order changes."""
        rows = self.list.default_slot.children[::2]  # beside each stand its tools
        if rows:
            here = rows.index(self.focused) + by if self.focused in rows else 0
            self.focused = rows[max(0, min(here, len(rows) - 1))]
            self.focused.run_method('focus')

    def _choose(self) -> list[Cell]:
        board = self.board
        among = self._ordered()
        matching = [number for number in among if board.matches(number, self.query)]
        pages = max(1, -(-len(matching) // ROWS_A_PAGE))
        self.number = min(self.number, pages - 1)
        shown = matching[self.number * ROWS_A_PAGE :][:ROWS_A_PAGE]
        looked = [board.look(number) for number in shown]  # all of them before the first is shown: then all are watched
        self.doors.show(len(matching), len(among), self.query, empty=not board.rows)
        self.section.set_visibility(bool(among))
        self._turn_pages(pages)
        return [cell for row in looked for cell in (row.link, row.tools)]

    def _ordered(self) -> list[int]:
        """The coins that there are to choose from, in the order that was chosen."""
        if not self.chosen:
            return self.board.order(*self.sort)
        lists = self.board.desk.watchlists
        try:
            own = lists.get(self.chosen.id).coin_ids
        except NotFound:
            self.note.gone()
            return []
        self.note.show(len(own), sum(number not in self.board.rows for number in own))
        if self.list_sort == OWN:
            return [number for number in own if number in self.board.rows]
        members = lists.members(self.chosen.id)
        return [number for number in self.board.order(*self.list_sort) if number in members]

    def _headings(self) -> None:
        self.headings: dict[str, ui.button] = {}
        with ui.element('div').classes('headings'):
            for column in COLUMNS:
                self._heading(column, column.key)
            still('div', '24 h range', 'heading range')
            still('div', '24 h', 'heading spark')
            for column in self.board.columns[len(COLUMNS) :]:
                self._heading(column, 'more')
        self._choose_heading()

    def _heading(self, column: Column, classes: str) -> None:
        heading = ui.button(self._words(column), on_click=lambda: self.sort_by(column.key))
        self.headings[column.key] = heading.classes(f'heading {classes}')

    def _mark_headings(self, before: str) -> None:
        for column in self.board.columns:
            self.headings[column.key].set_text(self._words(column))
        if before:
            self.headings[before].classes(remove='chosen')
        self._choose_heading()

    def _choose_heading(self) -> None:
        if key := self.sort[0]:
            self.headings[key].classes('chosen')

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
