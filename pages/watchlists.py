"""'/lists': the watchlists and the order of their tabs; '/lists/{id}': the coins of one and their order."""

from html import escape
from urllib.parse import quote

from fastapi import Response
from nicegui import app, ui

from desk.desk import Desk
from desk.errors import DeskError, NotFound
from desk.watchlist import Watchlist
from pages.asked import asked_number, cannot_show
from pages.event import Event
from pages.list_tabs import board_path
from pages.ordering import Ordering
from pages.theme import frame
from pages.watchlist_manage import ask_delete, ask_name, list_upload

KEYS = 'Drag a name, or choose it and press Alt with the arrow up or down.'


def register(desk: Desk) -> None:
    """Define the pages and the export."""
    changed = Event[[int]]()
    desk.watchlists.subscribe(changed.emit)

    @ui.page('/lists')
    def lists() -> None:
        with frame('Watchlists', desk), ui.element('div').classes('narrow'):
            changed.subscribe(AllLists(desk).follow)

    @ui.page('/lists/{list_id}')
    def one(list_id: str) -> None:
        try:
            chosen = desk.watchlists.get(asked_number(list_id.partition('-')[0], 'watchlist') or 0)
        except NotFound as error:
            cannot_show(desk, 'No such watchlist', error, 'Watchlists', '/lists')
            return
        with frame(chosen.name, desk), ui.element('div').classes('narrow'):
            changed.subscribe(OneList(desk, chosen).follow)

    @app.get('/lists/{list_id}/export.csv', include_in_schema=False)
    def export(list_id: int) -> Response:
        try:
            name, text = desk.watchlists.get(list_id).name, desk.watchlists.export_csv(list_id)
        except NotFound as error:
            return Response(str(error), error.status, media_type='text/plain')
        said = f"attachment; filename*=UTF-8''{quote(name, safe='')}.csv"
        return Response(text, media_type='text/csv; charset=utf-8', headers={'Content-Disposition': said})


class AllLists:
    """The lists of a user in one browser."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        ui.html('Watchlists', tag='h1', sanitize=False)
        ui.label('Each list is a tab of the board. The first is the one that a star puts coins on.').classes('muted')
        with ui.element('section').classes('section') as self.section:
            ui.label(KEYS).classes('small muted')
            self.order = Ordering('Watchlists in the order of their tabs', self._arrange, self._choose)
            self._tools()
        with ui.element('section').classes('section'):
            ui.html('New list', tag='h2', sanitize=False)
            with ui.element('div').classes('line'):
                self.name = ui.input('Name of the new list').props('maxlength=50').on('keydown.enter', self._create)
                ui.button('Make a list', on_click=self._create)
        with ui.element('section').classes('section'):
            ui.html('Import a list', tag='h2', sanitize=False)
            ui.label('A CSV file with the name of a coin on each line.').classes('small muted')
            list_upload(desk)
        self.show()

    def show(self) -> None:
        """The lists as they are now."""
        lists = self.desk.watchlists.all()
        self.order.show([(each.id, f'{each.name} ({len(each.coin_ids):,})') for each in lists])
        self.section.set_visibility(bool(lists))

    def follow(self, _: int) -> None:
        """A list has changed."""
        self.show()

    def _tools(self) -> None:
        with self.order.tools:
            self.buttons = [
                ui.button('Open', on_click=lambda: ui.navigate.to(board_path(self.order.chosen))),
                ui.button('Edit coins', on_click=lambda: ui.navigate.to(f'/lists/{self.order.chosen}')),
                ui.button('Rename …', on_click=lambda: ask_name(self.desk, self._chosen())),
                ui.button('Delete …', on_click=lambda: ask_delete(self.desk, self._chosen(), self.show)),
            ]

    def _chosen(self) -> Watchlist:
        return self.desk.watchlists.get(self.order.chosen)

    def _choose(self, number: int) -> None:
        for button in self.buttons:
            button.set_enabled(bool(number))

    async def _arrange(self, order: list[int]) -> None:
        try:
            await self.desk.watchlists.arrange_lists(order)
        except DeskError as error:
            ui.notify(str(error), type='negative')
        self.show()

    async def _create(self) -> None:
        try:
            await self.desk.watchlists.create(self.name.value or '')
        except DeskError as error:
            self.name.props['error-message'] = str(error)
            self.name.props['error'] = True
        else:
            self.name.set_value('')
            self.name.props['error'] = False


class OneList:
    """The coins of a list in one browser."""

    def __init__(self, desk: Desk, chosen: Watchlist) -> None:
        self.desk, self.chosen = desk, chosen
        self.title = ui.html('', tag='h1', sanitize=False)
        with ui.element('div').classes('line'):
            ui.link('Show it on the board', board_path(chosen.id)).classes('button')
            ui.link('Export CSV', f'/lists/{chosen.id}/export.csv').classes('button')
            ui.button('Rename …', on_click=lambda: ask_name(desk, self.chosen))
            ui.button('Delete …', on_click=lambda: ask_delete(desk, self.chosen, lambda: ui.navigate.to('/lists')))
        with ui.element('div').classes('line'):
            names = [coin.name for coin in desk.coins()]
            self.coin = ui.select(names, label='Add a coin', with_input=True).on_value_change(self._add)
        with ui.element('section').classes('section') as self.section:
            ui.label(KEYS).classes('small muted')
            self.order = Ordering('Coins in the order of the list', self._arrange, self._choose)
            with self.order.tools:
                self.remove = ui.button('Take off the list', on_click=self._remove)
        self.none = ui.label('No coin is on this list yet.').classes('muted')
        self.show()

    def show(self) -> None:
        """The list as it is now."""
        try:
            self.chosen = self.desk.watchlists.get(self.chosen.id)
        except NotFound:
            self.section.set_visibility(False)
            self.none.set_text('This list was deleted.')
            self.none.set_visibility(True)
            return
        names = [(number, self.desk.registry.name(number)) for number in self.chosen.coin_ids]
        self.title.set_content(escape(self.chosen.name))
        self.order.show(names)
        self.section.set_visibility(bool(names))
        self.none.set_visibility(not names)

    def follow(self, list_id: int) -> None:
        """A list has changed."""
        if list_id == self.chosen.id:
            self.show()

    def _choose(self, number: int) -> None:
        self.remove.set_enabled(bool(number))

    async def _arrange(self, order: list[int]) -> None:
        names = [self.order.names[number] for number in order]
        try:
            await self.desk.watchlists.arrange(self.chosen.id, names)
        except DeskError as error:
            ui.notify(str(error), type='negative')
        self.show()

    async def _add(self) -> None:
        if not self.coin.value:
            return
        name = self.coin.value
        self.coin.set_value(None)
        try:
            await self.desk.watchlists.add(self.chosen.id, name)
        except DeskError as error:
            ui.notify(str(error), type='negative')

    async def _remove(self) -> None:
        name = self.order.names.get(self.order.chosen)
        if name is None:
            return
        try:
            await self.desk.watchlists.remove(self.chosen.id, name)
        except DeskError as error:
            ui.notify(str(error), type='negative')
