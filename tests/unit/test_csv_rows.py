"""One row: what the desk takes, and the sentence for what it does not."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.candles import floor
from desk.csv.formats import recognise
from desk.csv.rows import EPOCH, RowReader, escaped, machine_number, parse_moment, unescaped
from desk.errors import Invalid
from desk.ticks import Bar, Tick
from models import Origin
from tests.unit.csv_sink import NOW


def read(header: str, *cells: str, name: str = '', interval: int = 0) -> Tick | Bar:
    layout = recognise(header.split(','))
    assert layout is not None
    return RowReader(layout, 'USD', name, interval).read(cells, NOW)


def refusal(header: str, *cells: str, name: str = '', interval: int = 0) -> str:
    with pytest.raises(Invalid) as refused:
        read(header, *cells, name=name, interval=interval)
    return str(refused.value)


OWN = 'name,price,timestamp,source,origin,volume,bid,ask,author,note'
KRAKEN = 'time,open,high,low,close,volume,trades'


def test_a_row_of_three_cells_is_a_tick_by_a_file() -> None:
    expected = Tick('BTC', Decimal('67000.12'), datetime(2026, 1, 31, 11, 30, tzinfo=UTC), 'csv', Origin.FILE)
    assert read('name,price,timestamp', ' BTC ', '67,000.120', '2026-01-31T12:30:00+01:00') == expected


def test_a_row_of_an_export_is_the_tick_that_it_was() -> None:
    cells = ('BTC', '1.5', '2026-01-31T10:00:00.000001+00:00', 'coinbase', 'feed', '0', '1.4', '1.6', 'Ann', "'=A1")
    tick = read(OWN, *cells)
    assert isinstance(tick, Tick)
    assert (tick.timestamp.microsecond, tick.source, tick.origin, tick.volume) == (
        1,
        'coinbase',
        Origin.FEED,
        Decimal(0),
    )
    assert (tick.bid, tick.ask, tick.author, tick.note) == (Decimal('1.4'), Decimal('1.6'), 'Ann', '=A1')


@pytest.mark.parametrize(
    ('cells', 'sentence'),
    [
        (('', '1', '2026-01-01'), 'Give the coin a name, like BTC.'),
        (('B' * 51, '1', '2026-01-01'), 'A name has at most 50 characters; this one has 51.'),
        (('B\x07C', '1', '2026-01-01'), 'printable characters only'),
        (('BTC', '', '2026-01-01'), 'Give a price'),
        (('BTC', '12,5', '2026-01-01'), 'Write the decimals after a point: 12.5 instead of 12,5.'),
        (('BTC', '1e5', '2026-01-01'), 'Write the number out in full, without an exponent: 100000 instead of 1e5.'),
        (('BTC', '-1', '2026-01-01'), 'A price is greater than zero; this one is negative.'),
        (('BTC', '0', '2026-01-01'), 'A price is greater than zero.'),
        (('BTC', '1.' + '1' * 19, '2026-01-01'), 'A price has at most 20 digits before the point, 18 after'),
        (('BTC', '1', ''), 'Give a time, like 2026-01-31T14:30:00Z.'),
        (('BTC', '1', 'yesterday'), '“yesterday” is not a time'),
        (('BTC', '1', '31/01/2026'), '“31/01/2026” is not a time'),
        (('BTC', '1', '2026-01-31T12:00:06Z'), '2026-01-31 12:00:06 UTC is in the future'),
        (('BTC', '1', '1969-12-31'), 'A time before 1970'),
    ],
)
def test_a_bad_row_gets_the_desks_own_sentence(cells: tuple[str, ...], sentence: str) -> None:
    assert sentence in refusal('name,price,timestamp', *cells)


@pytest.mark.parametrize(
    ('header', 'cell', 'sentence'),
    [
        ('origin', 'guess', '“guess” is no origin; it is one of person, program, file, feed.'),
        ('source', 's' * 51, 'The source has at most 50 characters; this one has 51.'),
        ('author', 'a' * 101, 'The author has at most 100 characters'),
        ('note', 'n' * 501, 'The note has at most 500 characters'),
        ('note', 'a\0b', 'The note has a NUL character in it.'),
        ('volume', '-1', 'negative'),
        ('bid', 'x', '“x” is not a number'),
    ],
)
def test_a_bad_cell_beside_the_price_is_refused_too(header: str, cell: str, sentence: str) -> None:
    assert sentence in refusal(f'name,price,timestamp,{header}', 'BTC', '1', '2026-01-01', cell)


def test_a_candle_keeps_open_to_volume_and_starts_on_its_grid() -> None:
    bar = read(KRAKEN, '2026-01-30T23:59:59Z', '2', '3', '1', '2.5', '9.25', '7', name='ETH', interval=86400)
    two, three, one, close, volume = (Decimal(text) for text in ('2', '3', '1', '2.5', '9.25'))
    start = datetime(2026, 1, 30, tzinfo=UTC)
    assert bar == Bar('ETH', 86400, start, two, three, one, close, volume, 'csv', Origin.FILE)


def test_the_running_candle_of_today_is_no_future() -> None:
    bar = read(KRAKEN, '2026-01-31T23:59:59Z', '2', '3', '1', '2.5', '', '7', name='ETH', interval=86400)
    assert isinstance(bar, Bar)
    assert bar.volume is None


@pytest.mark.parametrize(
    ('cells', 'sentence'),
    [
        (('2026-01-30', '2', '3', '1', '4', '9', '7'), 'A candle has its open and close between its low and high.'),
        (('2026-01-30', 'null', 'null', 'null', 'null', 'null', '7'), '“null” is not a number'),
        (('2026-01-30', '2', '3', '0', '2', '9', '7'), 'A price is greater than zero.'),
        (('2026-01-30', '2', '3', '1', '2', '-9', '7'), 'negative'),
        (('2026-02-01', '2', '3', '1', '2', '9', '7'), 'is in the future'),
        (('2026-01-30', '2', '3', '1', '1e999', '9', '7'), 'A price has at most 20 digits'),
        (('2026-01-30', '2', '3', '1', '9' * 99, '9', '7'), 'A price has at most 20 digits'),
    ],
)
def test_a_bad_candle_is_refused(cells: tuple[str, ...], sentence: str) -> None:
    assert sentence in refusal(KRAKEN, *cells, name='ETH', interval=86400)


@pytest.mark.parametrize(
    ('text', 'moment'),
    [
        ('2026-01-31', datetime(2026, 1, 31, tzinfo=UTC)),
        ('2026-01-31 10:20:30', datetime(2026, 1, 31, 10, 20, 30, tzinfo=UTC)),
        ('2026-01-31 10:20:30 UTC', datetime(2026, 1, 31, 10, 20, 30, tzinfo=UTC)),
        ('2024-09-10T23:59:59.999Z', datetime(2024, 9, 10, 23, 59, 59, 999000, tzinfo=UTC)),
        ('2026-01-31T10:20:30+02:00', datetime(2026, 1, 31, 8, 20, 30, tzinfo=UTC)),
        ('2019-10-17 12-AM', datetime(2019, 10, 17, 0, tzinfo=UTC)),
        ('2019-10-17 12-PM', datetime(2019, 10, 17, 12, tzinfo=UTC)),
        ('2019-10-17 09-PM', datetime(2019, 10, 17, 21, tzinfo=UTC)),
        ('1700000000', datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
        ('1700000000123', datetime(2023, 11, 14, 22, 13, 20, 123000, tzinfo=UTC)),
        ('1700000000123456', datetime(2023, 11, 14, 22, 13, 20, 123456, tzinfo=UTC)),
        ('1700000000123456789', datetime(2023, 11, 14, 22, 13, 20, 123456, tzinfo=UTC)),
    ],
)
def test_times_are_read_as_programs_write_them(text: str, moment: datetime) -> None:
    assert parse_moment(text) == moment


@given(st.decimals(min_value=Decimal('1e-18'), max_value=Decimal('1e18'), places=18))
def test_a_number_of_a_program_is_exact_in_either_notation(number: Decimal) -> None:
    assert machine_number(str(number)) == number


@given(st.text())
def test_a_disarmed_cell_comes_back(cell: str) -> None:
    assert unescaped(escaped(cell)) == cell
    assert not escaped(cell).lstrip().startswith(('=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'))


@given(st.from_regex(r"\A'*\s*[=+\-@＝＠\t\r\n]?'*[a=]*\Z"))
def test_a_disarmed_cell_comes_back_whatever_quotes_it_had(cell: str) -> None:
    assert unescaped(escaped(cell)) == cell


@given(
    st.integers(0, 10**16).map(lambda passed: EPOCH + timedelta(microseconds=passed)),
    st.sampled_from([60, 3600, 86400]),
)
def test_a_candle_starts_at_or_before_what_it_holds(moment: datetime, interval: int) -> None:
    start = floor(moment, interval)
    assert 0 <= (moment - start).total_seconds() < interval
    assert start.timestamp() % interval == 0
