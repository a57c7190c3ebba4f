"""Threads that carry letters: a service that hangs holds up its own channel and nothing else, not even the end."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread

from desk.alerts.undelivered import Undelivered
from desk.errors import DeskError

SEND_SECONDS = 20.0
STILL_OUT = 'The message before this one is still under way; this channel does not answer.'


class Couriers:
    """One letter at a time for each channel, so that there are never more threads than channels.

    The threads are daemons of our own: those of `asyncio.to_thread` would be waited for when the desk ends.
    """

    def __init__(self, seconds: float = SEND_SECONDS) -> None:
        self.seconds = seconds
        self.back: Callable[[], None] = lambda: None  # called when one has come back
        self._out: set[int] = set()

    @property
    def out(self) -> frozenset[int]:
        """The channels whose last letter is still under way, or hangs."""
        return frozenset(self._out)

    async def carry(self, channel_id: int, errand: Callable[[], None]) -> None:
        """Run it in a thread; raises what it raises, and Undelivered when it takes too long: then it is let go."""
        if channel_id in self._out:
            raise Undelivered(STILL_OUT, quickly=False)
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()

        def back(error: DeskError | None) -> None:
            self._out.discard(channel_id)
            self.back()
            if not done.done():
                done.set_exception(error) if error else done.set_result(None)

        def go() -> None:
            outcome: DeskError | None = Undelivered('The desk failed to send this.')
            try:
                errand()
                outcome = None
            except DeskError as error:
                outcome = error
            finally:
                with suppress(RuntimeError):  # the desk has ended meanwhile
                    loop.call_soon_threadsafe(back, outcome)

        self._out.add(channel_id)
        Thread(target=go, name=f'cointape-channel-{channel_id}', daemon=True).start()
        try:
            async with asyncio.timeout(self.seconds):  # wait_for loses a cancellation that comes with the answer
                await done
        except TimeoutError:
            raise Undelivered(f'No answer within {self.seconds:g} seconds.', quickly=False) from None
