"""Who wants to be told: one that fails must not silence the others, and each is told as who subscribed."""

import logging
from collections.abc import Callable
from typing import Generic, TypeVar

from desk.acting import acting_as, asked_by

log = logging.getLogger(__name__)
T = TypeVar('T')


class Followers(Generic[T]):
    """Callbacks, told one after the other.

    Each acts as who it was that subscribed: what happens to be going on when it is told is none of its business.
    """

    def __init__(self) -> None:
        self._callbacks: list[Callable[[T], None]] = []
        self._problems: dict[Callable[[T], None], str] = {}

    @property
    def problem(self) -> str:
        """What went wrong with a callback, until it takes something again; '' while all is well."""
        return '; '.join(self._problems.values())

    def subscribe(self, callback: Callable[[T], None]) -> Callable[[], None]:
        """Call it from now on; returns how to stop that."""
        asked = asked_by()

        def told(what: T) -> None:
            with acting_as(asked):
                callback(what)

        def unsubscribe() -> None:
            if told in self._callbacks:
                self._callbacks.remove(told)
            self._problems.pop(told, None)

        self._callbacks.append(told)

        return unsubscribe

    def tell(self, what: T) -> None:
        """Call all of them."""
        for callback in list(self._callbacks):
            try:
                callback(what)
                self._problems.pop(callback, None)
            except Exception as error:  # /status shows it
                self._problems[callback] = f'{type(error).__name__}: {error}'
                log.exception('a subscriber failed')
