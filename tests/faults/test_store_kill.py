"""kill -9 at random moments: every record that was acknowledged is there, with its candles, and none twice."""

import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from desk.store import Store

ROOT = Path(__file__).parents[2]
WRITE = """
import asyncio, sys
from itertools import count
from desk.store import Store
from tests.unit.store_records import coin, record

async def main():
    store = Store(sys.argv[1])
    await store.open()
    btc, last = await coin(store), await store.last_seq()
    seqs = count(last + 1)
    async def write():
        while True:
            new = record(btc, volume='1')
            new.seq = next(seqs)
            await store.add([new])
            print(new.seq, flush=True)
    await asyncio.gather(*(write() for _ in range(20)))

asyncio.run(main())
"""


@pytest.mark.parametrize('seed', range(5))
async def test_what_was_acknowledged_survives_kill_9(tmp_path: Path, seed: int) -> None:
    path, acknowledged = tmp_path / 'cointape.db', set[int]()
    for _ in range(2):
        acknowledged |= until_killed(f'sqlite:///{path}', random.Random(seed).randrange(1, 1000))
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute('PRAGMA integrity_check').fetchall() == [('ok',)]
    store = Store(f'sqlite:///{path}')
    await store.open()
    stored = [each.seq async for chunk in store.export() for each in chunk]
    assert acknowledged <= set(stored)
    assert len(set(stored)) == len(stored)
    assert (await store.candles([1], 86400))[0].volume == len(stored)
    await store.close()


def until_killed(url: str, count: int) -> set[int]:
    """Write until so many records are acknowledged, kill, and give every one that was."""
    process = subprocess.Popen([sys.executable, '-c', WRITE, url], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    told = [int(process.stdout.readline()) for _ in range(count)]
    process.kill()
    rest, _ = process.communicate()
    return {*told, *(int(line) for line in rest.splitlines(keepends=True) if line.endswith('\n'))}
