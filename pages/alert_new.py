"""'/alerts/new': a new alert, with the coin and its price filled in; and the same form in a dialog."""

from nicegui import ui

from desk.alert import Alert
from desk.desk import Desk
from pages.alert_form import AlertForm
from pages.asking import asking
from pages.theme import frame

CREATED, CHANGED = 'The alert is set.', 'The alert is changed.'


def register(desk: Desk) -> None:
    """Define the page. `?coin=BTC` fills in the coin and its price, `&price=` another price."""

    @ui.page('/alerts/new')
    def page(coin: str = '', price: str = '') -> None:
        with frame('New alert', desk), ui.element('div').classes('narrow'):
            ui.html('New alert', tag='h1', sanitize=False)
            form = AlertForm(desk, lambda alert: ui.navigate.to('/alerts'), coin, price=price)
            form.fields.inputs['price' if coin else 'coin'].props('autofocus')


def ask_alert(desk: Desk, coin: str = '', alert: Alert | None = None) -> None:
    """The form in a dialog: for a new alert, or to change one."""
    with asking('New alert' if alert is None else 'Change the alert') as dialog:

        def done(made: Alert) -> None:
            dialog.close()
            ui.notify(CREATED if alert is None else CHANGED)

        form = AlertForm(desk, done, coin, alert)
        form.fields.inputs['price'].props('autofocus')
        with form.line:
            ui.button('Back', on_click=dialog.close)
