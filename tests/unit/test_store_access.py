"""Reading in threads: whoever asked may go, the thread goes on, and the end waits for it."""

import asyncio
import threading

import pytest
from sqlalchemy import Connection

from desk.store.access import Access
from desk.store.database import connect
from desk.store.writer import Writer
from models import utc_now


async def test_the_end_waits_for_a_thread_that_still_reads() -> None:
    engine = connect('sqlite://', patience=1)
    access = Access(engine, Writer(engine, utc_now))
    begun, go, ended = asyncio.Event(), threading.Event(), list[str]()
    loop = asyncio.get_running_loop()

    def query(connection: Connection) -> None:
        loop.call_soon_threadsafe(begun.set)
        go.wait(20)
        ended.append('read')

    asking = asyncio.create_task(access.read(query))
    await begun.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await access.finish(0.01)
    assert ended == [], 'not for ever'
    go.set()
    await access.finish(20)
    assert ended == ['read']
    engine.dispose()
