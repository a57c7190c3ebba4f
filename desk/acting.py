"""Who acts, and what they may do.

The gate sets it for a request or a socket; all that is started inside inherits it.
"""

from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from desk.errors import Forbidden

P = ParamSpec('P')
T = TypeVar('T')
LOCAL = 'local'  # the user of a desk that has no accounts; afterwards that of its first administrator


class Right(StrEnum):
    """What one may do."""

    READ = 'read'
    KEEP = 'keep'  # lists and alerts of one's own
    ORDERS = 'orders'
    PRICES = 'prices'
    ADMINISTER = 'administer'


class Role(StrEnum):
    """What somebody is; each may all that those before may."""

    VIEWER = 'viewer'
    TRADER = 'trader'
    CONTRIBUTOR = 'contributor'
    ADMINISTRATOR = 'administrator'

    @property
    def rights(self) -> frozenset[Right]:
        """Those that come with it."""
        return RIGHTS[self]


class Scope(StrEnum):
    """What a program's token is good for, as far as its owner may it too."""

    READ = 'read'
    ORDERS = 'orders'
    PRICES = 'prices'

    @property
    def rights(self) -> frozenset[Right]:
        """Those that come with it."""
        return SCOPES[self]


RIGHTS = {
    role: frozenset(list(Right)[: 2 + number])  # a viewer reads and keeps
    for number, role in enumerate(Role)
}
SCOPES = {
    Scope.READ: frozenset({Right.READ}),
    Scope.ORDERS: frozenset({Right.KEEP, Right.ORDERS}),
    Scope.PRICES: frozenset({Right.PRICES}),
}
REFUSALS = {
    Right.READ: 'This needs a login, or a token that may read.',
    Right.KEEP: 'Lists and alerts need a login, or a token with the scope “orders”.',
    Right.ORDERS: 'Paper trading needs the role of a trader; a token needs the scope “orders”.',
    Right.PRICES: 'Adding and correcting prices needs the role of a contributor; a token needs the scope “prices”.',
    Right.ADMINISTER: 'This is for administrators.',
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who asks for something. `user` is the key in the rows of theirs; `via` the session or token, if any."""

    user: str
    name: str
    rights: frozenset[Right]
    via: str = ''
    address: str = ''

    def may(self, right: Right) -> bool:
        """Whether this is allowed."""
        return right in self.rights


OWNER = Actor(LOCAL, LOCAL, Role.ADMINISTRATOR.rights)
NOBODY = Actor('', '', frozenset())


def the_desk() -> Actor:
    """Who acts where nobody asked for anything."""
    return OWNER


_asked: ContextVar[Callable[[], Actor]] = ContextVar('asked', default=the_desk)


def acting() -> Actor:
    """Who acts, as it is now: a role that was changed a moment ago counts. The desk itself acts as its owner."""
    return _asked.get()()


def whose(user: str | None = None) -> str:
    """This user, or whoever acts. Raises Forbidden where nobody does."""
    if user is not None:
        return user
    if not (actor := acting()).user:
        raise Forbidden(REFUSALS[Right.READ])
    return actor.user


def may(right: Right) -> bool:
    """Whether who acts is allowed this."""
    return acting().may(right)


def need(right: Right) -> None:
    """Raises Forbidden unless who acts is allowed this."""
    if not may(right):
        raise Forbidden(REFUSALS[right])


def needing(
    right: Right,
) -> Callable[[Callable[P, Coroutine[Any, Any, T]]], Callable[P, Coroutine[Any, Any, T]]]:
    """For a method that changes something: whoever calls it is asked for this right first."""

    def guarded(method: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
        @wraps(method)
        async def asked(*given: P.args, **named: P.kwargs) -> T:
            need(right)
            return await method(*given, **named)

        return asked

    return guarded


def signed(said: str = '') -> str:
    """The name under what somebody says: that of their account; where nobody logs in, what they call themselves."""
    actor = acting()
    return actor.name if actor.via else said


def asked_by() -> Callable[[], Actor]:
    """What names who acts, now and later: for what is called back another time."""
    return _asked.get()


def as_the_desk() -> AbstractContextManager[None]:
    """What is started inside is the desk's own work, whoever gave the occasion."""
    return acting_as(the_desk)


@contextmanager
def acting_as(asked: Callable[[], Actor]) -> Iterator[None]:
    """What is done, and what is started, inside this is done by whom `asked` names at that moment."""
    token = _asked.set(asked)
    try:
        yield
    finally:
        _asked.reset(token)
