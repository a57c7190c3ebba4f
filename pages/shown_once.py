"""A secret that is shown when it is made and never again, with a button that copies it."""

from nicegui import ui

from pages.asking import asking


def show_once(title: str, words: str, text: str, copy: str, done: str, copied: str = '') -> None:
    """`copy` and `done` stand on the buttons; `copied` is what is copied, where that is not the whole text."""
    with asking(title) as dialog:
        ui.label(words)
        ui.html(text, tag='pre', sanitize=False).classes('codes')
        with ui.element('div').classes('line'):
            ui.button(copy, on_click=lambda: ui.clipboard.write(copied or text)).classes('quiet')
            ui.button(done, on_click=dialog.close).classes('filled')
