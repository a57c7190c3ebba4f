"""The line in the frame of every page that says how the feeds are: a cell for who may see more, one for the others."""

from html import escape

from nicegui import app

from desk.acting import Right, may
from desk.desk import Desk
from desk.feeds import FeedState
from pages.live import Live
from pages.own import own

WORST_FIRST = ('failed', 'reconnecting', 'loading', 'live', 'stopped')
DOT = '<span class="dot" aria-hidden="true"></span>'
LOOK_EVERY = 5.0  # seconds: "last price 14 s ago" ages without an event


class FeedLine:
    """A dot and a few words; they lead who may see it to /status."""

    def __init__(self, desk: Desk, live: Live) -> None:
        self.desk, self.live = desk, live
        self.link = live.cell('feed', 'a', 'feed', href=own('/status'))
        self.plain = live.cell('plain feed', 'span', 'feed')
        desk.feeds.on_change(self.look)
        app.timer(LOOK_EVERY, self.look, immediate=False)

    def show(self) -> None:
        """Put it on the page that is being built."""
        self.look()
        self.live.show(self.link if may(Right.ADMINISTER) else self.plain)

    def look(self) -> None:
        """Say what is so now."""
        state, words = feed_words(self.desk.feeds.states())
        for cell in (self.link, self.plain):
            self.live.set_props(cell, **{'data-state': state, 'title': words})
            self.live.set(cell, f'{DOT}<span class="words">{escape(words)}</span>')


def feed_words(states: list[FeedState]) -> tuple[str, str]:
    """The state that deserves attention most, and its words."""
    for state in WORST_FIRST:
        for feed in states:
            if feed.state == state:
                return state, feed.words
    return 'off', 'No feed'
