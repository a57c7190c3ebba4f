"""One CSV file on its way into the desk: look at it, try it, import it. File work runs in one thread of its own."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self, TypeVar

from desk.csv.file import CsvFile, printable
from desk.csv.formats import Format, likely_mapping, recognise
from desk.csv.reading import Found, Reading, Report, layout_of, spacing_of
from desk.csv.rows import INTERVALS
from desk.csv.scratch import Scratch
from desk.csv.spool import folder_of
from desk.errors import Invalid, Unavailable
from desk.settings import Settings
from desk.ticks import Bar, Tick

Result = TypeVar('Result')
Line = TypeVar('Line', tuple[int, Tick], tuple[int, Bar])
Key = tuple[datetime, Decimal, str]
PREVIEW_ROWS = 10
BATCH, SLICE = 2000, 100


class Importer(Protocol):
    """What an import needs of the desk."""

    @property
    def settings(self) -> Settings: ...
    @property
    def clock(self) -> Callable[[], datetime]: ...
    async def submit_many(self, ticks: Sequence[Tick], restored: bool = False) -> Sequence[object]: ...
    async def submit_candles(self, bars: Sequence[Bar]) -> int: ...
    async def counts(self, name: str, keys: Sequence[Key]) -> dict[Key, int]: ...


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file is. `format` is '' for an unknown header, which needs a mapping (role → column; `mapping` proposes
    one); `kind` is 'candles', 'prices' or ''; `interval` in seconds, 0 for prices; `preview`: up to ten raw rows."""

    format: str
    words: str
    kind: str
    interval: int
    needs_name: bool
    needs_mapping: bool
    mapping: dict[str, str]
    columns: list[str]
    preview: list[list[str]]


class CsvImport:
    """Import of the file at `path` (plain or gzip) into `desk`.

    async with CsvImport(path, desk, name='BTC') as job:
        look = await job.inspect()      # Inspection: format, preview, whether a name or a mapping is needed
        trial = await job.dry_run()     # Report: good, bad, bad_rows; nothing is stored
        result = await job.run()        # Report: added, present, repeated, bad; the same file again adds nothing

    `name` serves where the file names no coin, `mapping` (role → column name) where the header is unknown; both may
    be set later, before the dry run, which may be left out. While it runs `job.report` is live and `job.stop()` ends
    it after the current batch: what is committed stays, and another run adds the rest. `job.names` are the coins that
    came in. Raises DeskError: Invalid for a file that cannot be imported or a name or mapping that is missing,
    Unavailable when the desk cannot store. The file itself is left where it is.
    """

    def __init__(
        self, path: Path, desk: Importer, name: str | None = None, mapping: Mapping[str, str] | None = None
    ) -> None:
        self.path, self.desk = path, desk
        self.name, self.mapping = name or '', dict(mapping or {})
        self.report = Report()
        self._stop = False
        self.names: set[str] = set()
        self._weighed: tuple[str, dict[str, str]] | None = None
        self._scratch: Scratch | None = None
        self._worker = ThreadPoolExecutor(1, 'csv')

    async def inspect(self) -> Inspection:
        """Look at the header and the first rows."""
        return await self._in_thread(self._inspect)

    async def dry_run(self) -> Report:
        """Read every row and store nothing."""
        self._stop = False
        return await self._try()

    async def run(self) -> Report:
        """Import what is not there yet."""
        self._stop = False
        if await self._in_thread(self._must_weigh):
            report = await self._try()
            if report.stopped:
                return report
        return await self._each_batch(self._store)

    def stop(self) -> None:
        """End the dry run or the import after the current batch."""
        self._stop = True

    async def close(self) -> None:
        """Give back the thread and the temporary file; that happens even when the caller is cancelled meanwhile."""
        dropped = self._worker.submit(self._drop_scratch)
        self._worker.shutdown(wait=False)
        await asyncio.wrap_future(dropped)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _try(self) -> Report:
        self._weighed = None
        report = await self._each_batch(self._weigh)
        if not report.stopped:
            self._weighed = (self.name, dict(self.mapping))
        return report

    async def _each_batch(self, take: Callable[[Found], Awaitable[None]]) -> Report:
        self.report = report = Report()
        reading = await self._in_thread(self._open, report)
        try:
            while not reading.ended and not self._stop:
                await take(await self._in_thread(reading.batch, BATCH, self.desk.clock()))
        finally:
            await self._in_thread(reading.close)
        report.stopped = not reading.ended
        return report

    async def _weigh(self, found: Found) -> None:
        assert self._scratch is not None
        self.report.repeated += await self._in_thread(self._scratch.offer, _bars(found))

    async def _store(self, found: Found) -> None:
        await self._side_by_side(await self._new_bars(_bars(found)), self._submit_bars)
        await self._side_by_side(await self._new_ticks(_ticks(found)), self._submit_ticks)

    async def _side_by_side(self, rows: Sequence[Line], submit: Callable[[Sequence[Line]], Awaitable[None]]) -> None:
        """Submit small slices that share one commit, each in a turn of the loop of its own, in the file's order."""
        slices = [rows[start : start + SLICE] for start in range(0, len(rows), SLICE)]
        new = {row.name for _, row in rows} - self.names
        while slices and new:  # a coin that is new is made before others wait for it
            new -= {row.name for _, row in slices[0]}
            await submit(slices.pop(0))
        self.names.update(row.name for _, row in rows)
        done = await asyncio.gather(
            *(_later(turn, submit, part) for turn, part in enumerate(slices)), return_exceptions=True
        )
        for problem in done:
            if problem is not None:
                raise problem

    async def _new_bars(self, bars: Sequence[tuple[int, Bar]]) -> list[tuple[int, Bar]]:
        assert self._scratch is not None
        chosen = await self._in_thread(self._scratch.chosen, bars)
        self.report.repeated += len(bars) - len(chosen)
        return chosen

    async def _new_ticks(self, ticks: Sequence[tuple[int, Tick]]) -> list[tuple[int, Tick]]:
        assert self._scratch is not None
        times = await self._in_thread(self._scratch.occurrences, [tick for _, tick in ticks])
        stored = {name: await self.desk.counts(name, list(keys)) for name, keys in _keys_by_name(ticks).items()}
        new = [
            (line, tick)
            for (line, tick), time in zip(ticks, times, strict=True)
            if stored[tick.name].get(_key(tick), 0) < time
        ]
        self.report.present += len(ticks) - len(new)
        return new

    async def _submit_bars(self, bars: Sequence[tuple[int, Bar]]) -> None:
        added = await self.desk.submit_candles([bar for _, bar in bars])
        self.report.added += added
        self.report.present += len(bars) - added

    async def _submit_ticks(self, ticks: Sequence[tuple[int, Tick]]) -> None:
        try:
            await self.desk.submit_many([tick for _, tick in ticks], restored=True)
        except Invalid as error:
            await self._submit_singly(ticks, error)
        else:
            self.report.added += len(ticks)

    async def _submit_singly(self, ticks: Sequence[tuple[int, Tick]], error: Invalid) -> None:
        """The desk refuses one of them for a reason that only it knows: find the row, keep the others."""
        if len(ticks) == 1:
            self.report.good -= 1
            self.report.refuse(ticks[0][0], str(error))
        else:
            for pair in ticks:
                await self._submit_ticks([pair])

    def _open(self, report: Report) -> Reading:
        if self._scratch is None:
            self._scratch = Scratch(folder_of(self.desk.settings))
        self._scratch.start_over(keep_candles=self._weighed is not None)
        return Reading(self.path, self.desk.settings.quote, self.name, self.mapping, report)

    def _inspect(self) -> Inspection:
        quote = self.desk.settings.quote
        with CsvFile(self.path) as file:
            layout = layout_of(file, self.mapping) if self.mapping else recognise(file.header)
            preview = [list(map(printable, row.cells)) for row in islice(file.rows(), PREVIEW_ROWS)]
            columns = [name.strip() for name in file.header]
        if layout is None:
            return Inspection('', '', '', 0, True, True, likely_mapping(columns), columns, preview)
        interval = spacing_of(self.path, layout, quote, self.name or 'BTC') if layout.candles else 0
        return Inspection(
            layout.format.key,
            _words(layout.format, interval),
            'candles' if layout.candles else 'prices',
            interval,
            not layout.names_coins,
            False,
            {role: columns[at] for role, at in layout.at.items()},
            columns,
            preview,
        )

    def _must_weigh(self) -> bool:
        with CsvFile(self.path) as file:
            return layout_of(file, self.mapping).candles and self._weighed != (self.name, self.mapping)

    def _drop_scratch(self) -> None:
        if self._scratch is not None:
            self._scratch.close()
            self._scratch = None

    async def _in_thread(self, work: Callable[..., Result], *given: object) -> Result:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._worker, work, *given)
        except (OSError, sqlite3.Error) as error:
            raise Unavailable(f'The file cannot be worked on in the data dir: {error}.') from error


def summary(report: Report) -> str:
    """What an import came to, in one sentence for people; what is zero goes without saying."""
    parts = [
        f'{report.added:,} added' if report.added else 'nothing added',
        *([f'{report.present:,} {_were(report.present)} there already'] if report.present else []),
        *([f'{report.repeated:,} came twice in the file'] if report.repeated else []),
        *([f'{report.bad:,} {_were(report.bad)} bad'] if report.bad else []),
    ]
    if report.stopped:
        return f'Stopped: {", ".join(parts)}. Import the file again to add the rest.'
    words = ', '.join(parts) if report.good or report.bad else 'nothing added: the file has no rows'
    return f'{words[0].upper()}{words[1:]}.'


def _words(form: Format, interval: int) -> str:
    return f'{form.words}: {INTERVALS.get(interval, "prices")}{", volume in dollars" if form.dollars else ""}'


def _were(count: int) -> str:
    return 'was' if count == 1 else 'were'


def _key(tick: Tick) -> Key:
    return tick.timestamp, tick.price, tick.source


def _keys_by_name(ticks: Sequence[tuple[int, Tick]]) -> dict[str, dict[Key, None]]:
    found: dict[str, dict[Key, None]] = {}
    for _, tick in ticks:
        found.setdefault(tick.name, {})[_key(tick)] = None
    return found


def _bars(found: Found) -> list[tuple[int, Bar]]:
    return [(line, row) for line, row in found if isinstance(row, Bar)]


def _ticks(found: Found) -> list[tuple[int, Tick]]:
    return [(line, row) for line, row in found if isinstance(row, Tick)]


async def _later(turns: int, submit: Callable[[Sequence[Line]], Awaitable[None]], rows: Sequence[Line]) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)
    await submit(rows)
