"""A desk that keeps in memory what an import hands it, as exactly as the real one keeps it on disk."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from desk.settings import Settings
from desk.ticks import Bar, Tick, name_key
from models import Cryptocurrency

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
REAL_FILES = Path(__file__).parents[3] / 'shared' / 'data' / 'csv'
Key = tuple[datetime, Decimal, str]

needs_real_files = pytest.mark.skipif(not REAL_FILES.is_dir(), reason=f'the real CSV files are not at {REAL_FILES}')


class Sink:
    """Ticks in the order in which they came, bars by (name, interval, start); `calls` are the sizes of the batches."""

    def __init__(self, data_dir: Path, now: datetime = NOW) -> None:
        self.settings = Settings(data_dir=data_dir, exchange='none', demo=False)
        self.ticks: list[Tick] = []
        self.bars: dict[tuple[str, int, datetime], Bar] = {}
        self.calls: list[int] = []
        self._now = now
        self._seen: Counter[tuple[str, Key]] = Counter()

    def clock(self) -> datetime:
        return self._now

    async def submit_many(self, ticks: Sequence[Tick], restored: bool = False) -> list[Cryptocurrency]:
        assert restored
        self.calls.append(len(ticks))
        self.ticks += ticks
        self._seen.update((name_key(tick.name), (tick.timestamp, tick.price, tick.source)) for tick in ticks)
        return []

    async def submit_candles(self, bars: Sequence[Bar]) -> int:
        self.calls.append(len(bars))
        changed = [bar for bar in bars if self.bars.get((bar.name, bar.interval, bar.start)) != bar]
        self.bars.update(((bar.name, bar.interval, bar.start), bar) for bar in changed)
        return len(changed)

    async def counts(self, name: str, keys: Sequence[Key]) -> dict[Key, int]:
        return {key: self._seen[name_key(name), key] for key in keys}


@pytest.fixture
def sink(tmp_path: Path) -> Sink:
    return Sink(tmp_path)
