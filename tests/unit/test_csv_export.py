"""An export, imported into an empty desk, is the same records again: every digit, every microsecond, every sign."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from desk.csv.exporting import export_csv
from desk.csv.importing import CsvImport
from desk.csv.rows import EPOCH
from desk.desk import Desk
from desk.errors import Invalid
from desk.settings import Settings
from desk.ticks import Tick, parse_name
from models import Cryptocurrency, Origin
from tests.unit.csv_sink import NOW, Sink

TRICKY = st.sampled_from(
    [
        '=1+1',
        "'=1",
        "''",
        "'",
        '+49',
        '-5',
        '@me',
        '\tx',
        '\rx',
        ' x ',
        ' =1',
        '＝1+1',
        'x\t=1',
        'x|=1',
        'a,b;c',
        '"',
        'a\r\nb',
        '€ 🙂',
    ]
)
TEXT = st.text(st.characters(exclude_categories=['Cs'], exclude_characters='\0'), max_size=30) | TRICKY
DIGITS = st.integers(1, 10**28 - 1)
NUMBERS = st.builds(lambda digits, places: Decimal(digits).scaleb(-places, None), DIGITS, st.integers(8, 18))


def is_name(text: str) -> bool:
    try:
        return parse_name(text) == text
    except Invalid:
        return False


RECORDS = st.builds(
    Cryptocurrency,
    name=(TEXT | st.just('BTC')).filter(is_name),
    price=NUMBERS,
    timestamp=st.integers(0, 56 * 365 * 86400 * 10**6).map(lambda passed: EPOCH + timedelta(microseconds=passed)),
    source=TEXT,
    origin=st.sampled_from(Origin),
    volume=st.none() | st.just(Decimal(0)) | NUMBERS,
    bid=st.none() | NUMBERS,
    ask=st.none() | NUMBERS,
    author=TEXT,
    note=TEXT,
)
KEPT = ('name', 'price', 'timestamp', 'source', 'origin', 'volume', 'bid', 'ask', 'author', 'note')


def kept(record: object) -> tuple[object, ...]:
    return tuple(getattr(record, field) for field in KEPT)


async def stream(*chunks: Sequence[Cryptocurrency]) -> AsyncIterator[list[Cryptocurrency]]:
    for chunk in chunks:
        yield list(chunk)


def written(folder: Path, content: bytes) -> Path:
    path = folder / 'export.csv'
    path.write_bytes(content)
    return path


async def export(*chunks: Sequence[Cryptocurrency]) -> bytes:
    return b''.join([part async for part in export_csv(stream(*chunks))])


@settings(max_examples=60, deadline=None)
@given(st.lists(RECORDS, max_size=12))
async def test_what_was_exported_comes_back_exactly(records: list[Cryptocurrency]) -> None:
    with TemporaryDirectory() as folder:
        sink = Sink(Path(folder))
        path = written(Path(folder), await export(records[:5], records[5:]))
        async with CsvImport(path, sink) as job:
            report = await job.run()
        assert (report.added, report.bad_rows) == (len(records), [])
        assert [kept(tick) for tick in sink.ticks] == [kept(record) for record in records]


async def test_no_spreadsheet_takes_a_cell_for_a_formula() -> None:
    record = Cryptocurrency(name='=cmd()', price=Decimal('1E-8'), timestamp=NOW, note='@x', author="'-")
    lines = (await export([record])).decode().splitlines()
    assert lines == [
        'name,price,timestamp,source,origin,volume,bid,ask,author,note',
        "'=cmd(),0.00000001,2026-01-31T12:00:00+00:00,form,person,,,,''-,'@x",
    ]


async def exported(desk: Desk) -> bytes:
    return b''.join([part async for part in desk.export()])


async def test_a_desk_restored_from_its_export_exports_the_same(desk: Desk, tmp_path: Path) -> None:
    second = timedelta(microseconds=1)
    base = Tick('BTC', Decimal('67000.120000000000000001'), NOW, 'form', Origin.PERSON, note="'=quoted, and said\n")
    await desk.submit_many(
        [base, base, Tick('=ETH', Decimal('0.000000000000000001'), NOW - second, 'api', Origin.PROGRAM)]
    )
    fed = [
        Tick('BTC', Decimal(price), NOW - second * price, 'coinbase', Origin.FEED, Decimal('0.5')) for price in (1, 2)
    ]
    await desk.submit_many(fed, restored=True)
    content = await exported(desk)
    file = written(tmp_path, content)
    other = Desk(Settings(data_dir=tmp_path / 'other', exchange='none', demo=False))
    await other.start()
    try:
        async with CsvImport(file, other) as job:
            assert (await job.run()).added == 5
            assert await exported(other) == content
            assert (await job.run()).present == 5
            assert await exported(other) == content
    finally:
        await other.stop()
