"""The last day in quarter hours."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

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
