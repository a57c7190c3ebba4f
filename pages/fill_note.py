"""The note beside a fill: text that becomes a field at a click, and is kept when one leaves it."""

from nicegui import ui

from desk.desk import Desk
from desk.errors import DeskError
from desk.orders import Fill

LONGEST = 500


class Note:
    """One note in one browser."""

    def __init__(self, desk: Desk, fill: Fill, what: str) -> None:
        self.desk, self.fill_id, self.text = desk, fill.id, fill.note
        self.button = ui.button(on_click=self._write).classes('small write')
        self.field = ui.input(value=self.text).props(f'maxlength={LONGEST} autocomplete=off')
        self.field.props['aria-label'] = f'Note: {what}'
        self.what = what
        self.field.on('blur', self._keep).on('keydown.enter', self._keep).on('keydown.escape', self._leave)
        self._show()

    def _show(self) -> None:
        self.button.set_text(self.text or 'Add note')
        self.button.classes(add='' if self.text else 'none', remove='none' if self.text else '')
        self.button.props['aria-label'] = f'{"Change" if self.text else "Add"} note: {self.what}'
        self.button.set_visibility(True)
        self.field.set_visibility(False)

    def _write(self) -> None:
        self.field.set_value(self.text)
        self.button.set_visibility(False)
        self.field.set_visibility(True)
        self.field.run_method('focus')

    def _leave(self) -> None:
        self.field.set_value(self.text)
        self._show()

    async def _keep(self) -> None:
        """Once: the key that keeps it takes the focus away, too."""
        text = (self.field.value or '').strip()
        if not self.field.visible or text == self.text:
            self._show()
            return
        before, self.text = self.text, text
        try:
            await self.desk.broker.set_note(self.fill_id, text)
        except DeskError as error:
            self.text = before
            self.field.error = str(error)
        else:
            self.field.error = None
            self._show()
