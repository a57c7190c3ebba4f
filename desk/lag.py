"""How late the event loop runs: the figure that tells whether anything blocks it."""

import asyncio
from collections import deque

STEP = 0.05
KEPT = 1200


class Lag:
    """The lateness of the last minute's wake-ups, in seconds."""

    def __init__(self) -> None:
        self._late: deque[float] = deque(maxlen=KEPT)

    async def watch(self) -> None:
        """One wake-up, measured."""
        loop = asyncio.get_running_loop()
        due = loop.time() + STEP
        await asyncio.sleep(STEP)
        self._late.append(max(0.0, loop.time() - due))

    def percentile(self, share: float) -> float:
        """The lateness that this share of the wake-ups stayed below; 0.0 before the first."""
        late = sorted(self._late)
        return late[min(len(late) - 1, int(share * len(late)))] if late else 0.0
