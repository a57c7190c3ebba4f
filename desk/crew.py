"""The desk's own background work: each piece has a name, an owner and an end, and its failure is told."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import monotonic

from desk.acting import as_the_desk

log = logging.getLogger(__name__)
SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 30.0


class Crew:
    """Runs steps again and again until it is stopped; a step that fails is taken up again with back-off."""

    def __init__(self) -> None:
        self.problems: dict[str, str] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._stopped = False

    def every(self, seconds: float, name: str, step: Callable[[], Awaitable[None]], rest: float = 0) -> None:
        """Do a step now and again `seconds` after its end; no sooner than `rest` times what it took, 30 s at most."""
        self._stopped = False
        with as_the_desk():
            self._tasks.append(asyncio.create_task(self._repeat(seconds, name, step, rest), name=name))

    async def stop(self) -> None:
        """Cancel all work and wait for its end."""
        self._stopped = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    async def _repeat(self, seconds: float, name: str, step: Callable[[], Awaitable[None]], rest: float) -> None:
        trouble = 0.0
        while True:
            began = monotonic()
            try:
                await step()
                self.problems.pop(name, None)
                pause, trouble = max(seconds, min(rest * (monotonic() - began), LONGEST_PAUSE)), 0.0
            except Exception as error:  # told on /status until it works again
                self.problems[name] = f'{type(error).__name__}: {error}'
                log.exception('%s failed', name)
                if self._stopped:  # an error on the way out has taken the cancellation's place
                    return
                pause = trouble = min(max(2 * trouble, SHORTEST_PAUSE), LONGEST_PAUSE)
            await asyncio.sleep(pause)
