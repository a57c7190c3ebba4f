"""What the desk may say no to: the one way to say so and, behind a button, not to do it twice."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from desk.errors import DeskError


def complain(why: str) -> None:
    """Say it beside the page: for what has no field or dialog of its own."""
    ui.notify(why, type='negative')


async def attempt(
    act: Callable[[], Awaitable[object]], say: Callable[[str], object], done: Callable[[], object] | None = None
) -> None:
    """Do it and go on, or say why not."""
    try:
        await act()
    except DeskError as error:
        say(str(error))
    else:
        if done:
            done()


def or_say(
    act: Callable[[], Awaitable[object]], say: Callable[[str], object], done: Callable[[], object] | None = None
) -> Callable[[], Awaitable[None]]:
    """`attempt`, for a button: while it is under way another press does nothing."""
    busy = False

    async def do() -> None:
        nonlocal busy
        if busy:
            return
        busy = True
        try:
            await attempt(act, say, done)
        finally:
            busy = False

    return do
