"""Tokens: how programs come in. Each is shown once, when it is made."""

from functools import partial

from nicegui import ui

from desk.account import Token
from desk.acting import Scope
from desk.desk import Desk
from pages.asking import asking
from pages.formats import format_time
from pages.shown_once import show_once
from pages.sure import ask_sure
from pages.trying import or_say

NONE_YET = 'None. A program that reads prices here, or adds some, needs a token.'
SCOPES = {
    Scope.READ: 'Read prices and history, and what is yours',
    Scope.ORDERS: 'Place orders, and change your alerts and lists',
    Scope.PRICES: 'Add and correct prices',
}
LIFETIMES = {7: 'A week', 30: 'A month', 365: 'A year', 0: 'Until it is revoked'}
ONCE = 'This is the only time that it is shown. A program sends it with each request, like this:'
REVOKE = 'Programs that use it are cut off at once.'


class TokenList:
    """A section with a line for each token."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        with ui.element('section').classes('section'):
            with ui.element('div').classes('head'):
                ui.html('Tokens for programs', tag='h2', sanitize=False)
                ui.button('Make a token…', on_click=self._ask)
            self._place = ui.element('ul').classes('holdings')
        self.look()

    def look(self) -> None:
        """Draw them anew."""
        found = self.desk.accounts.tokens()
        self._place.clear()
        with self._place:
            if not found:
                with ui.element('li'):
                    ui.label(NONE_YET).classes('muted')
            for token in found:
                self._draw(token)

    def _draw(self, token: Token) -> None:
        zone = self.desk.preference('timezone', 'UTC')
        used = f'last used {format_time(token.used, zone)}' if token.used else 'never used'
        until = f'until {format_time(token.expires, zone)}' if token.expires else 'without an end'
        with ui.element('li'):
            with ui.element('div').classes('what'):
                ui.label(token.name)
                ui.label(f'{token.hint}… · {", ".join(token.scopes)} · {used} · {until}').classes('small muted')
            revoke = ui.button('Revoke…', on_click=partial(self._ask_revoke, token))
            revoke.props['aria-label'] = f'Revoke {token.name}…'

    def _ask(self) -> None:
        with asking('Make a token') as dialog:
            name = ui.input('What is it for?').props('autofocus autocomplete=off maxlength=50')
            with ui.element('fieldset').classes('plain-set'):
                ui.html('It may', tag='legend', sanitize=False)
                boxes = {scope: ui.checkbox(words, value=scope is Scope.READ) for scope, words in SCOPES.items()}
            days = ui.select(LIFETIMES, value=365, label='How long')
            made: list[str] = []

            async def make() -> None:
                scopes = [scope for scope, box in boxes.items() if box.value]
                _, secret = await self.desk.accounts.make_token(name.value or '', scopes, days.value or None)
                made.append(secret)

            def done() -> None:
                dialog.close()
                self.look()
                _show(made[0])

            do = or_say(make, partial(setattr, name, 'error'), done)
            name.on('keydown.enter', do)
            with ui.element('div').classes('line'):
                ui.button('Make the token', on_click=do).classes('filled')
                ui.button('Cancel', on_click=dialog.close)

    def _ask_revoke(self, token: Token) -> None:
        revoke = partial(self.desk.accounts.revoke, token.id)
        ask_sure(f'Revoke “{token.name}”?', REVOKE, 'Revoke the token', 'Keep it', revoke, self.look)


def _show(secret: str) -> None:
    text = f'Authorization: Bearer {secret}'
    show_once('Your token', ONCE, text, 'Copy the token', 'I have kept it', copied=secret)
