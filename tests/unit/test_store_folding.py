"""Folding rows as the database has them gives what the rules of candles say."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from desk.candles import INTERVALS, Part, floor, stored_interval
from desk.store.folding import Stored, folded
from models import CandleOrigin
from tests.unit.reference_candles import assemble

START = datetime(2026, 1, 26, tzinfo=UTC)
LATE = datetime(2026, 1, 26, 23, 59, 59, 999999, tzinfo=UTC)
prices = st.sampled_from(['0.05', '0.5', '9.99', '10', '12', '12.5', '67000.123456789012345678'])
volumes = st.none() | st.sampled_from(['0', '1.5', '10', '0.000000000000000001', '12345678901234567890'])


def _part(spread: list[str], volume: str | None, start: datetime, inside: tuple[int, int], seqs: list[int]) -> Part:
    ordered = sorted(map(Decimal, spread))
    first, last = (start + timedelta(seconds=second) for second in sorted(inside))
    amount = None if volume is None else Decimal(volume)
    return Part(Decimal(spread[1]), ordered[-1], ordered[0], Decimal(spread[2]), amount, first, seqs[0], last, seqs[1])


@st.composite
def stored(draw: st.DrawFn) -> tuple[int, list[tuple[CandleOrigin, datetime, Part]]]:
    """An interval, and stored candles of every making that it is made of; merged coins have one of a making each."""
    interval = draw(st.sampled_from(list(INTERVALS.values())))
    finer = stored_interval(interval)
    keys = st.tuples(st.sampled_from(list(CandleOrigin)), st.integers(0, 8))
    found = []
    for origin, number in draw(st.lists(keys, max_size=20)):
        start = floor(START, finer) + number * timedelta(seconds=finer)
        inside = draw(st.tuples(st.integers(0, 3), st.integers(0, 3)))
        spread, seqs = (
            draw(st.lists(prices, min_size=3, max_size=3)),
            draw(st.lists(st.integers(0, 2), min_size=2, max_size=2)),
        )
        found.append((origin, start, _part(spread, draw(volumes), start, inside, seqs)))
    return interval, found


def _row(origin: CandleOrigin, start: datetime, part: Part, text: bool) -> Stored:
    row = (start, *part, str(origin))
    return Stored._make(_text(value) if text else value for value in row)


def _text(value: object) -> object:
    if isinstance(value, datetime):
        return f'{value:%Y-%m-%d %H:%M:%S.%f}'
    return format(value, 'f') if isinstance(value, Decimal) else value


@given(stored(), st.booleans())
def test_rows_are_folded_as_candles_are_assembled(
    drawn: tuple[int, list[tuple[CandleOrigin, datetime, Part]]], text: bool
) -> None:
    interval, parts = drawn
    assert folded([_row(*part, text) for part in parts], interval) == assemble(parts, interval)


def test_of_many_merged_coins_the_first_opens_and_the_last_closes() -> None:
    moments = [START + timedelta(seconds=second) for second in (59, 50, 40, 30, 20, 10, 5, 9)]
    rows = [
        _row(
            CandleOrigin.HAND,
            START,
            _part(['1', str(50 + number), str(70 + number)], None, moment, (0, 0), [1, 1]),
            True,
        )
        for number, moment in enumerate(moments)
    ]
    (candle,) = folded(rows, 60)
    assert (candle.open, candle.close) == (Decimal(56), Decimal(70))


def test_a_bucket_ends_before_the_next_begins() -> None:
    rows = [
        _row(CandleOrigin.HAND, moment, _part(['10'] * 3, None, moment, (0, 0), [1, 1]), True)
        for moment in (START, LATE)
    ]
    assert [candle.start for candle in folded(rows, 86400)] == [START]
