"""What is printed for whoever starts a desk that others can reach: how its first administrator comes in."""

from collections.abc import Callable
from functools import partial

from desk.settings import Settings
from gate.paths import WELCOME
from gate.who import Accounts

WARNING = (
    'Everybody who can reach this desk may do everything on it, without a login: '
    'it was started with --open-to-everyone-without-login.'
)
FIRST = (
    'This desk has no administrator yet. Whoever opens {address} and enters this code becomes it:\n\n    {code}\n\n'
    'The code is good for one account. From elsewhere the page is {path} at any other address of this machine.'
)


class Opening:
    """Says it once. `say` takes a text; without one it is printed."""

    def __init__(self, settings: Settings, accounts: Accounts, say: Callable[[str], None] | None = None) -> None:
        self.settings, self.accounts, self.say = settings, accounts, say or partial(print, flush=True)
        self._said = False

    def start(self) -> None:
        """The desk listens from now on."""
        if self.settings.open_to_everyone_without_login:
            self.say(WARNING)
        elif not self.settings.alone:
            self.need()

    def need(self) -> None:
        """Somebody is asked for a login."""
        if not self._said and self.accounts.empty:
            self._said = True
            # an address to print, none to listen on
            here = self.settings.url.replace('0.0.0.0', 'localhost').replace('[::]', 'localhost')  # nosec B104
            address = f'{here}{self.settings.path_prefix}{WELCOME}'
            self.say(FIRST.format(address=address, path=WELCOME, code=self.accounts.code()))
