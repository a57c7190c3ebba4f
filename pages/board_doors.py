"""What stands above the board: how many coins, what the feed is at, and the doors to the first price."""

from collections.abc import Callable

from nicegui import ui

from desk.acting import Right, may
from desk.desk import Desk
from desk.errors import DeskError
from pages.board_manage import choose_coin
from pages.policies import feed_label
from pages.still import still
from pages.theme import Frame


class Doors:
    """A line of words and buttons that fits the moment; an invitation where the board is empty."""

    def __init__(self, desk: Desk, add_price: Callable[[], object]) -> None:
        self.desk, self.add_price = desk, add_price
        self.administers, self.adds = may(Right.ADMINISTER), may(Right.PRICES)
        self.state: tuple[object, ...] = ()
        still('h1', 'Board', 'unseen')
        self.count = ui.label().classes('count').props('role=status')
        self.line = ui.element('div').classes('doors')
        self.coins = ui.button('Manage coins …', on_click=lambda: choose_coin(desk)).classes('manage-coins small')
        ui.context.client.on_delete(desk.feeds.on_change(self.look))
        self.matching, self.all, self.query, self.empty = 0, 0, '', True

    def show(self, matching: int, of: int, query: str, empty: bool) -> None:
        """So many coins match, of so many that are shown here; `empty`: the whole desk has none."""
        self.matching, self.all, self.query, self.empty = matching, of, query.strip(), empty
        self.look()

    def look(self) -> None:
        """Say what is so now."""
        feeds = [(state.name, state.state, state.label) for state in self.desk.feeds.states()]
        state = (self.matching, self.all, self.query, self.empty, self.desk.feeds.demo_running, *feeds)
        if state == self.state:
            return
        self.state = state
        coins = '1 coin' if self.all == 1 else f'{self.all:,} coins'
        self.count.set_text(f'{self.matching:,} of {coins}' if self.query else coins)
        self.count.set_visibility(self.all > 0)
        self.coins.set_visibility(self.all > 0 and self.administers)
        self.line.clear()
        with self.line:
            self._words()

    def _words(self) -> None:
        if self.query and not self.matching:
            self._unknown()
        elif self.desk.feeds.demo_running:
            self._demo()
        elif self.empty:
            self._empty()

    def _demo(self) -> None:
        ui.label('Demo market: invented coins at invented prices.').classes('say')
        if self.administers and self.desk.settings.exchange != 'none':
            ui.button(f'Try {self._exchange()} again', on_click=self.desk.feeds.try_again)
        if self.administers:
            ui.button('Turn the demo off', on_click=self.desk.feeds.stop_demo)
        if self.adds:
            ui.button('Add a price', on_click=self.add_price)

    def _empty(self) -> None:
        states = {state.state for state in self.desk.feeds.states()}
        headline = 'No prices yet'
        if 'loading' in states:
            headline = f'Loading {self._exchange()} …'
        elif 'reconnecting' in states:
            headline = f'{self._exchange()} does not answer yet'
        with ui.element('div').classes('invitation'):
            ui.label(headline).classes('headline')
            if states & {'loading', 'reconnecting'} and self.desk.settings.demo is None:
                ui.label('If it stays silent, a market of invented coins begins in a few seconds.').classes('muted')
            if self.adds:
                ui.label('Enter a price by hand, bring a CSV file, or look around with invented coins.').classes(
                    'muted'
                )
            with ui.element('div').classes('choices'):
                if self.adds:
                    ui.link('Add a price', '/add').classes('button filled')
                    ui.link('Import a CSV file', '/import').classes('button')
                if self.administers:
                    ui.button('Start the demo market', on_click=self.desk.feeds.start_demo)

    def _unknown(self) -> None:
        ui.label(f'No coin here matches “{self.query[:50]}”.').classes('say')
        if self.administers and self.desk.settings.exchange != 'none':
            name = self.query.upper()
            ui.button(f'Follow {name[:20]} on {self._exchange()}', on_click=lambda: self._follow(name))
        if self.adds:
            ui.link('Add a price for it', '/add')

    async def _follow(self, name: str) -> None:
        try:
            coin = await self.desk.follow(name)
        except DeskError as error:
            ui.notify(str(error), type='negative')
        else:
            ui.notify(f'{coin.name} is followed now.')

    def _exchange(self) -> str:
        return feed_label(self.desk, self.desk.settings.exchange)


def doors(desk: Desk, surroundings: Frame) -> Doors:
    """The line; its button opens the form that the key opens."""
    return Doors(desk, surroundings.keys.handlers['a'])
