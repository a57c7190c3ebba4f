"""The form of an alert: its fields, a sentence that says what will happen, and the button that makes it so."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from html import escape

from nicegui import ui

from desk.alert import Alert, Draft
from desk.desk import Desk
from desk.errors import DeskError, NotFound
from pages.alert_draft import ALL, COIN, LIST, Texts, price_text, texts_of, written_over
from pages.alert_fields import AlertFields
from pages.alert_subject import labels_of, list_name
from pages.alert_words import distance_words, first_words, promise_words, repeat_words, watch_words

FORMS = {COIN: 0, LIST: 1, ALL: 2}
NOT_YET = 'What will happen is said here, once the fields are filled in.'


class AlertForm:
    """A new alert, or a change of one. `done` is called with the alert once it is committed."""

    def __init__(
        self, desk: Desk, done: Callable[[Alert], None], coin: str = '', alert: Alert | None = None, price: str = ''
    ) -> None:
        self.desk, self.done, self.alert, self.busy = desk, done, alert, False
        self.texts = self._texts(coin, price)
        self.offered = self.texts.price if alert is None else ''  # what was filled in, not written
        with ui.element('div').classes('column-form alert-form').props('role=form aria-label="Alert"'):
            self.fields = AlertFields(desk, self.texts, self._changed, self.submit)
            self.begun = replace(self.texts)
            self.promise = ui.html(sanitize=False).classes('notice small promise').props('role=status')
            self.problem = ui.label().classes('notice bad').props('role=alert')
            with ui.element('div').classes('line') as self.line:
                words = 'Create alert' if alert is None else 'Save changes'
                self.button = ui.button(words, on_click=self.submit).classes('filled')
        self._look()

    async def submit(self) -> None:
        """Make it, or change it; say beside the field what is wrong."""
        if self.busy:
            return
        self.busy = True
        self.button.disable()
        try:
            alert = await self._commit(self.texts.draft(self.fields.zone))
        except DeskError as error:
            if not self.fields.say(error.field, str(error)):
                self._complain(str(error))
        else:
            self.done(alert)
        finally:
            self.busy = False
            self.button.enable()

    async def _commit(self, draft: Draft) -> Alert:
        if self.alert is None:
            return await self.desk.alerts.create(draft)
        changed = {name: getattr(draft, name) for name in written_over(self.begun, self.texts)}
        return await self.desk.alerts.change(self.alert.id, **changed)

    def _texts(self, coin: str, price: str) -> Texts:
        if self.alert is not None:
            known = self.alert.coin_id is not None
            name = self.desk.alerts.coin_name(self.alert.coin_id or 0) if known else coin
            return texts_of(self.alert, name, self.desk.preference('timezone', 'UTC'))
        now = self._price(coin)
        everywhere = tuple(channel.id for channel in self.desk.alerts.channels.all())
        return Texts(coin=coin, price=price or (price_text(now) if now else ''), channels=everywhere)

    def _changed(self, name: str) -> None:
        self.fields.clear_errors()
        if name == 'coin':
            self._offer()
        self._look()

    def _offer(self) -> None:
        """Another coin's price, unless a price has been written."""
        now = self._price(self.texts.coin)
        if self.alert is None and now is not None and self.texts.price in ('', self.offered):
            self.offered = price_text(now)
            self.fields.write('price', self.offered)

    def _look(self) -> None:
        self._complain('')
        self.fields.arrange()
        try:
            words = self._promised(self.texts.draft(self.fields.zone))
        except DeskError:
            words = NOT_YET
        self.promise.set_content(words)

    def _promised(self, draft: Draft) -> str:
        """What is watched, what will be done, and where the price is; raises DeskError for what cannot be asked yet."""
        form = FORMS[self.texts.scope]
        name = self.desk.coin(draft.coin).name if draft.coin else list_name(self.desk, draft.watchlist_id)
        sentences = [promise_words(draft), repeat_words(draft, form)]
        price = self._price(draft.coin) if draft.coin else None
        if price is not None and draft.price is not None:
            sentences += [distance_words(draft.price, price), first_words(draft, price)]
        watched = watch_words(draft, name, labels_of(self.desk), form)
        return f'<b>{escape(watched)}</b> {escape(" ".join(filter(None, sentences)))}'

    def _price(self, coin: str) -> Decimal | None:
        try:
            return self.desk.quote(coin).price if coin.strip() else None
        except NotFound:
            return None

    def _complain(self, text: str) -> None:
        self.problem.set_text(text)
        self.problem.set_visibility(bool(text))
