"""The desk's end of a child process that speaks JSON lines: started, spoken with, ended. Nothing of it stays behind."""

import asyncio
import logging
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path

from desk.feeds.wire import LINE_LIMIT, Message, decode, encode

ROOT = Path(__file__).parents[2]
END_SECONDS = 1.0
log = logging.getLogger(__name__)


class Child:
    """A Python module run as a process; `last_words` is the last line that it wrote to stderr."""

    def __init__(self, module: str, arguments: Sequence[str]) -> None:
        self.last_words = ''
        self._command = [sys.executable, '-m', module, *arguments]
        self._process: Process | None = None
        self._stderr: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """Its number while it was started."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Starts the process in the program's own folder, whatever the current one is."""
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdin=PIPE, stdout=PIPE, stderr=PIPE, cwd=ROOT, limit=LINE_LIMIT
        )
        self._stderr = asyncio.create_task(self._listen(self._process), name=f'stderr of {self._process.pid}')

    def say(self, message: Message) -> None:
        """Sends a message; says nothing to a process that has ended. Messages are few and small, so nothing waits."""
        if self._process and self._process.stdin and not self._process.stdin.is_closing():
            self._process.stdin.write(encode(message))

    async def messages(self) -> AsyncIterator[Message]:
        """What the child says, until it ends; then raises ChildProcessError with its last words."""
        assert self._process
        assert self._process.stdout
        async for line in self._process.stdout:
            yield decode(line)
        code = await self._process.wait()
        assert self._stderr
        await self._stderr
        raise ChildProcessError(f'its process ended ({code}){self.last_words and ": "}{self.last_words}')

    async def end(self) -> None:
        """Ends the process: asks by closing its stdin, kills it after a second."""
        if self._process is None:
            return
        if self._process.stdin:
            self._process.stdin.close()
        try:
            async with asyncio.timeout(END_SECONDS):
                await self._gone(self._process)
        except TimeoutError:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._gone(self._process)
        if self._stderr:
            await self._stderr

    async def _gone(self, process: Process) -> None:
        """Until it has ended; a full pipe would hide the end."""
        assert process.stdout
        while await process.stdout.read(65536):
            pass
        await process.wait()

    async def _listen(self, process: Process) -> None:
        assert process.stderr
        async for line in process.stderr:
            text = line.decode(errors='replace').strip()
            self.last_words = text[:300] or self.last_words
            log.debug('exchange process %s: %s', process.pid, text)
