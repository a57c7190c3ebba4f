"""What feeds told is folded as it comes: minutes and records are those of all prices together, in whatever order."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from desk.candles import Part, gather
from desk.store.feed_buffer import FeedBuffer, Harvest
from desk.store.parts import Key, key_of, part_of
from desk.store.records import Entry
from desk.ticks import Tick
from models import Origin
from tests.unit.store_records import NOON

VOLUMES = st.none() | st.integers(0, 10**9).map(lambda number: Decimal(number).scaleb(-8))
PRICES = st.builds(
    lambda coin_id, late, price, volume, origin: (coin_id, late, Decimal(price).scaleb(-2), volume, origin),
    st.integers(1, 3),
    st.floats(0, 3) | st.floats(55, 65) | st.sampled_from([0.0, 1.0, 59.999999, 60.0]),
    st.integers(1, 200),
    VOLUMES,
    st.sampled_from([Origin.FEED, Origin.FEED, Origin.FEED, Origin.PROGRAM]),
)
BATCHES = st.lists(st.tuples(st.lists(PRICES, max_size=20), st.sampled_from(['go on', 'write', 'fail'])), max_size=8)


def told(seq: int, price: tuple[int, float, Decimal, Decimal | None, Origin]) -> tuple[int, str, Tick]:
    coin_id, late, number, volume, origin = price
    moment = NOON + timedelta(seconds=round(late, 6))
    return coin_id, 'BTC', Tick('BTC', number, moment, 'x', origin, volume, seq=seq, received=NOON)


def record(coin_id: int, name: str, tick: Tick) -> Entry:
    return Entry(
        coin_id, name, tick.price, tick.timestamp, tick.source, tick.origin, tick.volume, tick.bid, tick.ask,
        tick.author, tick.note, tick.seq, tick.received,
    )  # fmt: skip


def merged(harvests: list[Harvest]) -> dict[Key, Part]:
    return gather(item for harvest in harvests for item in harvest.minutes.items())


@given(BATCHES)
def test_minutes_are_those_of_all_prices(
    batches: list[tuple[list[tuple[int, float, Decimal, Decimal | None, Origin]], str]],
) -> None:
    buffer, written, all_of_them = FeedBuffer(), list[Harvest](), list[Entry]()
    for batch, then in batches:
        prices = [told(len(all_of_them) + number, price) for number, price in enumerate(batch, 1)]
        all_of_them += [record(*price) for price in prices]
        buffer.put_all(prices)
        if then != 'go on':
            harvest = buffer.take()
            if then == 'fail':
                buffer.put_back(harvest)
            else:
                buffer.done(harvest)
                written.append(harvest)
    written.append(buffer.take(everything=True))
    assert merged(written) == gather((key_of(each), part_of(each)) for each in all_of_them)


@given(st.lists(PRICES, min_size=1, max_size=40))
def test_of_each_second_the_newest_price_is_kept(
    prices: list[tuple[int, float, Decimal, Decimal | None, Origin]],
) -> None:
    buffer = FeedBuffer()
    newest: dict[tuple[int, int], Entry] = {}
    for seq, price in enumerate(prices, 1):
        buffer.put_all([told(seq, price)])
        new = record(*told(seq, price))
        second = new.coin_id, int((new.timestamp - NOON).total_seconds())
        known = newest.get(second)
        if known is None or (known.timestamp, known.seq) <= (new.timestamp, new.seq):
            newest[second] = new
    kept = buffer.take(everything=True).samples.values()
    assert {each.seq for each in kept} == {each.seq for each in newest.values()}
    assert all(isinstance(each, Entry) for each in kept)
