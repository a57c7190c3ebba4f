"""Who asks: the local user, whose session's cookie comes along, whose token, or nobody who is known."""

from collections.abc import Callable
from functools import lru_cache
from typing import Protocol

from desk.acting import LOCAL, NOBODY, OWNER, Actor
from desk.settings import Settings
from gate.asked import Asked, loopback, named
from gate.cookies import cookie_name, cookie_of
from gate.refusals import Refusal

Ask = Callable[[], Actor]
UNKNOWN = 4401


class Accounts(Protocol):
    """What the gate asks of accounts. Nothing of it waits."""

    @property
    def empty(self) -> bool:
        """Whether there is no administrator yet."""

    def code(self) -> str:
        """The one-time code that makes the first administrator."""

    def session(self, secret: str, address: str) -> Ask | None:
        """Who came in with this secret; None if nobody (any more)."""

    def bearer(self, secret: str, address: str) -> Ask | None:
        """Whose token this is; None if nobody's (any more)."""

    def on_end(self, ended: Callable[[str], None]) -> object:
        """Call back with the `via` of each session and token that ends."""


def nobody() -> Actor:
    """Who has said nothing."""
    return NOBODY


class Who:
    """Finds out who asks."""

    def __init__(self, settings: Settings, accounts: Accounts) -> None:
        self.settings, self.accounts = settings, accounts

    def local(self, asked: Asked) -> bool:
        """Whether this needs no login: from this machine to this machine, and nothing passed it on."""
        if self.settings.open_to_everyone_without_login:
            return True
        own = self.settings.alone and not asked.proxied and loopback(asked.peer)
        return own and loopback(named(asked.host)[0])

    def of(self, asked: Asked) -> Ask:
        """Who asks, `nobody` if that is not known. Raises Refusal for a token that is none."""
        if asked.token:
            return self._bearer(asked)
        if asked.local:
            return _owner(asked.address)
        secret = cookie_of(asked.said(b'cookie'), cookie_name(asked.secure, self.settings))
        return (self.accounts.session(secret, asked.address) if secret else None) or nobody

    def _bearer(self, asked: Asked) -> Ask:
        ask = self.accounts.bearer(asked.token, asked.address)
        if ask is None:
            raise Refusal(401, 'This token is none, or none any more.', code=UNKNOWN)
        return ask


@lru_cache(256)
def _owner(address: str) -> Ask:
    owner = Actor(LOCAL, OWNER.name, OWNER.rights, '', address)
    return lambda: owner
