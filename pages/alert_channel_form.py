"""The form of a new channel: a name, the address as apprise writes it, and what such addresses look like."""

from collections.abc import Callable
from html import escape

from nicegui import ui

from desk.desk import Desk
from desk.errors import DeskError

HELP = 'It is checked, kept encrypted, and shown only with its secrets masked. Send a test afterwards.'
MORE = 'https://appriseit.com/services/'
EXAMPLES = (
    ('Telegram', 'tgram://BOT_TOKEN/CHAT_ID', 'The token that @BotFather gives, and the id of your chat with the bot.'),
    ('Slack', 'https://hooks.slack.com/services/T…/B…/…', 'An incoming webhook, as Slack shows it.'),
    ('Discord', 'https://discord.com/api/webhooks/…/…', 'A channel’s webhook, as Discord shows it.'),
    ('ntfy', 'ntfy://TOPIC', 'A topic that nobody guesses. On a server of your own: ntfys://HOST/TOPIC.'),
    ('Mail', 'mailto://NAME:PASSWORD@gmail.com', 'With an app password. To others: add ?to=somebody@example.org.'),
    ('Webhook', 'jsons://HOST/PATH', 'It gets JSON with the message and the firing’s number. Without TLS: json://.'),
)


class ChannelForm:
    """`done` is called when the channel is kept."""

    def __init__(self, desk: Desk, done: Callable[[], object]) -> None:
        self.desk, self.done, self.busy = desk, done, False
        with ui.element('div').classes('column-form').props('role=form aria-label="Add a channel"'):
            self.name = ui.input('Name').props('autofocus autocomplete=off maxlength=50')
            self.address = ui.input('Address').props('autocomplete=off spellcheck=false autocapitalize=off')
            self.address.props['hint'] = HELP
            self.problem = ui.label().classes('notice bad').props('role=alert')
            self.problem.set_visibility(False)
            with ui.element('div').classes('line'):
                self.button = ui.button('Add the channel', on_click=self.submit).classes('filled')
        for field in self.fields.values():
            field.on('keydown.enter', self.submit)
            field.on_value_change(self._typed)
        _examples()

    @property
    def fields(self) -> dict[str, ui.input]:
        """The inputs by the name that an error's `field` has."""
        return {'name': self.name, 'address': self.address}

    async def submit(self) -> None:
        """Keep the channel; say beside the field what is wrong with it."""
        if self.busy:
            return
        self.busy = True
        self.button.disable()
        try:
            await self.desk.alerts.channels.add(self.name.value or '', self.address.value or '')
        except DeskError as error:
            self._refuse(error)
        else:
            self.done()
        finally:
            self.busy = False
            self.button.enable()

    def _refuse(self, error: DeskError) -> None:
        field = self.fields.get(error.field)
        if field is None:
            self.problem.set_text(str(error))
            self.problem.set_visibility(True)
        else:
            field.error = str(error)
            field.run_method('focus')

    def _typed(self) -> None:
        self.problem.set_visibility(False)
        for field in self.fields.values():
            field.error = None


def _examples() -> None:
    rows = ''.join(
        f'<dt>{escape(service)}</dt><dd><code>{escape(address)}</code><span class="muted">{escape(words)}</span></dd>'
        for service, address, words in EXAMPLES
    )
    ui.html(rows, tag='dl', sanitize=False).classes('addresses')
    ui.link('More than a hundred other services', MORE, new_tab=True).classes('small')
