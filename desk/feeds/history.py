"""Candles that the exchange process fetched, on their way into the desk: one message at a time, none lost."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import stamina

from desk.errors import DeskError, Unavailable
from desk.feeds.feed import Sink
from desk.feeds.process import Child
from desk.feeds.state import Health
from desk.feeds.wire import Message
from desk.ticks import Bar

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CHUNK = 100


class History:
    """Takes `bars` and `filled` messages; `filled` are the coins whose history is in."""

    def __init__(self, source: str, sink: Sink, health: Health) -> None:
        self.filled: set[str] = set()
        self._awaited: set[str] = set()
        self._errors: dict[str, str] = {}
        self._source, self._sink, self._health = source, sink, health
        self._messages: asyncio.Queue[tuple[Message, Child]] = asyncio.Queue()

    def put(self, message: Message, child: Child) -> None:
        """Never waits; the child sends two messages at most before it is told to go on."""
        self._messages.put_nowait((message, child))

    def expect(self, names: set[str]) -> None:
        """The history of these coins is being fetched."""
        self._awaited |= names
        self._tell()

    def forget(self, name: str) -> None:
        """The coin is followed no longer."""
        self._awaited.discard(name)
        self.filled.discard(name)
        self._errors.pop(name, None)
        self._tell()

    async def run(self) -> None:
        """Works until cancelled."""
        while True:
            message, child = await self._messages.get()
            if message['is'] == 'filled':
                self._done(message['name'], message['error'])
            else:
                await self._keep(message)
                child.say({'do': 'more'})

    def _done(self, name: str, error: str) -> None:
        self._awaited.discard(name)
        self.filled.add(name)
        self._errors.pop(name, None)
        if error:
            self._errors[name] = error
        self._tell()

    def _tell(self) -> None:
        parts = [f'fetching that of {", ".join(sorted(self._awaited))}'] if self._awaited else []
        for error in dict.fromkeys(self._errors.values()):
            names = sorted(name for name, said in self._errors.items() if said == error)
            parts.append(f'none of {", ".join(names)} ({error})')
        self._health.history = '; '.join(parts)

    async def _keep(self, message: Message) -> None:
        rows = message['rows']
        for start in range(0, len(rows), CHUNK):
            bars = list(self._bars(message['name'], message['interval'], rows[start : start + CHUNK]))
            await self._submit(bars)
            await asyncio.sleep(0)

    async def _submit(self, bars: Sequence[Bar]) -> None:
        """A database that is locked or full is waited for; a bar that the desk refuses takes no other with it."""
        try:
            async for attempt in stamina.retry_context(
                Unavailable, attempts=None, timeout=None, wait_initial=1.0, wait_max=30.0, wait_jitter=1.0
            ):
                with attempt:
                    await self._sink.submit_candles(bars)
        except DeskError as error:
            if len(bars) == 1:
                self._health.reject(1, f'a candle of {bars[0].name}: {error}')
                return
            for bar in bars:
                await self._submit([bar])

    def _bars(self, name: str, interval: int, rows: Sequence[Sequence[Any]]) -> Iterator[Bar]:
        for row in rows:
            try:
                start = EPOCH + timedelta(milliseconds=row[0])
                volume = None if row[5] is None else Decimal(row[5])
                opened, high, low, close = (Decimal(text) for text in row[1:5])
                yield Bar(name, interval, start, opened, high, low, close, volume, self._source)
            except (InvalidOperation, TypeError, ValueError, IndexError, OverflowError) as error:
                self._health.reject(1, f'a candle of {name}: {error}')
