"""The ticket: what is asked for, in full what will happen, and the one button that does it."""

from nicegui import ui

from columns import canonical
from desk.broker.broker import ACCOUNT
from desk.desk import Desk
from desk.errors import DeskError, NotFound
from desk.orders import Order, Side, Status, Ticket
from desk.ticket import ticket_words
from pages.formats import format_full
from pages.trading_draft import COIN, MONEY, SIDES, Draft
from pages.trading_fields import Fields
from pages.trading_forecast import Forecast
from pages.trading_words import placed_words

LOOK_EVERY, AGES_EVERY = 0.25, 8
FILLED_IN = ('limit_price', 'stop_price')


class OrderTicket:
    """One draft in one browser. The forecast follows the price four times a second at most."""

    def __init__(self, desk: Desk, name: str, side: Side = Side.BUY) -> None:
        self.desk, self.busy, self.stale, self.looks = desk, False, False, 0
        self.draft = Draft(name, side)
        with ui.element('div').classes('panel ticket').props('role=form aria-label="Order"'):
            zone = desk.preference('timezone', 'UTC')
            self.fields = Fields(self.draft, desk.settings.quote, zone, self._typed, self.submit, self._share)
            self.forecast = Forecast(desk)
            self.problem = ui.label().classes('notice bad small').props('role=alert')
            self.button = ui.button(on_click=self.submit).classes('filled')
        self._complain('')
        self._rearrange()
        ui.context.client.on_delete(desk.subscribe(self._changed))
        ui.timer(LOOK_EVERY, self._look)

    async def submit(self) -> None:
        """Place what is written; say what is wrong, or what became of it."""
        if self.busy:
            return
        self.busy, amount = True, self.draft.amount
        self.button.disable()
        try:
            order = await self.desk.broker.place(self._ticket())
        except DeskError as error:
            self._refuse(error)
        else:
            self._placed(order, amount)
        finally:
            self.busy = False
            self.button.enable()

    def _placed(self, order: Order, amount: str) -> None:
        """The size is wiped, so that one order is one press; unless it is another by now."""
        self.draft.renew()
        if order.status == Status.REFUSED:
            again = order.reason == self.forecast.refused  # it stands above already
            self._complain(f'Order {order.id} is refused.' + ('' if again else f' {order.reason}'))
            return
        ui.notify(placed_words(order, self.draft.name, self.desk.settings.quote))
        if self.draft.amount == amount:
            self.fields.inputs['amount'].set_value('')
        self.fields.inputs['amount'].run_method('focus')

    def _refuse(self, error: DeskError) -> None:
        if not self.fields.say(error.field, str(error)):
            self._complain(str(error))

    def _complain(self, text: str) -> None:
        self.problem.set_text(text)
        self.problem.set_visibility(bool(text))

    def _ticket(self) -> Ticket:
        return self.draft.ticket(self.desk.preference('timezone', 'UTC'))

    def _typed(self, name: str) -> None:
        self.draft.renew()
        self.fields.clear_errors()
        self._complain('')
        if name in ('side', 'kind', 'time_in_force', 'bracket', 'post_only'):
            self._rearrange()
        else:
            self._explain()

    def _rearrange(self) -> None:
        """Another kind of order has other fields; those that want a price begin with the present one."""
        self.fields.arrange()
        for name in FILLED_IN:
            if name in self.draft.shown and not self.fields.text(name):
                self.fields.inputs[name].set_value(self._price())
        self._explain()

    def _explain(self) -> None:
        """What pressing the button would do now."""
        self.stale = False
        name, quote = self.draft.name, self.desk.settings.quote
        try:
            ticket = self._ticket()
            estimate = self.desk.broker.estimate(ticket)
        except DeskError as error:
            self.forecast.incomplete(self.draft, self._missing(error))
            self.button.set_text(f'{SIDES[self.draft.side]} {name}')
        else:
            self.forecast.show(ticket, estimate)
            self.button.set_text(ticket_words(ticket, estimate, quote))

    def _missing(self, error: DeskError) -> str:
        """What is not written yet is no mistake; what is written and wrong is said beside its field."""
        if not self.fields.text(error.field) or not self.fields.say(error.field, str(error)):
            return str(error)
        return ''

    def _share(self, percent: int) -> None:
        amount = self.desk.broker.share(self.draft.name, self.draft.side, percent)
        self.fields.units.set_value(MONEY if self.draft.side == Side.BUY else COIN)
        self.fields.inputs['amount'].set_value(canonical(amount))

    def _price(self) -> str:
        try:
            return format_full(self.desk.quote(self.draft.name).price).replace(',', '')
        except NotFound:
            return ''

    def _changed(self, names: set[str]) -> None:
        self.stale = self.stale or self.draft.name in names or ACCOUNT in names

    def _look(self) -> None:
        """Also when nothing changed: a price that grows old is not filled at any more."""
        self.looks += 1
        if self.stale or self.looks % AGES_EVERY == 0:
            self._explain()
