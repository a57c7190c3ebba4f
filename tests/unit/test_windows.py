"""The last day in quarter hours."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import itemgetter

from hypothesis import given
from hypothesis import strategies as st

from desk.windows import QUARTERS, Window

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_the_range_covers_a_day_and_forgets_what_is_older() -> None:
    window = Window()
    for hours, price in ((26, 1), (20, 9), (10, 3), (0, 5)):
        window.add(NOON - timedelta(hours=hours), hours, Decimal(price), Decimal(2))
    assert window.summary(NOON) == (Decimal(9), Decimal(3), Decimal(6))
    assert window.summary(NOON + timedelta(hours=20)) == (Decimal(5), Decimal(5), Decimal(2))
    assert window.summary(NOON + timedelta(days=3)) == (None, None, None)


def test_closes_are_the_last_price_of_each_quarter_hour_whatever_arrives_first() -> None:
    window = Window()
    window.add(NOON + timedelta(minutes=14), 1, Decimal(2), None)
    window.add(NOON + timedelta(minutes=1), 2, Decimal(1), None)
    window.add(NOON + timedelta(minutes=15), 3, Decimal(3), None)
    assert window.closes(NOON + timedelta(minutes=15)) == [Decimal(2), Decimal(3)]


def test_volume_is_unknown_until_some_is() -> None:
    window = Window()
    window.add(NOON, 1, Decimal(2), None)
    assert window.summary(NOON)[2] is None


def test_memory_is_bounded_by_a_day() -> None:
    window = Window()
    for quarter in range(1000):
        window.add(NOON + timedelta(minutes=15 * quarter), quarter, Decimal(1), None)
    assert len(window.closes(NOON)) == QUARTERS + 1


PRICES = st.lists(
    st.tuples(st.integers(0, 3 * 86_400), st.integers(1, 10**6), st.none() | st.integers(0, 10**6)), max_size=60
)


@given(PRICES, st.integers(-3600, 3 * 86_400), st.booleans())
def test_a_window_says_what_all_its_prices_say_together(
    prices: list[tuple[int, int, int | None]], later: int, in_order: bool
) -> None:
    window, now = Window(), NOON + timedelta(days=3, seconds=later)
    kept: list[tuple[datetime, int, Decimal, Decimal | None]] = []
    for seq, (second, price, volume) in enumerate(sorted(prices, key=itemgetter(0)) if in_order else prices, 1):
        moment = NOON + timedelta(seconds=second)
        new = moment, seq, Decimal(price).scaleb(-2), None if volume is None else Decimal(volume).scaleb(-8)
        newest = max((quarter(each[0]) for each in kept), default=0)
        kept += [new] if quarter(moment) >= newest - QUARTERS else []
        window.add(*new)
        window.summary(now)  # what was asked before changes nothing
    seen = [each for each in kept if quarter(each[0]) >= quarter(now) - QUARTERS]
    volumes = [volume for _, _, _, volume in seen if volume is not None]
    assert window.summary(now) == (
        max((price for _, _, price, _ in seen), default=None),
        min((price for _, _, price, _ in seen), default=None),
        sum(volumes) if volumes else None,
    )
    closes = {quarter(moment): price for moment, _, price, _ in sorted(seen, key=itemgetter(0, 1))}
    assert window.closes(now) == [closes[number] for number in sorted(closes)]


def quarter(moment: datetime) -> int:
    return int(moment.timestamp()) // 900
