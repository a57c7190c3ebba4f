"""Records for the store's tests."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count

from desk.store import Store
from desk.ticks import Bar
from models import Coin, Cryptocurrency, Origin

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
_seqs = count(1)


async def coin(store: Store, name: str = 'BTC') -> int:
    """The id of a coin of this name."""
    return number(await store.ensure_coins([name]))


def number(coins: list[Coin]) -> int:
    """The id of a single coin."""
    assert coins[0].id is not None
    return coins[0].id


def record(
    coin_id: int,
    price: str | Decimal = '1',
    after: float = 0,
    origin: Origin = Origin.PERSON,
    volume: str | None = None,
    source: str = 'form',
) -> Cryptocurrency:
    """An unsaved record, `after` seconds past noon; each has a greater number than the one before."""
    return Cryptocurrency(
        name='BTC',
        coin_id=coin_id,
        price=Decimal(price),
        timestamp=NOON + timedelta(seconds=after),
        seq=next(_seqs),
        origin=origin,
        source=source,
        volume=None if volume is None else Decimal(volume),
    )


def feed(coin_id: int, price: str | Decimal = '1', after: float = 0, volume: str | None = None) -> Cryptocurrency:
    """An unsaved record of a feed."""
    return record(coin_id, price, after, Origin.FEED, volume, 'coinbase')


def bar(
    start: datetime = NOON,
    interval: int = 60,
    price: str = '1',
    volume: str | None = None,
    source: str = 'coinbase',
    origin: Origin = Origin.FEED,
) -> Bar:
    """A delivered candle that stood still."""
    value = Decimal(price)
    amount = None if volume is None else Decimal(volume)
    return Bar('BTC', interval, start, value, value, value, value, amount, source, origin)
