"""An account with its sessions and tokens. Data only, pure."""

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime

from desk.acting import Right, Role, Scope
from desk.errors import Invalid
from desk.ticks import name_look, parse_name

MOST_ACCOUNTS, MOST_SESSIONS, MOST_TOKENS = 1000, 50, 50
MOST_DAYS = 3650  # that a token may last


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may come in. `user` is the key in the rows of theirs; `revision` goes up with every change.

    `provisional`: the password was given by another and is to be changed before anything else. `seen` is when it last
    did something, to the minute. `codes_left` are the recovery codes that were not used.
    """

    id: int
    user: str
    name: str
    role: Role
    created: datetime
    revision: int = 1
    provisional: bool = False
    second_factor: bool = False
    codes_left: int = 0
    seen: datetime | None = None
    switched_off: datetime | None = None

    @property
    def is_on(self) -> bool:
        """Whether it may come in."""
        return self.switched_off is None

    @property
    def rights(self) -> frozenset[Right]:
        """What it may now: with a provisional password it may only look, until that is changed."""
        if not self.is_on:
            return frozenset()
        return frozenset({Right.READ}) if self.provisional else self.role.rights


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that has logged in; `current` is the one that asks. `seen` is to the minute."""

    id: int
    account_id: int
    created: datetime
    seen: datetime
    expires: datetime
    address: str
    agent: str
    digest: str = field(repr=False)
    current: bool = False

    @property
    def via(self) -> str:
        """What an Actor says of it."""
        return f'session:{self.id}'


@dataclass(frozen=True, slots=True)
class Token:
    """A program's way in. `hint` is how its secret begins; without `expires` it lasts until it is revoked."""

    id: int
    account_id: int
    name: str
    hint: str
    scopes: tuple[Scope, ...]
    created: datetime
    expires: datetime | None
    used: datetime | None
    digest: str = field(repr=False)
    owner: str = ''

    @property
    def via(self) -> str:
        """What an Actor says of it."""
        return f'token:{self.id}'

    @property
    def rights(self) -> frozenset[Right]:
        """Those of its scopes, as far as its owner has them too."""
        return frozenset().union(*(scope.rights for scope in self.scopes))


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A second factor that is about to be set: the key as an authenticator takes it, by hand or from a QR code."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


def parse_account_name(text: str) -> str:
    """An account's name, trimmed: 1 to 50 printable characters; raises Invalid."""
    if not text.strip():
        raise Invalid('Give the account a name, like Ada.', 'name')
    return parse_name(text)


def account_key(name: str) -> str:
    """What two names have in common that people take for one."""
    return name_look(unicodedata.normalize('NFC', name).strip())


@dataclass(frozen=True, slots=True)
class Member:
    """An account with all that lets it in, as it is stored. For the desk's own eyes.

    `password` is argon2's text, `sealed` the second factor's key or ''. `addresses` are those it logged in from lately,
    `token_addresses` those that each of its tokens was used from.
    """

    account: Account
    password: str = field(repr=False)
    sealed: str = field(repr=False)
    sessions: tuple[Session, ...] = ()
    tokens: tuple[Token, ...] = ()
    addresses: frozenset[str] = frozenset()
    token_addresses: dict[int, frozenset[str]] = field(default_factory=dict)
