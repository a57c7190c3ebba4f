"""One reading of a CSV file from top to bottom: good rows in batches, bad ones counted. Blocking: for a thread."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from desk.csv.file import CsvFile, Row
from desk.csv.formats import Layout, mapped, recognise
from desk.csv.rows import INTERVALS, RowReader
from desk.errors import Invalid
from desk.ticks import Bar, Tick, parse_name

SAMPLE_ROWS, KEPT_BAD_ROWS = 2000, 1000
BREATH_ROWS, BREATH_SECONDS = (
    100,
    0.0002,
)  # lets go of the interpreter, so that the event loop waits for 1 ms, not for 5
Found = list[tuple[int, Tick | Bar]]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that the desk does not take: its line in the file, from 1, and why."""

    line: int
    reason: str


@dataclass(slots=True)
class Report:
    """Figures of a dry run or an import, live while it runs: all counts are rows, `rounded` is numbers.

    good = added + present + repeated once an import has ended. `present` were on the desk already, `repeated` are
    candles that another line of the file has too. `bad_rows` keeps the first 1,000. `progress` goes from 0 to 1.
    """

    good: int = 0
    bad: int = 0
    added: int = 0
    present: int = 0
    repeated: int = 0
    rounded: int = 0
    progress: float = 0.0
    stopped: bool = False
    bad_rows: list[BadRow] = field(default_factory=list)

    def refuse(self, line: int, reason: str) -> None:
        """Count a bad row."""
        self.bad += 1
        if len(self.bad_rows) < KEPT_BAD_ROWS:
            self.bad_rows.append(BadRow(line, reason))


class Reading:
    """Reads ticks or bars from the file at `path`; raises Invalid where a name or a mapping is missing or wrong."""

    def __init__(self, path: Path, quote: str, name: str, mapping: Mapping[str, str], report: Report) -> None:
        self.report = report
        self.ended = False
        self._file = CsvFile(path)
        try:
            self.layout = layout_of(self._file, mapping)
            if not self.layout.names_coins:
                name = parse_name(name)
            interval = spacing_of(path, self.layout, quote, name) if self.layout.candles else 0
        except BaseException:
            self._file.close()
            raise
        self._rows: Iterator[Row] = self._file.rows()
        self._reader = RowReader(self.layout, quote, name, interval)

    def batch(self, size: int, now: datetime) -> Found:
        """The good ones of the next `size` rows, with their lines; `ended` is set after the last."""
        found: Found = []
        rows = list(islice(self._rows, size))
        for number, row in enumerate(rows, 1):
            if number % BREATH_ROWS == 0:
                time.sleep(BREATH_SECONDS)
            try:
                found.append((row.line, self._read(row, now)))
            except Invalid as error:
                self.report.refuse(row.line, str(error))
        self.report.good += len(found)
        self.report.rounded = self._reader.rounded
        self.report.progress = self._file.progress
        self.ended = len(rows) < size
        return found

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _read(self, row: Row, now: datetime) -> Tick | Bar:
        if row.fault:
            raise Invalid(row.fault, 'file')
        return self._reader.read(row.cells, now)


def layout_of(file: CsvFile, mapping: Mapping[str, str]) -> Layout:
    """What was chosen, else what the header says; raises Invalid for an unknown header without a mapping."""
    found = mapped(file.header, mapping) if mapping else recognise(file.header)
    return found or mapped(file.header, {})


def spacing_of(path: Path, layout: Layout, quote: str, name: str) -> int:
    """The interval of a file of candles, in seconds, from its first 2,000 rows; raises Invalid for one not kept."""
    reader = RowReader(layout, quote, name)
    with CsvFile(path) as file:
        return spacing(_moments(reader, islice(file.rows(), SAMPLE_ROWS)))


def spacing(moments: Iterable[tuple[str, datetime]]) -> int:
    """The distance that neighbours of one coin mostly have: 60, 3600 or 86400 s; raises Invalid for another one."""
    last: dict[str, datetime] = {}
    steps: Counter[int] = Counter()
    for name, moment in moments:
        if name in last and last[name] != moment:
            steps[int(abs(moment - last[name]) / timedelta(seconds=1))] += 1
        last[name] = moment
    if not steps:
        return _by_clock(last.values())
    for step in (steps.most_common(1)[0][0], min(steps)):
        if step in INTERVALS:
            return step
    raise Invalid(
        f'The candles of this file are {_span(min(steps))} apart; Cointape takes those of a minute, an hour or a day.',
        'file',
    )


def _moments(reader: RowReader, rows: Iterable[Row]) -> Iterator[tuple[str, datetime]]:
    for row in rows:
        if not row.fault:
            try:
                yield reader.moment(row.cells)
            except Invalid:
                continue  # the reading itself will report this row


def _by_clock(moments: Iterable[datetime]) -> int:
    clocks = {moment.strftime('%H:%M:%S') for moment in moments}
    if clocks <= {'00:00:00', '23:59:59'}:
        return 86400
    return 3600 if all(clock.endswith(':00:00') for clock in clocks) else 60


def _span(seconds: int) -> str:
    for unit, word in ((86400, 'day'), (3600, 'hour'), (60, 'minute')):
        if seconds % unit == 0:
            return f'{seconds // unit} {word}{"s" if seconds > unit else ""}'
    return f'{seconds} seconds'
