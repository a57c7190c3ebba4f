"""Files of candles: how far they are apart, and which counts where two are of the same time."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from desk.csv.reading import spacing
from desk.errors import Invalid
from tests.unit.csv_files import candle, imported, written
from tests.unit.csv_sink import Sink, sink

__all__ = ['sink']


async def test_of_two_candles_of_a_minute_the_fuller_counts_wherever_it_stands(tmp_path: Path, sink: Sink) -> None:
    lines = [candle(2, '5'), candle(1, '10'), candle(0, '1'), candle(1, '9'), candle(0, '10')]
    path = written(tmp_path, 'time,low,high,open,close,volume\n' + ''.join(lines))
    report = await imported(path, sink, 'ETH')
    assert (report.added, report.repeated, report.good) == (3, 2, 5)
    assert [bar.volume for _, bar in sorted(sink.bars.items())] == [10, 10, 5]
    again = await imported(path, sink, 'ETH')
    assert (again.added, again.present) == (0, 3)


@pytest.mark.parametrize(
    ('stamps', 'seconds'),
    [
        (['2026-01-03', '2026-01-02', '2026-01-01'], 86400),
        (['2026-01-01T00:00', '2026-01-01T01:00', '2026-01-01T07:00', '2026-01-01T08:00'], 3600),
        (['2026-01-01T00:00', '2026-01-01T00:01', '2026-01-01T00:03'], 60),
        (['2026-01-01T00:00'], 86400),
        (['2026-01-01T05:00'], 3600),
        (['2026-01-01T05:01'], 60),
    ],
)
def test_the_interval_is_found_from_the_spacing(stamps: list[str], seconds: int) -> None:
    moments = [datetime.fromisoformat(stamp).replace(tzinfo=UTC) for stamp in stamps]
    assert spacing(('BTC', moment) for moment in moments) == seconds
    two_coins = [(name, moment) for moment in moments for name in ('BTC', 'ETH')]
    assert spacing(two_coins) == seconds


async def test_candles_of_an_interval_that_is_not_kept_are_refused(tmp_path: Path, sink: Sink) -> None:
    path = written(tmp_path, 'time,low,high,open,close,volume\n' + ''.join(candle(n, '1') for n in range(0, 60, 5)))
    with pytest.raises(Invalid, match='5 minutes apart'):
        await imported(path, sink, 'ETH')
