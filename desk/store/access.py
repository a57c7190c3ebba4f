"""How the store gets at its database: reads in threads, writes through the one writer, says what failed."""

import asyncio
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from desk.store.database import failure
from desk.store.writer import Writer

P = ParamSpec('P')
T = TypeVar('T')


class Access:
    """The two ways to a database. Both raise DeskError."""

    def __init__(self, engine: Engine, writer: Writer) -> None:
        self._engine, self._writer = engine, writer
        self._asked: set[asyncio.Task[Any]] = set()

    async def write(self, work: Callable[..., T], *args: Any, rows: int = 1) -> T:
        """What `work(connection, *args)` returns, once it is committed; `rows` is about how many it writes."""
        done: T = await asyncio.wrap_future(self._writer.do(lambda connection: work(connection, *args), rows))
        return done

    async def read(self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `query(connection, …)` returns."""

        def ask() -> T:
            with self._engine.connect() as connection:
                return query(connection, *args, **kwargs)

        asked = asyncio.create_task(asyncio.to_thread(told, ask))
        self._asked.add(asked)
        asked.add_done_callback(self._answered)
        return await asyncio.shield(asked)  # a thread goes on when whoever asked has gone

    async def finish(self, seconds: float) -> None:
        """Wait so long for the threads that still read: an engine is not to be let go of under them."""
        if self._asked:
            await asyncio.wait(self._asked, timeout=seconds)

    def _answered(self, asked: asyncio.Task[Any]) -> None:
        self._asked.discard(asked)
        if not asked.cancelled():
            asked.exception()  # nobody may be there any more to take it


def told(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do it, and say what failed as the desk says it."""
    try:
        return work(*args, **kwargs)
    except SQLAlchemyError as error:
        raise failure(error) from error
