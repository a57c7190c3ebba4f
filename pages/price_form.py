"""The form that adds a price, on its own page and in a dialog on the board."""

from datetime import datetime
from decimal import Decimal
from html import escape
from zoneinfo import ZoneInfo

from nicegui import ui

from desk.desk import Desk
from desk.errors import DeskError, Invalid, NotFound
from desk.market import Quote, per_cent
from desk.ticks import Tick, parse_name, parse_price, parse_timestamp
from models import Cryptocurrency, Origin
from pages.formats import format_deviation, format_full, format_time
from pages.policies import Consequence

DETAILS = 'autocomplete=off spellcheck=false'


class PriceForm:
    """Name, Price, Timestamp and a note, bound to a `Cryptocurrency` that is never saved: the desk makes its own.

    While what is written is not a price or a time (yet), the draft's price or timestamp is None.
    """

    def __init__(self, desk: Desk, name: str = '') -> None:
        self.desk, self.busy = desk, False
        self.draft = Cryptocurrency(name=name, price=Decimal(0))
        with ui.element('div').classes('column-form').props('role=form aria-label="Add a price"'):
            self.name = ui.input('Name', value=name).props(f'{DETAILS} autocapitalize=characters')
            self.known = ui.html(tag='datalist', sanitize=False).props(f'id={self.name.html_id}-datalist')
            self.price = ui.input('Price').props(f'{DETAILS} inputmode=decimal').classes('price-field')
            self.timestamp = ui.input('Timestamp', placeholder='now').props(DETAILS)
            self.note = ui.input('Note or link').props(f'{DETAILS} maxlength=500')
            self.consequence = Consequence(desk)
            self.problem = ui.label().classes('notice bad').props('role=alert')
            with ui.element('div').classes('line'):
                self.button = ui.button('Add price', on_click=self.submit).classes('filled')
        self._offer_names()
        self._bind()
        self._explain()

    @property
    def fields(self) -> dict[str, ui.input]:
        """The inputs by the name that an error's `field` has."""
        return {'name': self.name, 'price': self.price, 'timestamp': self.timestamp, 'note': self.note}

    @property
    def zone(self) -> str:
        """The time zone that people chose for this desk."""
        return self.desk.preference('timezone', 'UTC')

    async def submit(self) -> None:
        """Add what is written; say beside the field what is wrong with it."""
        if self.busy:
            return
        self.busy = True
        self.button.disable()
        try:
            tick = self._tick()
            if not self._is_odd(tick) or await self._sure(tick):
                self._added(await self.desk.submit(tick))
        except DeskError as error:
            self._refuse(error)
        finally:
            self.busy = False
            self.button.enable()

    def _tick(self) -> Tick:
        """The draft as a tick; raises Invalid, the first field that is wrong first."""
        name = parse_name(self.draft.name or '')
        price = parse_price(self.price.value or '')
        written = (self.timestamp.value or '').strip()
        moment = parse_timestamp(written, ZoneInfo(self.zone)) if written else self.desk.clock()
        return Tick(name, price, moment, 'form', Origin.PERSON, note=(self.draft.note or '').strip())

    def _added(self, record: Cryptocurrency) -> None:
        ui.notify(f'{record.name}: {format_full(record.price)} added.')
        for field in (self.price, self.timestamp, self.note):
            field.set_value('')
        self._offer_names()
        self._explain()
        self.price.run_method('focus')

    def _refuse(self, error: DeskError) -> None:
        field = self.fields.get(error.field)
        if field is None:
            self._complain(str(error))
        else:
            field.error = str(error)
            field.run_method('focus')

    def _complain(self, text: str) -> None:
        self.problem.set_text(text)
        self.problem.set_visibility(bool(text))

    def _is_odd(self, tick: Tick) -> bool:
        deviation = deviation_from(self._quote(tick.name), tick.price)
        return deviation is not None and abs(deviation) > self.desk.settings.odd_price

    async def _sure(self, tick: Tick) -> bool:
        quote = self.desk.quote(tick.name)
        deviation = deviation_from(quote, tick.price) or Decimal(0)
        with ui.dialog() as dialog, ui.element('div').classes('panel asking'):
            question = dialog.props['aria-label'] = f'Is {format_full(tick.price)} right?'
            ui.html(question, tag='h2', sanitize=False)
            ui.label(
                f'It is {format_deviation(deviation)} from the last price of {quote.name}, {format_full(quote.price)}.'
            )
            with ui.element('div').classes('line'):
                ui.button('Add it all the same', on_click=lambda: dialog.submit(True)).classes('filled')
                ui.button('Back to the form', on_click=lambda: dialog.submit(False)).props('autofocus')
        sure = bool(await dialog)
        if dialog.is_deleted or dialog.client.is_deleted:
            return False  # the browser left while it was asked
        dialog.delete()
        if not sure:
            self.price.run_method('focus')
        return sure

    def _bind(self) -> None:
        self.name.bind_value_to(self.draft, 'name')
        self.note.bind_value_to(self.draft, 'note')
        self.price.bind_value_to(self.draft, 'price', forward=_price)
        self.timestamp.bind_value_to(self.draft, 'timestamp', forward=self._moment)
        for field in self.fields.values():
            field.on_value_change(lambda event: self._typed(event.sender))
            field.on('keydown.enter', self.submit)

    def _typed(self, field: ui.input) -> None:
        field.error = None
        self._explain()

    def _explain(self) -> None:
        """What pressing the button will do, under the fields; how far the price is from the last, under it."""
        self._complain('')
        quote = self._quote(self.draft.name or '')
        deviation = deviation_from(quote, self.draft.price)
        last = f'{format_full(quote.price)} at {format_time(quote.timestamp, self.zone)}' if quote else ''
        _hint(
            self.price,
            f'{format_deviation(deviation)} from the last, {last}'
            if deviation is not None
            else f'Last: {last}'
            if quote
            else 'Like 67000.12 or 0.00000923',
        )
        _hint(self.timestamp, f'Optional. Like 2026-01-31 14:30, in {self.zone} time')
        self.consequence.show(self.draft.name or '', self.draft.timestamp)

    def _quote(self, name: str) -> Quote | None:
        try:
            return self.desk.quote(name)
        except NotFound:
            return None

    def _moment(self, text: str | None) -> datetime | None:
        try:
            return parse_timestamp(text, ZoneInfo(self.zone)) if text else None
        except Invalid:
            return None

    def _offer_names(self) -> None:
        """A native list of the known coins: it opens by typing, works on phones and by keyboard."""
        options = ''.join(
            f'<option value="{escape(coin.name)}">{escape(coin.full_name)}</option>' for coin in self.desk.coins()
        )
        self.known.set_content(options)


def deviation_from(quote: Quote | None, price: Decimal | None) -> Decimal | None:
    """How far a price is from the last, in per cent to 0.01; None where there is nothing to compare."""
    if quote is None or price is None:
        return None
    return per_cent(price, quote.price)


def _price(text: str | None) -> Decimal | None:
    try:
        return parse_price(text or '')
    except Invalid:
        return None


def _hint(field: ui.input, text: str) -> None:
    field.props['hint'] = text
