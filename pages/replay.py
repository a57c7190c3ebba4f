"""'/replay': practice on the past. Here a file is chosen and a replay started; in the replay, how far it is."""

from nicegui import ui

from desk.acting import Right
from desk.desk import Desk
from desk.replay.feed import Replay
from pages.barred import barred
from pages.formats import format_count, format_time
from pages.replay_banner import banner_words
from pages.replay_sessions import Sessions
from pages.replay_start import StartReplay
from pages.theme import PATIENCE, frame

TITLE = 'Practice on the past'
INTRO = (
    'Recorded prices run through a whole desk of its own, as if they came in now: every type of order works, nothing '
    'that lies ahead can be seen, and what you did is kept. A file may be of any kind that the import reads, or an '
    'export of this desk. A candle is played as four prices: open, low, high, close.'
)
LOOK_EVERY = 0.5


def register(desk: Desk) -> None:
    """Define the page."""

    @ui.page('/replay', response_timeout=PATIENCE)
    async def page() -> None:
        if barred(desk, 'Replay', Right.ADMINISTER):
            return
        with frame('Replay', desk), ui.element('div').classes('replay import'):
            ui.html(TITLE, tag='h1', sanitize=False)
            if desk.replay is not None:
                _progress(desk, desk.replay)
                return
            ui.label(INTRO).classes('muted intro')
            sessions = Sessions(desk)
            StartReplay(desk, sessions.show)
            with ui.element('section').classes('section'):
                await sessions.draw()


def _progress(desk: Desk, replay: Replay) -> None:
    """What is replayed, and how much of it has come in."""
    facts, zone = replay.facts, desk.preference('timezone', 'UTC')
    words = ui.label()
    bar = ui.linear_progress(show_value=False, size='6px').props('instant-feedback aria-label="Progress"')
    bar.classes('progress')
    rows = {
        'File': f'{facts.file} ({facts.words})',
        'First price': format_time(facts.start, zone),
        'Last price': format_time(facts.end, zone),
        'Prices': format_count(facts.prices),
        'Coins': format_count(facts.coins),
        'Kept in': str(replay.folder),
    }
    with ui.element('dl').classes('facts'):
        for label, value in rows.items():
            ui.html(label, tag='dt', sanitize=False)
            with ui.element('dd'):
                ui.label(value)
    if facts.bad:
        ui.label(f'{format_count(facts.bad)} rows of the file are bad and were left out, like {"; ".join(facts.why)}')
    with ui.element('div').classes('line'):
        ui.link('Trade', '/trading/').classes('button filled')
        ui.link('How it goes: the portfolio', '/portfolio').classes('button')

    def look() -> None:
        whole = (facts.end - facts.start).total_seconds()
        words.set_text(banner_words(replay, zone))
        bar.set_value(round((replay.clock() - facts.start).total_seconds() / whole, 3) if whole else 1.0)

    look()
    ui.timer(LOOK_EVERY, look, immediate=False)
