"""What people and programs ask of a desk's history, for benches: at random coins and moments of its life."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.desk import Desk
from desk.store.records import cursor_at
from models import Policy

DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True)
class View:
    """A desk as somebody looks at it: at random coins and moments of its life."""

    desk: Desk
    dice: random.Random
    born: datetime
    now: datetime

    def busy(self) -> str:
        """One of the ten coins with most records."""
        return f'COIN{self.dice.randrange(1, 11):03}'

    def quiet(self) -> str:
        """One of the ten coins with a price a week."""
        return f'COIN{self.dice.randrange(91, 101):03}'

    def any(self) -> str:
        """Any coin."""
        return f'COIN{self.dice.randrange(1, 101):03}'

    def then(self, before: timedelta = timedelta()) -> datetime:
        """A moment of the desk's life, and so long before its end."""
        return self.born + self.dice.random() * (self.now - before - self.born)


Ask = Callable[[View], Awaitable[object]]


async def _quote(view: View) -> object:
    return view.desk.quote(view.any())


def _latest(view: View, name: str) -> Awaitable[object]:
    return view.desk.store.latest(view.desk.registry.ids(view.desk.coin(name)))


def _deep(view: View, name: str) -> Awaitable[object]:
    return view.desk.history(name, limit=100, cursor=cursor_at((view.then(), 0)))


def _at(view: View, names: list[str]) -> Awaitable[object]:
    ids = [number for name in names for number in view.desk.registry.ids(view.desk.coin(name))]
    return view.desk.store.prices_at(ids, view.then(), Policy.LATEST)


def _last(view: View, name: str, interval: str, length: timedelta) -> Awaitable[object]:
    return view.desk.candles(name, interval, view.now - length, view.now, 5000)


def _some(view: View, name: str, interval: str, length: timedelta) -> Awaitable[object]:
    start = view.then(before=length)
    return view.desk.candles(name, interval, start, start + length, 5000)


LATEST, PAGE, CANDLES = 1.0, 20.0, 30.0
ASKED: dict[str, tuple[float | None, Ask]] = {
    'latest of a coin, as pages and API ask': (LATEST, _quote),
    'latest of a coin in the store, busy coins': (LATEST, lambda view: _latest(view, view.busy())),
    'latest of a coin in the store, quiet coins': (LATEST, lambda view: _latest(view, view.quiet())),
    'history, first page, busy coins': (PAGE, lambda view: view.desk.history(view.busy(), limit=100)),
    'history, first page, quiet coins': (PAGE, lambda view: view.desk.history(view.quiet(), limit=100)),
    'history, deep page, busy coins': (PAGE, lambda view: _deep(view, view.busy())),
    'history, deep page, any coin': (PAGE, lambda view: _deep(view, view.any())),
    'history, a day in the past, any coin': (
        PAGE,
        lambda view: view.desk.history(view.any(), start := view.then(), start + DAY, 100),
    ),
    'price of a coin at a moment': (None, lambda view: _at(view, [view.any()])),
    'prices of all coins at a moment': (None, lambda view: _at(view, [coin.name for coin in view.desk.coins()])),
    'candles 1h, last week, busy coins': (CANDLES, lambda view: _last(view, view.busy(), '1h', WEEK)),
    'candles 1h, any week, any coin': (CANDLES, lambda view: _some(view, view.any(), '1h', WEEK)),
    'candles 15m, last week, busy coins': (CANDLES, lambda view: _last(view, view.busy(), '15m', WEEK)),
    'candles 15m, last week, any coin': (CANDLES, lambda view: _last(view, view.any(), '15m', WEEK)),
    'candles 15m, any week, any coin': (CANDLES, lambda view: _some(view, view.any(), '15m', WEEK)),
    'candles 1m, last day, busy coins': (None, lambda view: _last(view, view.busy(), '1m', DAY)),
    'candles 1m, any day, any coin': (None, lambda view: _some(view, view.any(), '1m', DAY)),
    'candles 1d, a year, any coin': (None, lambda view: _last(view, view.any(), '1d', 365 * DAY)),
}
