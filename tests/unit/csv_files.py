"""CSV files for the import's tests, and the import of one."""

from datetime import timedelta
from pathlib import Path

from desk.csv.importing import CsvImport
from desk.csv.reading import Report
from desk.desk import Desk
from tests.unit.csv_sink import NOW, Sink

HEADER = 'name,price,timestamp\n'


def written(tmp_path: Path, content: str, name: str = 'file.csv') -> Path:
    path = tmp_path / name
    path.write_text(content, encoding='utf-8', newline='')
    return path


def row(number: int, name: str = 'BTC') -> str:
    return f'{name},{number + 1},{(NOW - timedelta(days=30) + timedelta(seconds=number)).isoformat()}\n'


def many(count: int) -> str:
    return HEADER + ''.join(map(row, range(count)))


async def imported(path: Path, sink: Sink | Desk, name: str = '') -> Report:
    async with CsvImport(path, sink, name) as job:
        return await job.run()


def candle(minute: int, volume: str) -> str:
    return f'2026-01-01 00:{minute:02}:00,1,3,2,2.5,{volume}\n'
