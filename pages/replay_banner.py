"""The line that stands on every page of a replaying desk: what is replayed, what time it is in there, the controls."""

from collections.abc import Callable
from datetime import timedelta

from nicegui import ui

from desk.desk import Desk
from desk.replay.feed import FASTEST, Replay
from pages.formats import format_time

LOOK_EVERY = 0.5
MINUTE = timedelta(minutes=1)
SPEEDS = {1: '×1', 10: '×10', 60: '×60', 600: '×600', 3600: '×3,600', FASTEST: 'max'}


def banner(desk: Desk) -> None:
    """Draw it; nothing on a desk that replays nothing."""
    if desk.replay is None:
        return
    replay = desk.replay
    with ui.element('section').classes('replay-bar').props('aria-label="Replay"'):
        with ui.link(target='/replay').classes('words'):
            words = ui.label()
        with ui.element('div').classes('line'):
            buttons, speed = _controls(replay, lambda: look())
    play = buttons[0]

    def look() -> None:
        words.set_text(banner_words(replay, desk.preference('timezone', 'UTC')))
        icon, title = ('pause', 'Pause') if replay.clock.playing else ('play_arrow', 'Play')
        if play.props.get('aria-label') != title:
            play.props(f'icon={icon} aria-label={title} title={title}')
        if speed.value != replay.clock.speed:
            _show_speed(speed, replay.clock.speed)
        for button in buttons:
            if button.enabled == replay.ended:  # nothing is left to play
                button.set_enabled(not replay.ended)

    look()
    ui.timer(LOOK_EVERY, look, immediate=False)


def banner_words(replay: Replay, zone: str) -> str:
    """“Replay of tape.csv · 2024-08-08 13:05:12 UTC · ×60 · playing”."""
    moment = format_time(replay.clock(), zone)
    return f'Replay of {replay.facts.file} · {moment} · {speed_words(replay.clock.speed)} · {replay.state}'


def speed_words(speed: int) -> str:
    """“×60”, or “max” for as fast as the desk can."""
    return SPEEDS.get(speed, f'×{speed:,}')


def speed_select(value: int, label: str = 'Speed') -> ui.select:
    """The speeds to choose from; a speed that a flag gave is one of them."""
    select = ui.select(dict(SPEEDS), label=label or None).classes('speed')
    _show_speed(select, value)
    return select


def _show_speed(select: ui.select, speed: int) -> None:
    select.set_options({**SPEEDS, speed: speed_words(speed)}, value=speed)


def _controls(replay: Replay, look: Callable[[], None]) -> tuple[list[ui.button], ui.select]:
    def doing(act: Callable[[], None]) -> Callable[[], None]:
        def do() -> None:
            act()
            look()

        return do

    play = ui.button(on_click=doing(lambda: replay.pause() if replay.clock.playing else replay.play()))
    buttons = [play.props('dense').mark('play')]
    for label, title, act in (
        ('Next price', 'Bring in the next price', replay.step_price),
        ('+1 min', 'Go on by a minute', lambda: replay.step(MINUTE)),
    ):
        buttons.append(ui.button(label, on_click=doing(act)).props(f'dense title="{title}"'))
    speed = speed_select(replay.clock.speed, '').props('aria-label=Speed')
    speed.on_value_change(doing(lambda: replay.set_speed(int(speed.value))))
    return buttons, speed
