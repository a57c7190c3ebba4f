"""The board that all browsers share: a row per coin, rendered when it changes, and the orders to read it in."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desk.broker.broker import ACCOUNT
from desk.desk import Desk
from desk.errors import NotFound
from desk.market import Quote
from desk.ticks import name_key
from models import Coin
from pages.board_cells import Row
from pages.event import Event
from pages.live import Live

AGES_EVERY, SPARKS_EVERY, ORDER_KEPT, FULL_SPARK = 10.0, 60.0, 5.0, 96


@dataclass(frozen=True, slots=True)
class Column:
    """A heading: what it sorts by, and whether its values move by themselves."""

    key: str
    label: str
    value: Callable[[Quote], Any]
    moves: bool = True


COLUMNS = (
    Column('name', 'Coin', lambda quote: name_key(quote.name), moves=False),
    Column('price', 'Price', lambda quote: quote.price),
    Column('change_1h', '1 h', lambda quote: quote.change_1h),
    Column('change_24h', '24 h', lambda quote: quote.change_24h),
    Column('change_7d', '7 d', lambda quote: quote.change_7d),
    Column('volume', 'Volume 24 h', lambda quote: quote.volume_24h),
)


class Board:
    """Rows by coin id. `version` counts and `changed` tells when a coin comes, goes or is renamed."""

    def __init__(self, desk: Desk, live: Live) -> None:
        self.desk, self.live = desk, live
        self.rows: dict[int, Row] = {}
        self.names: dict[int, str] = {}
        self.searched: dict[int, str] = {}
        self.stale: set[int] = set()
        self.columns = (*COLUMNS, *(Column(f'plugin_{one.key}', one.label, one.value) for one in desk.plugins.columns))
        self.classes = 'board' if len(self.columns) == len(COLUMNS) else 'board extended'
        self.version = 0
        self.changed = Event[[]]()
        self._orders: dict[tuple[str, bool], tuple[float, int, list[int]]] = {}
        desk.subscribe(self.render)
        desk.feeds.on_change(self.refresh)

    def render(self, names: set[str]) -> None:
        """These coins changed. A row that nobody looks at waits until somebody does."""
        version, now = self.version, self.desk.clock()
        for name in sorted(names - {ACCOUNT}):  # neighbours on the board share a room, where they came together
            coin = self._coin(name)
            number = coin.id if coin else None
            if coin is None or number is None:
                self._forget(name)
            elif self.names.get(number) == name == coin.name and not self.live.watched(self.rows[number].link):
                self.stale.add(number)
            else:
                self._render(name, now)
        if version != self.version:
            self.changed.emit()

    def look(self, number: int) -> Row:
        """The row of a coin, as it is now: somebody is about to see it."""
        row = self.rows[number]
        if number in self.stale or not self.live.watched(row.link):  # its age has gone on, too
            self.stale.discard(number)
            quote = self.desk.quote(self.names[number])
            row.shown = None
            row.render(quote, self.desk.clock())
            row.draw(self.desk.spark(quote.name))
        return row

    def refresh(self) -> None:
        """Every row anew: ages and windows move although no price does, and the demo comes and goes."""
        self.render({quote.name for quote in self.desk.quotes()} | set(self.names.values()))

    def draw(self) -> None:
        """Every sparkline anew."""
        for number, row in self.rows.items():
            if self.live.watched(row.link):
                row.draw(self.desk.spark(self.names[number]))
            else:
                self.stale.add(number)

    def order(self, key: str, descending: bool) -> list[int]:
        """Coin ids in the order of a column, the same for all browsers, at most five seconds old; no value: last."""
        made, version, ids = self._orders.get((key, descending), (0.0, -1, []))
        if version != self.version or time.monotonic() - made > ORDER_KEPT:
            ids = self._sorted(next(column for column in self.columns if column.key == key), descending)
            self._orders[key, descending] = time.monotonic(), self.version, ids
        return ids

    def matches(self, number: int, query: str) -> bool:
        """Whether a coin's name or full name contains the words."""
        return name_key(query.strip()) in self.searched[number]

    def _sorted(self, column: Column, descending: bool) -> list[int]:
        valued = [(column.value(quote), quote.coin_id) for quote in self.desk.quotes() if quote.coin_id in self.rows]
        known = sorted(((value, number) for value, number in valued if value is not None), reverse=descending)
        return [number for _, number in known] + [number for value, number in valued if value is None]

    def _coin(self, name: str) -> Coin | None:
        """The coin of this name, if it has a price to show."""
        try:
            coin = self.desk.coin(name)
        except NotFound:
            return None
        return coin if self.desk.is_shown(coin) else None

    def _render(self, name: str, now: datetime) -> None:
        quote = self.desk.quote(name)
        row = self._row(quote)
        row.render(quote, now)
        if row.points < FULL_SPARK and len(closes := self.desk.spark(quote.name)) != row.points:
            row.draw(closes)
        if quote.name != name:
            self._forget(name)

    def _row(self, quote: Quote) -> Row:
        row = self.rows.get(quote.coin_id)
        if row is None:
            row = self.rows[quote.coin_id] = Row(self.live, len(self.rows), self.desk.plugins.columns)
        searched = name_key(f'{quote.name} {quote.full_name}')
        if self.searched.get(quote.coin_id) != searched:
            self.names[quote.coin_id], self.searched[quote.coin_id] = quote.name, searched
            self.version += 1
        return row

    def _forget(self, name: str) -> None:
        for number in [number for number, known in self.names.items() if known == name]:
            del self.rows[number], self.names[number], self.searched[number]
            self.stale.discard(number)
            self.version += 1
