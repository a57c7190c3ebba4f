"""The question before something that is not taken back at a press: what it means, and two buttons."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from pages.asking import asking
from pages.trying import or_say


def ask_sure(
    title: str,
    words: str,
    do: str,
    keep: str,
    act: Callable[[], Awaitable[object]],
    then: Callable[[], object] | None = None,
) -> None:
    """`do` and `keep` stand on the buttons. A refusal is said in the dialog; else it closes, and `then` follows."""
    with asking(title) as dialog:
        ui.label(words)
        problem = ui.label().classes('bad').props('role=alert')

        def done() -> None:
            dialog.close()
            if then:
                then()

        with ui.element('div').classes('line'):
            ui.button(do, on_click=or_say(act, problem.set_text, done)).classes('filled danger')
            ui.button(keep, on_click=dialog.close).props('autofocus')
