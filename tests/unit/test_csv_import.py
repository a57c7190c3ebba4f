"""The import as a whole: tried first, repeatable, stoppable, constant in memory, kind to the event loop."""

import asyncio
import random
import tracemalloc
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from desk.csv.importing import BATCH, CsvImport, summary
from desk.csv.reading import Report
from desk.desk import Desk
from desk.errors import Invalid, Unavailable
from desk.ticks import Tick
from models import Cryptocurrency, Origin, utc_now
from tests.unit.csv_files import HEADER, candle, imported, many, row, written
from tests.unit.csv_sink import Sink, sink

__all__ = ['sink']


async def test_a_dry_run_counts_good_and_bad_rows_with_line_and_reason(tmp_path: Path, sink: Sink) -> None:
    path = written(tmp_path, f'{HEADER}{row(0)}BTC,-1,2026-01-01\n\n{row(1)}BTC,1\nBTC,1,2027-01-01\n')
    async with CsvImport(path, sink) as job:
        report = await job.dry_run()
    assert (report.good, report.bad, report.progress, report.stopped) == (2, 3, 1.0, False)
    assert [(bad.line, bad.reason) for bad in report.bad_rows] == [
        (3, 'A price is greater than zero; this one is negative.'),
        (6, 'The row has 2 cells where the header has 3.'),
        (7, '2027-01-01 00:00:00 UTC is in the future; a price is recorded when it holds.'),
    ]
    assert sink.calls == []


async def test_good_rows_come_in_while_bad_ones_stay_out(tmp_path: Path, sink: Sink) -> None:
    report = await imported(written(tmp_path, f'{HEADER}{row(0)}BTC,x,2026-01-01\n{row(1)}'), sink)
    assert (report.added, report.bad, [str(tick.price) for tick in sink.ticks]) == (2, 1, ['1', '2'])
    assert {tick.origin for tick in sink.ticks} == {Origin.FILE}


async def test_all_bad_rows_are_counted_and_a_thousand_are_kept(tmp_path: Path, sink: Sink) -> None:
    report = await imported(written(tmp_path, HEADER + 'BTC,x,2026-01-01\n' * 5000 + row(0)), sink)
    assert (report.bad, len(report.bad_rows), report.bad_rows[-1].line, report.added) == (5000, 1000, 1001, 1)


async def test_the_same_file_again_adds_nothing_and_says_so(tmp_path: Path, sink: Sink) -> None:
    path = written(tmp_path, many(BATCH + 500))
    assert summary(await imported(path, sink)) == '2,500 added.'
    assert summary(await imported(path, sink)) == 'Nothing added, 2,500 were there already.'
    assert len(sink.ticks) == BATCH + 500


@pytest.mark.parametrize(
    ('report', 'sentence'),
    [
        (Report(good=12348, bad=2, added=12345, present=3), '12,345 added, 3 were there already, 2 were bad.'),
        (Report(good=1, bad=1, present=1), 'Nothing added, 1 was there already, 1 was bad.'),
        (Report(good=9, added=4, repeated=5), '4 added, 5 came twice in the file.'),
        (Report(), 'Nothing added: the file has no rows.'),
        (Report(good=9, stopped=True), 'Stopped: nothing added. Import the file again to add the rest.'),
    ],
)
def test_an_import_is_summed_up_in_one_sentence(report: Report, sentence: str) -> None:
    assert summary(report) == sentence


async def test_genuine_repeats_survive_and_come_in_once(tmp_path: Path, sink: Sink) -> None:
    path = written(tmp_path, HEADER + row(0) * (BATCH + 3) + row(0, 'btc') + row(1))
    assert (await imported(path, sink)).added == BATCH + 5
    assert (await imported(path, sink)).added == 0
    longer = written(tmp_path, HEADER + row(0) * (BATCH + 6))
    report = await imported(longer, sink)
    assert (report.added, report.present) == (2, BATCH + 4)


async def test_equal_prices_of_other_coins_times_and_sources_are_no_repeats(tmp_path: Path, sink: Sink) -> None:
    rows = ['A,1,2026-01-01,x', 'B,1,2026-01-01,x', 'A,1,2026-01-02,x', 'A,1,2026-01-01,y', 'A,1.0,2026-01-01,x']
    path = written(tmp_path, 'name,price,timestamp,source\n' + '\n'.join(rows))
    assert (await imported(path, sink)).added == 5
    assert (await imported(path, sink)).present == 5


async def test_a_started_desk_keeps_its_live_price_when_the_past_comes_in(tmp_path: Path, desk: Desk) -> None:
    await desk.submit(Tick('BTC', Decimal(67000), utc_now(), 'form', Origin.PERSON))
    rows = [f'btc,{price},2025-01-0{price},csv' for price in range(1, 6)]
    path = written(tmp_path, 'name,price,timestamp,source\n' + '\n'.join([*rows, rows[0], 'ETH,5,2025-01-01,csv']))
    assert (await imported(path, desk)).added == 7
    assert (await imported(path, desk)).present == 7
    assert desk.quote('BTC').price == 67000
    assert desk.quote('ETH').price == 5
    history = await desk.history('BTC')
    assert [record.record.price for record in history.records] == [67000, 5, 4, 3, 2, 1, 1]
    assert {record.record.origin for record in history.records[1:]} == {Origin.FILE}


async def test_a_file_that_names_no_coin_asks_for_it(tmp_path: Path, sink: Sink) -> None:
    path = written(tmp_path, 'snapped_at,price,market_cap,total_volume\n2026-01-01 00:00:00 UTC,5,0,9\n')
    async with CsvImport(path, sink) as job:
        assert (await job.inspect()).needs_name
        with pytest.raises(Invalid, match='Give the coin a name') as refused:
            await job.dry_run()
        assert refused.value.field == 'name'
        job.name = ' ADA '
        assert (await job.run()).added == 1
    assert (sink.ticks[0].name, sink.ticks[0].volume) == ('ADA', None)


async def test_an_unknown_header_is_mapped_by_choice(tmp_path: Path, sink: Sink) -> None:
    path = written(tmp_path, 'Day;What;Closing rate\n2026-01-01;DOGE;1.5e-1\n2026-01-02;DOGE;"0.16"\n')
    async with CsvImport(path, sink) as job:
        look = await job.inspect()
        assert (look.format, look.kind, look.needs_mapping) == ('', '', True)
        assert (look.columns, look.preview[0]) == (['Day', 'What', 'Closing rate'], ['2026-01-01', 'DOGE', '1.5e-1'])
        with pytest.raises(Invalid, match='Say which column holds the price and the time'):
            await job.dry_run()
        job.mapping = {'timestamp': 'Day', 'name': 'What', 'price': 'Closing rate'}
        assert (await job.run()).added == 2
    assert [(tick.name, tick.price) for tick in sink.ticks] == [('DOGE', Decimal('0.15')), ('DOGE', Decimal('0.16'))]


async def test_a_file_in_another_encoding_can_be_shown_and_its_plain_rows_come_in(tmp_path: Path, sink: Sink) -> None:
    path = tmp_path / 'latin.csv'
    path.write_bytes('Währung,price,timestamp\nBTC,1,2026-01-01\nMünze,1,2026-01-01\n'.encode('latin-1'))
    async with CsvImport(path, sink, 'BTC') as job:
        look = await job.inspect()
        report = await job.run()
    assert (look.columns[0], look.preview[1][0]) == ('W?hrung', 'M?nze')
    assert (report.added, report.bad_rows[0].reason) == (1, 'The row is not UTF-8 text.')


class Braked(Sink):
    """Stops the import that feeds it after so many batches."""

    job: CsvImport | None = None

    async def submit_many(self, ticks: Sequence[Tick], restored: bool = False) -> list[Cryptocurrency]:
        if self.job:
            self.job.stop()
        return await super().submit_many(ticks, restored)


async def test_an_import_that_was_stopped_is_finished_by_the_next(tmp_path: Path) -> None:
    path, sink = written(tmp_path, many(3 * BATCH)), Braked(tmp_path)
    async with CsvImport(path, sink) as sink.job:
        report = await sink.job.run()
    assert (report.stopped, report.added, 0 < report.progress < 1) == (True, BATCH, True)
    assert summary(report) == 'Stopped: 2,000 added. Import the file again to add the rest.'
    sink.job = None
    report = await imported(path, sink)
    assert (report.stopped, report.added, report.present) == (False, 2 * BATCH, BATCH)
    assert [int(tick.price) for tick in sink.ticks] == list(range(1, 3 * BATCH + 1))


async def test_a_stop_right_after_the_start_is_heard(tmp_path: Path, sink: Sink) -> None:
    path = written(tmp_path, 'time,low,high,open,close,volume\n' + candle(1, '1') + candle(2, '1'))
    async with CsvImport(path, sink, 'ETH') as job:
        job.stop()  # of nothing: the next run begins afresh
        run = asyncio.ensure_future(job.run())
        await asyncio.sleep(0)
        job.stop()
        report = await run
    assert (report.stopped, sink.bars) == (True, {})


async def test_a_dry_run_can_be_stopped_too(tmp_path: Path, sink: Sink) -> None:
    async with CsvImport(written(tmp_path, many(100 * BATCH)), sink) as job:
        trial = asyncio.ensure_future(job.dry_run())
        job.stop()
        await asyncio.sleep(0)  # the dry run begins, and forgets an earlier stop
        job.stop()
        report = await trial
    assert report.stopped
    assert report.good < 100 * BATCH


class Strict(Sink):
    """Refuses a price for a reason of its own."""

    async def submit_many(self, ticks: Sequence[Tick], restored: bool = False) -> list[Cryptocurrency]:
        if any(tick.price == 150 for tick in ticks):
            raise Invalid('Not 150, please.')
        return await super().submit_many(ticks, restored)


async def test_a_row_that_only_the_desk_refuses_does_not_take_others_with_it(tmp_path: Path) -> None:
    sink = Strict(tmp_path)
    report = await imported(written(tmp_path, many(500)), sink)
    assert (report.added, report.good, report.bad) == (499, 499, 1)
    assert [(bad.line, bad.reason) for bad in report.bad_rows] == [(151, 'Not 150, please.')]


class Full(Sink):
    """Has a full disk."""

    async def submit_many(self, ticks: Sequence[Tick], restored: bool = False) -> list[Cryptocurrency]:
        raise Unavailable('The disk is full.')


async def test_a_desk_that_cannot_store_ends_the_import_with_its_sentence(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match='The disk is full'):
        await imported(written(tmp_path, many(500)), Full(tmp_path))


async def test_nothing_is_left_in_the_data_dir(tmp_path: Path, sink: Sink) -> None:
    await imported(written(tmp_path, many(10)), sink)
    assert list((tmp_path / 'import').iterdir()) == []


async def test_the_desk_gets_small_slices_each_in_a_turn_of_the_loop_of_its_own(tmp_path: Path) -> None:
    turn = 0
    turns: list[int] = []

    async def count() -> None:
        nonlocal turn
        while True:
            await asyncio.sleep(0)
            turn += 1

    class Timed(Sink):
        async def submit_many(self, ticks: Sequence[Tick], restored: bool = False) -> list[Cryptocurrency]:
            turns.append(turn)
            return await super().submit_many(ticks, restored)

    counter, sink = asyncio.ensure_future(count()), Timed(tmp_path)
    await imported(written(tmp_path, many(2 * BATCH)), sink)
    counter.cancel()
    assert max(sink.calls) <= 250
    assert len(turns) == len(set(turns)) == len(sink.calls)


@pytest.mark.slow
async def test_memory_stays_constant_however_long_the_file_is(tmp_path: Path) -> None:
    chance, note = random.Random(1), 'n' * 450
    path = tmp_path / 'long.csv'
    with path.open('w') as file:
        file.write('name,price,timestamp,note\n')
        for number in range(42_000):
            file.write(f'BTC,{chance.randint(1, 10**9)},{row(number)[-26:-1]},{note}\n')
    assert path.stat().st_size > 20_000_000

    class Forgetful(Sink):
        async def submit_many(self, ticks: Sequence[Tick], restored: bool = False) -> list[Cryptocurrency]:
            self.calls.append(len(ticks))
            return []

    sink = Forgetful(tmp_path)
    tracemalloc.start()
    try:
        report = await imported(path, sink)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (report.added, sum(sink.calls)) == (42_000, 42_000)
    assert peak < 8_000_000
