"""What alerts have to say, said in every window: a toast for each firing, and a tone where the alert asks for one."""

import time
from collections import deque

from nicegui import ui

from desk.acting import whose
from desk.alert import Firing, News
from desk.desk import Desk
from desk.errors import NotFound
from pages import alert_tone
from pages.formats import format_count

AT_ONCE, WITHIN = 3, 3.0
STAYS = 10_000  # milliseconds


class AlertNews:
    """One window. A few are said at once; of those that come close upon them, how many they were."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.client, self.user = desk, ui.context.client, whose()
        self.said: deque[float] = deque(maxlen=AT_ONCE)
        self.unsaid = 0
        self.sound: ui.audio | None = None
        self.client.on_delete(desk.alerts.subscribe(self._hear))

    def _hear(self, news: News) -> None:
        """A window that is not connected is told nothing: the bell counts for it, and the page lists it."""
        if not (news.firings and self.client.has_socket_connection):
            return
        for firing in news.firings:
            if firing.acknowledged is None and firing.user == self.user:
                self._take(firing)

    def _take(self, firing: Firing) -> None:
        toast, sound = self._wanted(firing)
        now = time.monotonic()
        if not (toast or sound):
            return
        if len(self.said) < AT_ONCE or now - self.said[0] > WITHIN:
            self.said.append(now)
            self._say(firing, toast, sound)
        elif toast:
            self.unsaid += 1
            if self.unsaid == 1:
                with self.client:
                    ui.timer(WITHIN, self._tell_rest, once=True, immediate=False)

    def _say(self, firing: Firing, toast: bool, sound: bool) -> None:
        with self.client:
            if toast:
                ui.notify(firing.message, close_button='Close', timeout=STAYS, classes='alert-toast')
            if sound:
                self._sound()

    def _sound(self) -> None:
        """Made anew each time: a browser that refuses to start a sound by itself does so without a word."""
        if self.sound is not None and not self.sound.is_deleted:
            self.sound.delete()
        with self.client.content:
            self.sound = alert_tone.play()

    def _wanted(self, firing: Firing) -> tuple[bool, bool]:
        """Whether its alert asks for a toast, and for a tone."""
        try:
            alert = self.desk.alerts.get(firing.alert_id, self.user)
        except NotFound:  # it was deleted at the same moment
            return False, False
        return alert.toast, alert.sound

    def _tell_rest(self) -> None:
        rest, self.unsaid = self.unsaid, 0
        ui.notify(rest_words(rest), classes='alert-toast')


def rest_words(rest: int) -> str:
    """Of those that were not said one by one."""
    return 'And 1 more alert fired.' if rest == 1 else f'And {format_count(rest)} more alerts fired.'
