"""The second factor: a code that an app on the phone makes anew every thirty seconds."""

import io
from functools import partial

from nicegui import ui

from desk.account import Enrolment
from desk.desk import Desk
from pages.asking import asking
from pages.shown_once import show_once
from pages.trying import or_say

WHAT_IT_IS = 'A code from an app on your phone, asked for besides the password.'
IS_ON = 'On. Logging in asks for a code from your app.'
SCAN = 'Scan this with an app for one-time codes, or type the key into it. Then write here what it shows.'
KEEP = (
    'Each of these codes replaces your phone once, should you lose it. Keep them where the phone is not. '
    'They are shown only now.'
)
WITHOUT = 'From then on the password alone opens your account.'
SCALE, BORDER = 5, 3


class FactorSection:
    """A section that says whether there is one, and turns it on and off."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        with ui.element('section').classes('section'):
            ui.html('Second factor', tag='h2', sanitize=False)
            self._place = ui.element('div').classes('stack')
        self.look()

    def look(self) -> None:
        """Say how it is now."""
        self._place.clear()
        is_on = self.desk.accounts.me().second_factor
        with self._place:
            ui.label(IS_ON if is_on else WHAT_IT_IS).classes('' if is_on else 'muted')
            with ui.element('div').classes('line'):
                if is_on:
                    ui.button('Turn it off…', on_click=self._ask_off).classes('quiet')
                else:
                    ui.button('Set it up…', on_click=self._ask_on).classes('quiet')

    async def _ask_on(self) -> None:
        enrolment = await self.desk.accounts.begin_second_factor()
        with asking('Set up the second factor') as dialog:
            ui.label(SCAN)
            ui.html(qr_svg(enrolment.uri), sanitize=False).classes('qr')
            _key(enrolment)
            code = ui.input('Code from the app').props('autofocus autocomplete=one-time-code inputmode=numeric')
            codes: list[str] = []

            async def confirm() -> None:
                codes.extend(await self.desk.accounts.confirm_second_factor(code.value or ''))

            def done() -> None:
                dialog.close()
                self.look()
                show_codes(codes)

            do = or_say(confirm, partial(setattr, code, 'error'), done)
            code.on('keydown.enter', do)
            with ui.element('div').classes('line'):
                ui.button('Turn it on', on_click=do).classes('filled')
                ui.button('Cancel', on_click=dialog.close)

    def _ask_off(self) -> None:
        with asking('Turn the second factor off?') as dialog:
            ui.label(WITHOUT)
            password = ui.input('Password', password=True).props('autofocus autocomplete=current-password')

            async def off() -> None:
                await self.desk.accounts.drop_second_factor(password.value or '')

            def done() -> None:
                dialog.close()
                self.look()

            do = or_say(off, partial(setattr, password, 'error'), done)
            password.on('keydown.enter', do)
            with ui.element('div').classes('line'):
                ui.button('Turn it off', on_click=do).classes('filled danger')
                ui.button('Keep it', on_click=dialog.close)


def _key(enrolment: Enrolment) -> None:
    grouped = ' '.join(enrolment.secret[at : at + 4] for at in range(0, len(enrolment.secret), 4))
    with ui.element('p').classes('small'):
        ui.html('Key: ', tag='span', sanitize=False)
        ui.html(grouped, tag='code', sanitize=False)


def qr_svg(text: str) -> str:
    """The text as a QR code, as SVG that stands in a page."""
    import segno  # 20 ms that a start does not need

    out = io.BytesIO()
    segno.make(text, error='m').save(
        out, kind='svg', scale=SCALE, border=BORDER, light='white', xmldecl=False, title='QR code of the key'
    )
    return out.getvalue().decode()


def show_codes(codes: list[str]) -> None:
    """The recovery codes, once."""
    show_once('Recovery codes', KEEP, '\n'.join(codes), 'Copy them', 'I have kept them')
