"""Where alerts are sent besides the open windows: channels, added with help, tested, renamed, removed."""

from functools import partial

from nicegui import ui

from desk.alert import Channel
from desk.desk import Desk
from desk.errors import DeskError
from pages.alert_channel_form import ChannelForm
from pages.asking import asking
from pages.event import Event
from pages.sure import ask_sure
from pages.trying import or_say

NONE_YET = 'None yet. With a channel, alerts reach you where no window of this desk is open.'
TEST, RENAME, REMOVE = 'Send a test to {name}', 'Rename {name}…', 'Remove {name}…'
TAKEN = 'The service has taken the test; look whether it has arrived.'
UNDER_WAY = 'The test is on its way …'
CONSEQUENCE = (
    'Its address is forgotten, and what is on its way there is given up. Alerts that are sent there go on without it.'
)


class ChannelList:
    """A section that follows what is done in any window."""

    def __init__(self, desk: Desk, changes: Event[[]]) -> None:
        self.desk = desk
        self._shown: list[tuple[Channel, str]] | None = None
        with ui.element('section').classes('section channels').props('id=channels'):
            with ui.element('div').classes('head'):
                ui.html('Channels', tag='h2', sanitize=False)
                ui.button('Add a channel…', on_click=self._add)
            self._place = ui.element('div')
        self.look()
        changes.subscribe(self.look)

    def look(self) -> None:
        """Draw the channels anew where they, or how they fare, have changed."""
        channels = self.desk.alerts.channels
        found = [(channel, channels.trouble(channel.id)) for channel in channels.all()]
        if found == self._shown:
            return
        self._shown = found
        self._place.clear()
        with self._place:
            if not found:
                ui.label(NONE_YET).classes('muted')
                return
            with ui.element('ul').classes('orders'):
                for channel, trouble in found:
                    self._draw(channel, trouble)

    def _draw(self, channel: Channel, trouble: str) -> None:
        with ui.element('li').classes('channel'):
            with ui.element('div').classes('what'):
                ui.label(channel.name).classes('sentence')
                ui.label(channel.shown).classes('small muted')
                told = ui.label(trouble).classes('small bad' if trouble else 'small').props('role=status')
            with ui.element('div').classes('line'):
                test = ui.button('Send a test')
                test.on_click(partial(self._test, channel, told, test))
                rename = ui.button('Rename…', on_click=partial(self._rename, channel))
                remove = ui.button('Remove…', on_click=partial(self._remove, channel))
                for button, words in ((test, TEST), (rename, RENAME), (remove, REMOVE)):
                    button.props['aria-label'] = words.format(name=channel.name)

    async def _test(self, channel: Channel, told: ui.label, button: ui.button) -> None:
        button.disable()
        told.set_text(UNDER_WAY)
        told.classes(remove='bad')
        words = TAKEN
        try:
            await self.desk.alerts.channels.test(channel.id)
        except DeskError as error:
            words = str(error)
        if not told.is_deleted:  # the list was drawn anew meanwhile
            told.set_text(words)
            told.classes(add='' if words == TAKEN else 'bad')
            button.enable()

    def _add(self) -> None:
        with asking('Add a channel') as dialog:
            ChannelForm(self.desk, dialog.close)

    def _rename(self, channel: Channel) -> None:
        with asking('Rename the channel') as dialog:
            name = ui.input('Name', value=channel.name).props('autofocus autocomplete=off maxlength=50')

            async def rename() -> None:
                await self.desk.alerts.channels.rename(channel.id, name.value or '')

            do = or_say(rename, partial(setattr, name, 'error'), dialog.close)
            name.on('keydown.enter', do)
            with ui.element('div').classes('line'):
                ui.button('Rename', on_click=do).classes('filled')
                ui.button('Cancel', on_click=dialog.close)

    def _remove(self, channel: Channel) -> None:
        remove = partial(self.desk.alerts.channels.remove, channel.id)
        ask_sure(f'Remove “{channel.name}”?', CONSEQUENCE, 'Remove the channel', 'Keep it', remove)
