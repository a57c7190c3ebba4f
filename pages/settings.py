"""'/settings': what is chosen in the browser, for all who use this desk."""

from zoneinfo import available_timezones

from nicegui import ui

from desk.acting import Right
from desk.desk import Desk
from desk.errors import DeskError
from pages.barred import barred
from pages.formats import format_time
from pages.keys import key_switch, show_keys
from pages.theme import frame


def register(desk: Desk) -> None:
    """Define the page."""
    zones = ['UTC', *sorted(zone for zone in available_timezones() if '/' in zone and not zone.startswith('Etc/'))]

    @ui.page('/settings')
    def page() -> None:
        if barred(desk, 'Settings', Right.ADMINISTER):
            return
        with frame('Settings', desk), ui.element('div').classes('narrow'):
            ui.html('Settings', tag='h1', sanitize=False)
            with ui.element('div').classes('column-form'):
                zone = ui.select(zones, label='Time zone', value=desk.preference('timezone', 'UTC'), with_input=True)
                now = ui.label().classes('small muted').props('role=status')

                def look() -> None:
                    now.set_text(f'It is {format_time(desk.clock(), zone.value)} there. Inside, all times are UTC.')

                async def choose() -> None:
                    if not zone.value:
                        return
                    look()
                    try:
                        await desk.set_preference('timezone', zone.value)
                    except DeskError as error:
                        ui.notify(str(error), type='negative')

                zone.on_value_change(choose)
                look()
            with ui.element('section').classes('section'):
                ui.html('Keyboard', tag='h2', sanitize=False)
                with ui.element('div').classes('line'):
                    key_switch()
                    ui.button('Show the keys', on_click=show_keys).classes('quiet')
            with ui.element('section').classes('section'):
                ui.html('As this desk was started', tag='h2', sanitize=False)
                _started_with(desk)


def _started_with(desk: Desk) -> None:
    settings = desk.settings
    facts = {
        'Exchange': settings.exchange,
        'Currency': settings.quote,
        'Coins asked for': ', '.join(settings.coins),
        'Data': str(settings.data_dir),
        'Updates a second, at most': str(settings.frame_rate),
        'Single feed prices are kept for': f'{settings.feed_record_days} days',
    }
    with ui.element('dl').classes('facts'):
        for label, value in facts.items():
            ui.html(label, tag='dt', sanitize=False)
            with ui.element('dd'):
                ui.label(value)
    ui.label('These are flags: see python app.py --help.').classes('small muted')
