"""Another password for oneself; it ends the other sessions."""

from nicegui import ui

from desk.account import Account
from desk.desk import Desk
from desk.errors import DeskError

DONE = 'The password is changed, and all your other sessions are ended.'
HELP = 'At least 12 characters: a few words that belong together for nobody else.'


class PasswordForm:
    """A section with the old and the new one."""

    def __init__(self, desk: Desk, me: Account) -> None:
        self.desk, self.busy = desk, False
        with ui.element('section').classes('section'):
            ui.html('Password', tag='h2', sanitize=False)
            with ui.element('form').classes('column-form').on('submit.prevent', self.submit) as form:
                form.props['aria-label'] = 'Change the password'
                named = ui.element('input').classes('unseen').props('autocomplete=username readonly tabindex=-1')
                named.props.update({'value': me.name, 'aria-label': 'Name'})  # which a password manager looks for
                self.old = ui.input('Old password', password=True).props('autocomplete=current-password')
                self.new = ui.input('New password', password=True, password_toggle_button=True)
                self.new.props('autocomplete=new-password').props['hint'] = HELP
                self.told = ui.label().classes('small').props('role=status')
                with ui.element('div').classes('line'):
                    ui.button('Change the password').props('type=submit').classes('quiet')
        for field in (self.old, self.new):
            field.on_value_change(self._typed)

    async def submit(self) -> None:
        """Change it, or say beside the field what is wrong."""
        if self.busy:
            return
        self.busy = True
        try:
            await self.desk.accounts.change_password(self.old.value or '', self.new.value or '')
        except DeskError as error:
            (self.new if error.field == 'password' else self.old).error = str(error)
        else:
            self.old.value = self.new.value = ''
            self.told.set_text(DONE)
        finally:
            self.busy = False

    def _typed(self) -> None:
        self.old.error = self.new.error = None
