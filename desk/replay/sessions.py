"""Sessions of practice on the past: the folders that keep them, and the processes in which they run."""

import asyncio
import os
import socket
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from desk.acting import Right, as_the_desk, need, needing
from desk.errors import Conflict, Invalid, NotFound, Unavailable
from desk.replay.feed import RECORDING, SESSIONS, Progress, new_folder, progress_of
from desk.replay.recording import Facts, Recorder, Recording
from desk.settings import Settings

ROOT = Path(__file__).parents[2]
READY, START_SECONDS, END_SECONDS = 'Cointape is at', 30.0, 2.0
MOST = 4


@dataclass(frozen=True, slots=True)
class Session:
    """One session: what it replays, how far it has come, where it runs ('' if it does not), what went wrong."""

    name: str
    facts: Facts
    progress: Progress | None
    url: str
    problem: str


class Running:
    """A session's process. `problem` says why it ended if nobody wanted it to."""

    def __init__(self, settings: Settings) -> None:
        self.url, self.problem = settings.url, ''
        self._settings = settings
        self._process: Process | None = None
        self._listener: asyncio.Task[None] | None = None
        self._words, self._wanted = '', True
        self._ready = asyncio.Event()

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Return when its pages answer; raises Unavailable with its last words when that fails."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, '-m', 'desk.replay.child',
            stdin=PIPE, stdout=PIPE, stderr=STDOUT, cwd=ROOT, env={**os.environ, **variables(self._settings)},
        )  # fmt: skip
        with as_the_desk():
            self._listener = asyncio.create_task(self._listen(self._process), name=f'replay {self._process.pid}')
        with suppress(TimeoutError):
            async with asyncio.timeout(START_SECONDS):
                await self._ready.wait()
        if not self._ready.is_set() or not self.alive:
            raise Unavailable(f'The replay did not start: {self._words or f"no answer in {START_SECONDS:.0f} s"}')

    async def end(self) -> None:
        """Let it end by itself within some seconds, else end it; what it has committed is kept."""
        self._wanted = False
        process, listener = self._process, self._listener
        if process is None or listener is None:
            return
        if process.stdin:
            process.stdin.close()
        done, _ = await asyncio.wait([listener], timeout=END_SECONDS)
        if not done:
            with suppress(ProcessLookupError):
                process.kill()
            await asyncio.wait([listener])

    async def _listen(self, process: Process) -> None:
        assert process.stdout
        async for line in process.stdout:
            text = line.decode(errors='replace').strip()
            self._words = text[:300] or self._words
            if text.startswith(READY):
                self._words = ''
                self._ready.set()
        code = await process.wait()
        if self._wanted:
            self.problem = f'It ended by itself ({code}){self._words and ": "}{self._words}'
        self._ready.set()


class Replays:
    """A desk's sessions. Those that run are the desk's processes and end with it."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        self.settings, self.clock = settings, clock
        self._running: dict[str, Running] = {}

    def sessions(self) -> list[Session]:
        """All of them, the newest first; folders without a readable recording are left out. Blocking."""
        recordings = list((self.settings.data_dir / SESSIONS).glob(f'*/{RECORDING}'))
        found = []
        for path in sorted(recordings, key=lambda path: path.stat().st_mtime, reverse=True):
            with suppress(Invalid):
                found.append(self._session(path.parent))
        return found

    def record(self, recorder: Recorder) -> str:
        """A new session from a file; its name. Blocking; raises Invalid or Unavailable and leaves nothing behind."""
        need(Right.ADMINISTER)
        try:
            folder = new_folder(self.settings.data_dir, recorder.filename, self.clock())
            try:
                recorder.make(folder / RECORDING, self.clock())
            except BaseException:
                folder.rmdir()
                raise
        except OSError as error:
            raise Unavailable(f'The recording cannot be kept: {error.strerror or error}.') from None
        return folder.name

    @needing(Right.ADMINISTER)
    async def open(self, name: str, speed: int) -> str:
        """Run a session, from where it stands; its address. Raises DeskError."""
        folder = self._folder(name)
        running = self._running.get(name)
        if running is not None and running.alive:
            return running.url
        if sum(running.alive for running in self._running.values()) >= MOST:
            raise Conflict(f'{MOST} replays run already; end one of them first.')
        alone = {'replay': folder, 'speed': speed, 'port': _free_port(self.settings.host)}
        running = self._running[name] = Running(self.settings.model_copy(update=alone))
        try:
            await running.start()
        except BaseException:
            await self.end(name)
            raise
        return running.url

    async def end(self, name: str) -> None:
        """End a session's process; the session stays."""
        need(Right.ADMINISTER)
        if running := self._running.pop(name, None):
            await running.end()

    async def stop(self) -> None:
        """End all processes."""
        await asyncio.gather(*(self.end(name) for name in list(self._running)))

    def _session(self, folder: Path) -> Session:
        running = self._running.get(folder.name)
        url = running.url if running and running.alive else ''
        problem = running.problem if running else ''
        return Session(folder.name, Recording(folder / RECORDING).facts, progress_of(folder), url, problem)

    def _folder(self, name: str) -> Path:
        folder = (self.settings.data_dir / SESSIONS / name).resolve()
        if folder.name != name or not (folder / RECORDING).is_file():
            raise NotFound(f'There is no replay called “{name[:80]}”.')
        return folder


def variables(settings: Settings) -> dict[str, str]:
    """The settings that were made, as the environment gives them."""
    made = {name: getattr(settings, name) for name in settings.model_fields_set}
    return {f'COINTAPE_{name.upper()}': _text(value) for name, value in made.items() if value is not None}


def _text(value: object) -> str:
    if isinstance(value, Path):
        return str(value.resolve())
    if isinstance(value, tuple):
        return ','.join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _free_port(host: str) -> int:
    with socket.socket(socket.AF_INET6 if ':' in host else socket.AF_INET) as listener:
        listener.bind((host, 0))
        return int(listener.getsockname()[1])
