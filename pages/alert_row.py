"""One alert in the list: what it watches, where it stands, its level beside the live price, and what one can do."""

from collections.abc import Callable
from html import escape

from nicegui import ui

from desk.alert import Alert
from desk.desk import Desk
from pages.alert_acts import Act, first_act, more_acts
from pages.alert_cells import AlertCells
from pages.alert_subject import form_of, sentence_of, subject_of
from pages.alert_words import SENTENCES, STATE_LABELS, repeat_words, state_of, state_words
from pages.own import own
from pages.theme import coin_path


class AlertRow:
    """It stays the same elements while its alert changes, so that no click is lost."""

    def __init__(
        self,
        desk: Desk,
        cells: AlertCells,
        alert: Alert,
        act: Callable[[Act, Alert], object],
        chosen: Callable[[], object],
    ) -> None:
        self.desk, self.cells, self.alert, self.act = desk, cells, alert, act
        self._shown = ''
        with ui.element('div').classes('alert').props(f'role=listitem data-alert={alert.id}') as self.element:
            self.box = ui.checkbox(on_change=chosen).props('dense')
            self.words = ui.html(sanitize=False).classes('what')
            cells.live.show(cells.cell(alert))
            with ui.element('div').classes('acts'):
                self.first = ui.button(on_click=lambda: self.act(first_act(self.alert, desk.clock()), self.alert))
                self.first.classes('small quiet')
                self.more = ui.button(icon='more_horiz', on_click=self._open).classes('small').props('round')
        self.show(alert)

    def show(self, alert: Alert) -> None:
        """The alert as it is now."""
        self.alert = alert
        self.cells.cell(alert)
        html = alert_html(self.desk, alert)
        if html == self._shown:
            return
        self._shown = html
        sentence = sentence_of(self.desk, alert)
        self.words.set_content(html)
        act = first_act(alert, self.desk.clock())
        self.first.set_text(act.words)
        self.first.props['aria-label'] = act.named.format(alert=sentence)
        self.more.props['aria-label'] = f'More for: {sentence}'
        self.box.props['aria-label'] = f'Select: {sentence}'
        for element in (self.first, self.more, self.box):
            element.update()

    def _open(self) -> None:
        """The menu is made when it is wanted, and gone when it is closed."""
        with self.more, ui.menu().props('auto-close') as menu:
            for act in more_acts(self.alert, self.desk.clock(), self.desk.preference('timezone', 'UTC')):
                ui.menu_item(act.words, on_click=lambda act=act: self.act(act, self.alert))
        menu.on('hide', menu.delete)
        menu.open()


def alert_html(desk: Desk, alert: Alert) -> str:
    """Its sentence, and beneath it the state and what belongs to that."""
    now, zone = desk.clock(), desk.preference('timezone', 'UTC')
    state, name = state_of(alert, now), subject_of(desk, alert)
    words = ' '.join(
        filter(None, (state_words(alert, zone, now), _deleted_list(alert, name), repeat_words(alert, form_of(alert))))
    )
    noted = ' · '.join(filter(None, (alert.name, alert.note)))
    sentence = escape(sentence_of(desk, alert))
    if alert.coin_id is not None:
        link = f'<a href="{own(coin_path(name))}" dir="auto">{escape(name)}</a>'
        sentence = sentence.replace(escape(name), link, 1)
    return (
        f'<p class="sentence">{sentence}</p>'
        f'<p class="small muted"><b class="state {state}">{STATE_LABELS[state]}</b> {escape(words)}</p>'
        + (f'<p class="small muted own" dir="auto">{escape(noted)}</p>' if noted else '')
    )


def _deleted_list(alert: Alert, name: str) -> str:
    return SENTENCES['list_gone'] if alert.watchlist_id is not None and not name else ''
