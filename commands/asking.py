"""What commands about accounts share: they work on the database itself, whether or not a desk runs on it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from desk.accounts.accounts import Accounts
from desk.acting import Actor, Role, acting_as
from desk.errors import NotFound
from desk.settings import Settings
from desk.store import Store
from desk.store.existing import existing, sqlite_file
from desk.store.schema import expect
from models import utc_now

NAME = 'command line'  # who it was, in the audit log
WAYS = ('data_dir', 'database_url', 'key_file', 'session_days')
T = TypeVar('T')


def ask(settings: Settings, question: Callable[[Accounts], Awaitable[T]], make: bool = False) -> T:
    """What comes of it, asked as an administrator; raises DeskError. A running desk notices within seconds.

    Where there is no desk yet, one is made if `make` says so.
    """
    file = sqlite_file(settings.database)
    if not (make and file and not file.exists()):
        with existing(settings.database) as engine:
            expect(engine)
    return asyncio.run(_asked(settings, question))


def acting_for(accounts: Accounts, name: str) -> Actor:
    """Somebody with an account, as this program acts for them; raises NotFound."""
    found = accounts.directory.find(name)
    if found is None:
        raise NotFound(f'There is no account called “{name}”; “user list” names them.')
    return Actor(found.account.user, NAME, found.account.rights)


async def _asked(settings: Settings, question: Callable[[Accounts], Awaitable[T]]) -> T:
    store = Store(settings.database, clock=utc_now)
    await store.open()
    accounts = Accounts(settings, store, utc_now)
    try:
        await accounts.read()
        with acting_as(lambda: Actor('', NAME, Role.ADMINISTRATOR.rights)):
            return await question(accounts)
    finally:
        await accounts.stop()
        await store.close()
