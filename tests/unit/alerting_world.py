"""The Watch and the reference side by side: what one says of a price, the other must say."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from desk.acting import LOCAL
from desk.alert import Alert, Mark, Repeat, Status
from desk.alerting.conditions import Conditions
from desk.alerting.hits import Expired, Fired, Hit, Rearmed
from desk.alerting.watch import Watch
from desk.ticks import Tick
from models import Origin
from tests.unit.reference_alerts import Reference, Said

START = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = {1: 'BTC', 2: 'ETH'}


def an_alert(alert_id: int, condition: str, **fields: Any) -> Alert:
    """An active alert that fires every time, with these fields."""
    some: dict[str, Any] = {
        'user': LOCAL,
        **dict.fromkeys(('coin_id', 'watchlist_id', 'price', 'percent', 'window', 'minutes', 'rearm'), None),
        **dict.fromkeys(('name', 'note', 'message'), ''),
        'repeat': Repeat.EVERY,
        'cooldown': 0,
        'toast': True,
        'sound': False,
        'channels': (),
        'status': Status.ACTIVE,
        'snoozed': None,
        'expires': None,
        'created': START,
        'changed': START,
        'revision': 1,
    }
    return Alert(id=alert_id, condition=condition, **{**some, **fields})


class AlertWorld:
    """A clock, coins whose prices come in, and both who watch them."""

    def __init__(self) -> None:
        self.now = START
        self.live: dict[int, Tick] = {}
        self.alerts: dict[int, Alert] = {}
        self.reference = Reference()
        self.watch = Watch(self.live.get, lambda: self.now, Conditions())
        self.watch.meet(NAMES)

    def price(self, coin: int, price: Decimal | str, late: int = 0) -> list[Said]:
        """A price that came in now, of some seconds ago."""
        seq = len(self.reference.prices.get(coin, ())) + 1
        moment = self.now - timedelta(seconds=late)
        tick = Tick(NAMES[coin], Decimal(price), moment, 'test', Origin.FEED, seq=seq, received=self.now)
        self.live[coin] = tick
        return self._same(self.watch.tick(coin, tick), self.reference.tick(coin, tick, self.now))

    def wait(self, seconds: int) -> list[Said]:
        """Time passes."""
        self.now += timedelta(seconds=seconds)
        return self._same(self.watch.pass_time(self.now), self.reference.pass_time(self.now))

    def make(self, alert: Alert, coins: list[int] | None = None) -> None:
        """Make it, or activate it: armed, with sides anew."""
        alert = replace(alert, marks=tuple(replace(mark, armed=True) for mark in self.marks(alert.id)))
        self.alerts[alert.id] = alert
        self.watch.drop(alert.id)
        self.watch.put(alert, coins)
        self.reference.make(alert, list(NAMES) if coins is None else coins)
        self._seed()

    def change(self, alert_id: int, coins: list[int] | None = None, **fields: Any) -> None:
        """Change what does not take sides anew; the store may know less of its firings than the Watch."""
        if alert_id in self.watch:
            alert = self.alerts[alert_id] = replace(self.alerts[alert_id], marks=(), **fields)
            self.watch.put(alert, coins)
            self.reference.change(alert)

    def drop(self, alert_id: int) -> None:
        """It is deleted."""
        self.watch.drop(alert_id)
        self.reference.forget(alert_id)

    def adopt(self, alert_id: int, coin: int, price: Decimal) -> None:
        """Another process has fired, on a price of its own."""
        alert = self.alerts[alert_id]
        mark = next((mark for mark in self.marks(alert_id) if mark.coin_id == coin), None)
        if mark is not None:
            new = Mark(coin, mark.count + 1, alert.repeat is Repeat.EVERY, self.now, price)
            self.watch.adopt(alert_id, new)
            self.reference.committed(alert_id, new)

    def marks(self, alert_id: int) -> list[Mark]:
        """How far an alert has come."""
        return [one.mark for one in self.reference.ones if one.alert.id == alert_id]

    def _seed(self) -> None:
        """What a store would have: all prices so far."""
        for coin in self.watch.needs_history():
            known = self.reference.prices.get(coin, ())
            self.watch.seed(coin, [(old.moment, old.price, old.price) for old in reversed(known)])
        assert not self.watch.needs_history()

    def _same(self, hits: Sequence[Hit], said: list[Said]) -> list[Said]:
        assert [_said(hit) for hit in hits] == said
        return said


def _said(hit: Hit) -> Said:
    match hit:
        case Fired(firing, mark):
            assert (firing.nth, firing.coin_id) == (mark.count, mark.coin_id)
            return 'fired', firing.alert_id, firing.coin_id, firing.nth
        case Rearmed(alert_id, mark):
            return 'armed', alert_id, mark.coin_id, mark.count
        case Expired(alert_id):
            return 'expired', alert_id, 0, 0
