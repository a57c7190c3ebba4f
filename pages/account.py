"""'/account': one's own password, second factor, sessions and tokens."""

from nicegui import ui

from desk.acting import acting
from desk.desk import Desk
from pages.account_factor import FactorSection
from pages.account_password import PasswordForm
from pages.account_sessions import SessionList
from pages.account_tokens import TokenList
from pages.own import own
from pages.people_words import ROLES, WHAT_ROLES_MAY
from pages.theme import frame

NO_LOGIN = (
    'On this machine nobody logs in: whoever sits here is the owner of the desk. Over a network, or behind a proxy, '
    'everybody needs an account; the first visit makes that of the administrator, with a code from the console.'
)
PROVISIONAL = 'Your password was given to you by an administrator. Choose your own first; until then you can only look.'


def register(desk: Desk) -> None:
    """Define the page."""

    @ui.page('/account')
    def page() -> None:
        with frame('Account', desk), ui.element('div').classes('narrow'):
            ui.html('Account', tag='h1', sanitize=False)
            if acting().via:
                _account(desk)
            else:
                ui.label(NO_LOGIN)
                ui.link('People', '/people')


def way_out() -> None:
    """The button that ends the session: a form, since only an answer over HTTP takes the cookie away."""
    form = ui.html('<button class="button">Log out</button>', tag='form', sanitize=False)
    form.classes('way-out').props(f'method=post action={own("/logout")}')


def _account(desk: Desk) -> None:
    me = desk.accounts.me()
    with ui.element('dl').classes('facts'):
        for label, value in (('Name', me.name), ('Role', f'{ROLES[me.role]}: {WHAT_ROLES_MAY[me.role]}')):
            ui.html(label, tag='dt', sanitize=False)
            with ui.element('dd'):
                ui.label(value)
    way_out()
    if me.provisional:
        ui.label(PROVISIONAL).classes('notice bad')
    PasswordForm(desk, me)
    if not me.provisional:
        FactorSection(desk)
        SessionList(desk)
        TokenList(desk)
