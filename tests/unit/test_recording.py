"""A file of recorded prices: sorted by time on disk, exact, candles as four prices."""

from decimal import Decimal
from pathlib import Path

import pytest

from desk.errors import Invalid
from desk.replay.recording import four_prices, quarters
from desk.ticks import Bar, Tick
from models import Origin
from tests.unit.csv_files import written
from tests.unit.replaying import HEADER, NOON, all_of, line, recorded, second


@pytest.mark.parametrize('at_once', [1, 2, 1000])
def test_prices_come_back_in_order_of_time_then_of_the_file(tmp_path: Path, at_once: int) -> None:
    content = HEADER + line(9, '3') + line(1, '1') + line(5, '2', 'ETH') + line(5, '2.5') + line(5, '2.25')
    ticks = all_of(recorded(written(tmp_path, content)), at_once)
    assert [(tick.name, str(tick.price), tick.timestamp) for tick in ticks] == [
        ('BTC', '1', second(1)),
        ('ETH', '2', second(5)),
        ('BTC', '2.5', second(5)),
        ('BTC', '2.25', second(5)),
        ('BTC', '3', second(9)),
    ]


def test_a_price_keeps_all_but_its_origin(tmp_path: Path) -> None:
    content = HEADER + line(1, '67000.123456789', rest=',coinbase,feed,0.5,66999.5,67000.5,Ann,seen')
    (tick,) = all_of(recorded(written(tmp_path, content)))
    assert tick == Tick(
        'BTC', Decimal('67000.123456789'), second(1), 'replay', Origin.FEED, Decimal('0.5'),
        Decimal('66999.5'), Decimal('67000.5'), 'Ann', 'seen',
    )  # fmt: skip


def test_marks_beside_an_exchanges_prices_did_not_count_and_do_not(tmp_path: Path) -> None:
    feed, form = ',coinbase,feed,,,,,', ',form,person,,,,Ann,'
    content = HEADER + line(1, '9', rest=form) + line(2, '1', rest=feed) + line(3, '5', 'PRIV', rest=form)
    recording = recorded(written(tmp_path, content))
    assert [(tick.name, str(tick.price)) for tick in all_of(recording)] == [('BTC', '1'), ('PRIV', '5')]
    assert (recording.facts.prices, recording.facts.coins) == (2, 2)


def test_what_it_holds_is_told_bad_rows_too(tmp_path: Path) -> None:
    content = HEADER + line(60, '2') + 'BTC,-1,2024-08-08T12:00:00Z,,,,,,,\n' + line(1, '1')
    facts = recorded(written(tmp_path, content)).facts
    assert (facts.file, facts.words, facts.prices, facts.bad) == ('file.csv', 'Cointape', 2, 1)
    assert (facts.start, facts.end) == (second(1), second(60))
    assert facts.why == ['line 3: A price is greater than zero; this one is negative.']


@pytest.mark.parametrize(('rows', 'says'), [('', 'no rows'), ('BTC,0,2024-08-08T12:00:00Z,,,,,,,\n', 'line 2')])
def test_a_file_without_a_good_row_is_refused_and_leaves_nothing(tmp_path: Path, rows: str, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        recorded(written(tmp_path, HEADER + rows))
    assert [path.name for path in tmp_path.iterdir()] == ['file.csv']


def test_a_candle_is_four_prices_low_before_high_and_its_volume_is_kept() -> None:
    numbers = (Decimal(2), Decimal(4), Decimal(1), Decimal(3))
    ticks = four_prices(Bar('BTC', 60, NOON, *numbers, volume=Decimal('0.00000007'), source='csv'))
    assert [(str(tick.price), tick.timestamp) for tick in ticks] == [
        ('2', second(0)),
        ('1', second(20)),
        ('4', second(40)),
        ('3', second(59)),
    ]
    assert [str(tick.volume) for tick in ticks] == ['1E-8', '1E-8', '1E-8', '4E-8']
    assert quarters(None) == [None] * 4


def test_of_two_candles_of_one_minute_the_fuller_is_played(tmp_path: Path) -> None:
    content = 'time,low,high,open,close,volume\n'
    for opened, volume in ((1, 5), (2, 7), (3, 6)):
        content += f'2024-08-08 12:00:00,{opened},{opened},{opened},{opened},{volume}\n'
    ticks = all_of(recorded(written(tmp_path, content + '2024-08-08 12:01:00,4,4,4,4,1\n'), 'BTC'))
    assert [str(tick.price) for tick in ticks] == ['2'] * 4 + ['4'] * 4
    assert sum(tick.volume or 0 for tick in ticks) == 8
