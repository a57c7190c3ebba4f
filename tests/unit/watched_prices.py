"""A Watch by itself: prices come in, and what it says of them is text."""

from datetime import timedelta
from decimal import Decimal

from desk.alerting.conditions import Conditions
from desk.alerting.hits import Fired, Hit, Rearmed
from desk.alerting.watch import Watch
from desk.market import Market, Quote
from desk.ticks import Tick
from models import Coin, Origin
from tests.unit.alerting_world import START


class Watched:
    """A Watch with a clock and live prices; what it says of a price as text."""

    def __init__(self, *firsts: str, conditions: Conditions | None = None) -> None:
        self.now, self.seq = START, 0
        self.live: dict[int, Tick] = {}
        self.conditions, self.market = conditions or Conditions(), Market()
        self.watch = Watch(self.live.get, lambda: self.now, self.conditions, self.quote)
        for coin, price in enumerate(firsts, 1):
            self.comes(coin, price)

    def quote(self, coin: int) -> Quote | None:
        tick = self.live[coin]
        self.market.apply(Coin(id=coin, name=tick.name, key=tick.name), tick)
        return self.market.quote(Coin(id=coin, name=tick.name, key=tick.name), self.now)

    def comes(self, coin: int, price: str) -> Tick:
        self.seq += 1
        name = f'COIN{coin}'
        tick = Tick(name, Decimal(price), self.now, 'test', Origin.PERSON, seq=self.seq, received=self.now)
        self.live[coin] = tick
        return tick

    def price(self, price: str, coin: int = 1) -> list[str]:
        for unseeded in self.watch.needs_history():
            self.watch.seed(unseeded, [])
        return [said_of(hit) for hit in self.watch.tick(coin, self.comes(coin, price))]

    def prices(self, *prices: str) -> list[str]:
        """The prices that fire something."""
        return [price for price in prices if self.price(price)]

    def wait(self, **time: int) -> list[str]:
        self.now += timedelta(**time)
        return [said_of(hit) for hit in self.watch.pass_time(self.now)]


def said_of(hit: Hit) -> str:
    if isinstance(hit, Fired):
        return f'{hit.firing.alert_id} fired'
    return f'{hit.alert_id} {"armed" if isinstance(hit, Rearmed) else "expired"}'
