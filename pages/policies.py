"""Whose price counts, in words; and what follows from it for a price that somebody is about to add."""

from datetime import datetime
from functools import partial

from nicegui import ui

from desk.desk import Desk
from desk.errors import DeskError, NotFound
from desk.market import Quote
from models import Coin, Policy


def feed_label(desk: Desk, name: str) -> str:
    """What people call a feed: 'coinbase' → 'Coinbase'."""
    labels = {state.name: state.label for state in desk.feeds.states()}
    return labels.get(name) or name.capitalize() or 'the exchange'


def policies(desk: Desk, coin: Coin) -> dict[Policy, str]:
    """The policies that make sense for a coin, each as what counts under it."""
    words = {Policy.LATEST: 'the newest price', Policy.MANUAL: 'only hand-entered prices'}
    if coin.pair:
        words[Policy.EXCHANGE] = f'{feed_label(desk, coin.exchange)}’s price'
    return words


def consequence(desk: Desk, name: str, moment: datetime | None) -> str:
    """One or two sentences: what a hand-entered price of this coin and moment will do and will not do."""
    try:
        coin = desk.coin(name)
        quote = desk.quote(name)
    except NotFound:
        return f'{name.strip()} has no price here yet: this will be its first.'
    if desk.policy(name) == Policy.EXCHANGE:
        return (
            f'{feed_label(desk, coin.exchange)}’s price counts for {coin.name}. Yours will be shown beside it with '
            'its deviation; it does not move the board.'
        )
    if moment is not None and moment < quote.timestamp:
        return 'Older than the live price, which stays. This one goes into the history and its candle.'
    return _goes_live(desk, coin, quote)


def _goes_live(desk: Desk, coin: Coin, quote: Quote) -> str:
    if quote.policy == Policy.MANUAL:
        return f'Only hand-entered prices count for {coin.name}: this one goes live at once.'
    if coin.pair and coin.followed:
        feed = feed_label(desk, coin.exchange)
        return f'The newest price counts for {coin.name}: this one goes live at once, until {feed} sends the next.'
    return f'The newest price counts for {coin.name}: this one goes live at once.'


class Consequence:
    """The sentence under a form's fields, with the offers to change the policy."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.shown = desk, ''
        self.asked: tuple[str, datetime | None] = ('', None)
        self.box = ui.element('div').classes('notice small consequence').props('role=status')
        self.box.set_visibility(False)

    def show(self, name: str, moment: datetime | None) -> None:
        """Say it for this coin; nothing while no name is given."""
        self.asked = name, moment
        text = consequence(self.desk, name, moment) if name.strip() else ''
        if text == self.shown:
            return
        self.shown = text
        self.box.clear()
        self.box.set_visibility(bool(text))
        with self.box:
            ui.label(text)
            self._offer(name)

    def _offer(self, name: str) -> None:
        try:
            coin = self.desk.coin(name)
        except NotFound:
            return
        if not coin.pair and not coin.policy:
            return  # no exchange to disagree with
        with ui.element('div').classes('line'):
            for policy, words in policies(self.desk, coin).items():
                if policy != self.desk.policy(name):
                    button = ui.button(f'Let {words} count', on_click=partial(self._change, coin.name, policy))
                    button.classes('small')

    async def _change(self, name: str, policy: Policy) -> None:
        try:
            await self.desk.set_policy(name, policy)
        except DeskError as error:
            ui.notify(str(error), type='negative')
        self.show(*self.asked)
