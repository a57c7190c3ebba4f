"""NiceGUI's Event, whose subscribers act as who they are: what happens to be going on is none of their business."""

from collections.abc import Awaitable, Callable
from functools import wraps
from inspect import isawaitable
from typing import Any, ParamSpec

import nicegui

from desk.acting import Actor, acting_as, asked_by

P = ParamSpec('P')


class Event(nicegui.Event[P]):
    """An event is emitted by one person's click, or by a price; a page that hears of it reads for its own user."""

    def subscribe(self, callback: Callable[P, Any] | Callable[[], Any], **options: Any) -> None:
        """As NiceGUI's: within a page the browser's context is kept, and leaving ends it."""
        super().subscribe(_as_now(callback), **options)


def _as_now(callback: Callable[..., Any]) -> Callable[..., Any]:
    asked = asked_by()

    @wraps(callback)
    def told(*args: Any, **named: Any) -> Any:
        with acting_as(asked):
            result = callback(*args, **named)
        return _awaited(asked, result) if isawaitable(result) else result

    return told


async def _awaited(asked: Callable[[], Actor], result: Awaitable[Any]) -> Any:
    with acting_as(asked):
        return await result
