"""Who wants to be told: one that fails must not silence the others."""

import logging
from collections.abc import Callable
from typing import Generic, TypeVar

log = logging.getLogger(__name__)
T = TypeVar('T')


class Followers(Generic[T]):
    """Callbacks, told one after the other."""

    def __init__(self) -> None:
        self._callbacks: list[Callable[[T], None]] = []
        self._problems: dict[Callable[[T], None], str] = {}

    @property
    def problem(self) -> str:
        """What went wrong with a callback, until it takes something again; '' while all is well."""
        return '; '.join(self._problems.values())

    def subscribe(self, callback: Callable[[T], None]) -> Callable[[], None]:
        """Call it from now on; returns how to stop that."""
        self._callbacks.append(callback)

        def unsubscribe() -> None:
            if callback in self._callbacks:
                self._callbacks.remove(callback)
            self._problems.pop(callback, None)

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
