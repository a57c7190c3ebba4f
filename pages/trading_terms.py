"""By what the account trades: fees, spread, slippage and the rest; and beginning anew, by naming the book."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from nicegui import ui

from desk.acting import Right, may
from desk.broker.broker import ACCOUNT
from desk.desk import Desk
from desk.errors import DeskError, Invalid
from desk.orders import Terms
from desk.ticks import parse_price
from pages.asking import asking
from pages.formats import format_full, format_money
from pages.trading_rules import rules_link

RATES = {
    'maker_fee': ('Maker fee, %', 'Paid by orders that rest before they fill'),
    'taker_fee': ('Taker fee, %', 'Paid by orders that fill at once'),
    'spread': ('Spread, %', 'Between bid and ask, where a price brings none'),
    'slippage': ('Slippage, basis points', 'How far a market or stop order moves the price against itself'),
    'participation': ('Participation, %', 'The most of a price’s volume that orders take; 0 is off'),
}
GAPS = {True: 'is cut to what the cash pays for', False: 'is refused'}


def terms_words(terms: Terms) -> str:
    """The terms in one line."""
    parts = [
        f'fees {format_full(terms.maker_fee)} % maker, {format_full(terms.taker_fee)} % taker',
        f'slippage {format_full(terms.slippage)} bp',
        f'spread {format_full(terms.spread)} %',
    ]
    if terms.participation:
        parts.append(f'participation {format_full(terms.participation)} %')
    return f'{", ".join(parts).capitalize()}.'


class AccountTerms:
    """The terms in a line with the doors to change them and to begin anew."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        with ui.element('section').classes('section').props('aria-label="Account"'):
            ui.html('Account', tag='h2', sanitize=False)
            self.words = ui.label().classes('small')
            with ui.element('div').classes('line doors'):
                if may(Right.ADMINISTER):
                    ui.button('Terms …', on_click=self._ask_terms).classes('small')
                ui.button('Begin anew …', on_click=lambda: ask_reset(desk)).classes('small')
        self.show()
        ui.context.client.on_delete(desk.subscribe(self._changed))

    def show(self) -> None:
        """As they are now."""
        account = self.desk.broker.account()
        self.words.set_text(f'Book {account.book.number}, paper money. {terms_words(self.desk.broker.terms)}')

    def _changed(self, names: set[str]) -> None:
        if ACCOUNT in names:
            self.show()

    def _ask_terms(self) -> None:
        TermsDialog(self.desk, self.show)


class TermsDialog:
    """One field a term; what is wrong is said beside it."""

    def __init__(self, desk: Desk, done: Callable[[], None]) -> None:
        self.desk, self.done, terms = desk, done, desk.broker.terms
        with asking('The account’s terms') as self.dialog:
            ui.label('They hold for orders placed from now on; open orders keep theirs.').classes('muted')
            with ui.element('div').classes('rates'):
                self.rates = {name: self._rate(name, getattr(terms, name)) for name in RATES}
            self.touch = ui.checkbox('A resting limit also fills when the price only touches it', value=terms.touch)
            self.cut = ui.select(GAPS, label='A buy whose price gapped beyond its cash', value=terms.cut)
            self.problem = ui.label().classes('notice bad').props('role=alert')
            self.problem.set_visibility(False)
            with ui.element('div').classes('line'):
                ui.button('Set the terms', on_click=self.submit).classes('filled')
                ui.button('Leave them', on_click=self.dialog.close)
                rules_link('fills', 'What they do')

    async def submit(self) -> None:
        """Set what is written."""
        for field in self.rates.values():
            field.error = None
        try:
            await self.desk.broker.set_terms(self._written())
        except DeskError as error:
            self._refuse(error)
        else:
            self.done()
            self.dialog.close()

    def _written(self) -> Terms:
        rates = {name: parse_rate(field.value or '', name) for name, field in self.rates.items()}
        return replace(self.desk.broker.terms, **rates, touch=bool(self.touch.value), cut=bool(self.cut.value))

    def _rate(self, name: str, value: Decimal) -> ui.input:
        label, hint = RATES[name]
        field = ui.input(label, value=format_full(value)).props('inputmode=decimal autocomplete=off')
        field.props['hint'] = hint
        field.on('keydown.enter', self.submit)
        return field

    def _refuse(self, error: DeskError) -> None:
        if error.field in self.rates:
            self.rates[error.field].error = str(error)
            self.rates[error.field].run_method('focus')
        else:
            self.problem.set_text(str(error))
            self.problem.set_visibility(True)


def parse_rate(text: str, field: str) -> Decimal:
    """A number of 0 or more; raises Invalid."""
    if text.strip().strip('0.') == '' and text.strip():
        return Decimal(0)
    try:
        return parse_price(text, field)
    except Invalid as error:
        words = str(error).replace('A price', 'A rate').replace('a price', 'a rate').replace('67000.12', '0.2')
        raise Invalid(words, field) from None


def ask_reset(desk: Desk) -> None:
    """Begin anew, after naming what ends."""
    account = desk.broker.account()
    number, waiting = account.book.number, len(account.orders)
    cash = f'{format_money(desk.settings.paper_cash)} {desk.settings.quote}'
    ends = f' Its {waiting} open order{"s are" if waiting != 1 else " is"} cancelled.' if waiting else ''
    with asking(f'Close book {number} and begin anew?') as dialog:
        ui.label(
            f'Book {number} is closed with all that it has; its history stays readable.{ends} '
            f'Book {number + 1} opens with {cash} of paper money.'
        )

        async def reset() -> None:
            try:
                book = await desk.broker.reset(number=number)
            except DeskError as error:
                ui.notify(str(error), type='negative')
            else:
                ui.notify(f'Book {book.number} is open.')
            dialog.close()

        with ui.element('div').classes('line'):
            ui.button(f'Close book {number}, open book {number + 1}', on_click=reset).classes('filled danger')
            ui.button('Keep it', on_click=dialog.close).props('autofocus')
