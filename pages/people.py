"""'/people': who may come in, for administrators."""

from collections.abc import Awaitable, Callable
from functools import partial

from nicegui import ui

from desk.account import Account
from desk.acting import Role, acting
from desk.desk import Desk
from desk.errors import DeskError
from pages.asked import cannot_show
from pages.asking import asking
from pages.people_words import ROLES, WHAT_ROLES_MAY
from pages.shown_once import show_once
from pages.sure import ask_sure
from pages.theme import frame
from pages.trying import complain, or_say

CHOICES = {role: f'{ROLES[role]}: {WHAT_ROLES_MAY[role]}' for role in Role}
NOBODY_YET = 'Nobody has an account yet. They are needed as soon as the desk is reached over a network.'
FIRST = 'Give this password to {name}. It is shown only now, and is changed at the first login.'
RESET = 'The old password stops working, the second factor is taken off, and all sessions end.'
OFF = 'All sessions and tokens end at once. What belongs to the account stays.'


def register(desk: Desk) -> None:
    """Define the page."""

    @ui.page('/people')
    def page() -> None:
        try:
            found = desk.accounts.all()
        except DeskError as error:
            cannot_show(desk, 'People', error, 'Board', '/')
            return
        with frame('People', desk), ui.element('div').classes('narrow'):
            People(desk, found)


class People:
    """The list in one browser."""

    def __init__(self, desk: Desk, found: list[Account]) -> None:
        self.desk = desk
        with ui.element('div').classes('head'):
            ui.html('People', tag='h1', sanitize=False)
            ui.button('Add somebody…', on_click=self._ask_new).classes('quiet')
            ui.link('Audit log', '/audit').classes('small')
        self._place = ui.element('ul').classes('holdings')
        self._show(found)

    def look(self) -> None:
        """Draw them anew."""
        self._show(self.desk.accounts.all())

    def _show(self, found: list[Account]) -> None:
        self._place.clear()
        with self._place:
            if not found:
                with ui.element('li'):
                    ui.label(NOBODY_YET).classes('muted')
            for account in found:
                self._draw(account)

    def _draw(self, account: Account) -> None:
        states = [ROLES[account.role]]
        states += ['with a second factor'] if account.second_factor else []
        states += ['has not chosen a password yet'] if account.provisional else []
        states += ['switched off'] if account.switched_off else []
        with ui.element('li'):
            with ui.element('div').classes('what'):
                ui.label(account.name)
                ui.label(' · '.join(states)).classes('small muted')
            with ui.element('div').classes('line'):
                self._button('Role…', account, self._ask_role)
                self._button('Reset the password…', account, self._ask_reset)
                if account.switched_off:
                    ui.button('Switch on', on_click=or_say(self._switching(account, True), complain, self.look))
                elif account.user != acting().user:
                    self._button('Switch off…', account, self._ask_off)

    def _button(self, words: str, account: Account, ask: Callable[[Account], None]) -> None:
        ui.button(words, on_click=partial(ask, account)).props['aria-label'] = f'{account.name}: {words}'

    def _switching(self, account: Account, on: bool) -> Callable[[], Awaitable[object]]:
        return partial(self.desk.accounts.switch, account.id, on)

    def _ask_new(self) -> None:
        with asking('Add somebody') as dialog:
            name = ui.input('Name').props('autofocus autocomplete=off maxlength=50')
            role = ui.radio(CHOICES, value=Role.VIEWER)
            given: list[str] = []

            async def add() -> None:
                given.append(await self.desk.accounts.add(name.value or '', role.value))

            def done() -> None:
                dialog.close()
                self.look()
                _show_password((name.value or '').strip(), given[0])

            do = or_say(add, partial(setattr, name, 'error'), done)
            name.on('keydown.enter', do)
            with ui.element('div').classes('line'):
                ui.button('Add', on_click=do).classes('filled')
                ui.button('Cancel', on_click=dialog.close)

    def _ask_role(self, account: Account) -> None:
        with asking(f'The role of {account.name}') as dialog:
            role = ui.radio(CHOICES, value=account.role)
            problem = ui.label().classes('bad').props('role=alert')

            async def change() -> None:
                await self.desk.accounts.set_role(account.id, role.value)

            def done() -> None:
                dialog.close()
                self.look()

            with ui.element('div').classes('line'):
                ui.button('Change the role', on_click=or_say(change, problem.set_text, done))
                ui.button('Cancel', on_click=dialog.close)

    def _ask_reset(self, account: Account) -> None:
        given: list[str] = []

        async def reset() -> None:
            given.append(await self.desk.accounts.reset(account.id))

        def done() -> None:
            self.look()
            _show_password(account.name, given[0])

        ask_sure(f'Reset the password of {account.name}?', RESET, 'Reset the password', 'Keep it', reset, done)

    def _ask_off(self, account: Account) -> None:
        off = self._switching(account, False)
        ask_sure(f'Switch {account.name} off?', OFF, 'Switch off', 'Keep it on', off, self.look)


def _show_password(name: str, password: str) -> None:
    show_once('The first password', FIRST.format(name=name), password, 'Copy it', 'Done')
