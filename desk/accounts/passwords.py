"""Passwords: which are good enough, and their hashes, made and compared beside the event loop."""

import asyncio
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from desk.accounts.common import is_common
from desk.errors import Invalid, TooMany

if TYPE_CHECKING:
    from argon2 import PasswordHasher

LEAST, MOST = 12, 200  # characters
AT_ONCE, WAITING = 2, 40  # each takes 64 MiB for a twentieth of a second
COST: dict[str, Any] = {}  # argon2-cffi's own parameters, RFC 9106's second choice
LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789'  # none that people take for one another
T = TypeVar('T')


class Passwords:
    """argon2id. Two hashes are made at once and some wait; beyond that TooMany is raised.

    argon2 is imported when first needed: most starts need not pay for it.
    """

    def __init__(self) -> None:
        self._hasher: PasswordHasher | None = None
        self._threads: ThreadPoolExecutor | None = None
        self._nobodys = ''
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """What may be stored."""
        return await self._beside(self._hash, password)

    async def verify(self, stored: str | None, password: str) -> str | None:
        """What is to be stored from now on, '' for what is; None where it is another password.

        Without a stored one it is never right, and that takes as long.
        """
        return await self._beside(self._verify, stored, password)

    def close(self) -> None:
        """Take nothing up any more."""
        if self._threads:
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._threads = None

    async def _beside(self, work: Callable[..., T], *args: Any) -> T:
        if self._waiting >= WAITING:
            raise TooMany('Too many passwords are looked at just now; try again in a moment.', 2)
        self._threads = self._threads or ThreadPoolExecutor(AT_ONCE, 'cointape-passwords')
        self._waiting += 1
        done = asyncio.wrap_future(self._threads.submit(work, *args))
        done.add_done_callback(self._done)
        return await asyncio.shield(done)  # a thread goes on when whoever asked has gone

    def _done(self, done: 'asyncio.Future[Any]') -> None:
        self._waiting -= 1
        if not done.cancelled():
            done.exception()  # nobody may be there any more to take it

    def _argon2(self) -> 'PasswordHasher':
        if self._hasher is None:
            from argon2 import PasswordHasher

            self._hasher = PasswordHasher(**COST)
        return self._hasher

    def _hash(self, password: str) -> str:
        return self._argon2().hash(normal(password))

    def _verify(self, stored: str | None, password: str) -> str | None:
        from argon2.exceptions import InvalidHashError, VerificationError

        hasher = self._argon2()
        self._nobodys = self._nobodys or hasher.hash(secrets.token_urlsafe())
        try:
            hasher.verify(stored or self._nobodys, normal(password)[: MOST + 1])
        except (VerificationError, InvalidHashError):
            return None
        if stored is None:
            return None
        return hasher.hash(normal(password)) if hasher.check_needs_rehash(stored) else ''


def normal(password: str) -> str:
    """The same for the same letters, however a keyboard composes them."""
    return unicodedata.normalize('NFC', password).encode('utf-8', 'replace').decode()


def check_password(password: str, name: str, field: str = 'password') -> None:
    """Raises Invalid for a password that is too short, too long, common, or the name of its account."""
    password = normal(password)
    if len(password) < LEAST:
        raise Invalid(f'A password has at least {LEAST} characters; this one has {len(password)}.', field)
    if len(password) > MOST:
        raise Invalid(f'A password has at most {MOST} characters; this one has {len(password)}.', field)
    if is_common(password):
        raise Invalid(
            'This is one of the passwords that are tried first, or one of them with something simple added. Some words '
            'that have nothing to do with each other are easy to remember and hard to guess.',
            field,
        )
    if is_common(password, also=name):
        raise Invalid('A password is not the name of its account, nor that with some digits.', field)


def provisional_password() -> str:
    """One that is given to somebody: four groups of five letters, of 99 bits."""
    return '-'.join(''.join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(4))
