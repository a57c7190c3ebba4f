"""`user` and `token`: on the database itself, with or without a desk that runs on it."""

import asyncio
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands.line import commands
from desk.acting import LOCAL, NOBODY, Right, acting_as
from desk.desk import Desk
from desk.settings import Settings
from tests.unit.account_world import GOOD, HOME

PASSWORD = re.compile(r'^(?:[a-z2-9]{5}-){3}[a-z2-9]{5}$', re.MULTILINE)
TOKEN = re.compile(r'^ct_\S{43}$', re.MULTILINE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Of a desk whose administrator is Ada."""
    said('user', 'add', 'Ada', '--role', 'administrator', '--data-dir', str(tmp_path))
    return tmp_path


def said(*words: str, status: int = 0) -> str:
    result = CliRunner().invoke(commands, list(words))
    assert result.exit_code == status, result.output
    assert 'Traceback' not in result.output
    return result.output


def test_the_first_start_is_made_with_an_administrator_who_is_the_local_user(folder: Path) -> None:
    said('user', 'add', 'Bob', '--data-dir', str(folder))
    assert said('--data-dir', str(folder), 'user', 'list').splitlines() == [
        'Ada  administrator  not seen yet, has a password to change',
        'Bob  viewer         not seen yet, has a password to change',
    ]


@pytest.mark.parametrize(
    ('words', 'says'),
    [
        (('user', 'add', 'ADA'), 'There is an account called “Ada” already'),
        (('user', 'add', 'a\u202eb'), 'printable characters only'),
        (('user', 'add', 'Eve', '--role', 'king'), "'king' is not one of"),
        (('user', 'reset', 'Eve'), 'There is no account called “Eve”; “user list” names them.'),
        (('token', 'add', 'Eve', 'bot'), 'There is no account called “Eve”'),
        (('token', 'add', 'Ada', 'bot'), 'Choose a password of your own first.'),
        (('token', 'revoke', '7'), 'There is no token 7.'),
    ],
)
def test_what_cannot_be_done_is_said(folder: Path, words: tuple[str, ...], says: str) -> None:
    assert says in said(*words, '--data-dir', str(folder), status=2)


def test_only_an_account_makes_a_desk(tmp_path: Path) -> None:
    for words in (('user', 'list'), ('user', 'reset', 'Ada'), ('token', 'list')):
        assert 'There is no desk in' in said(*words, '--data-dir', str(tmp_path / 'none'), status=2)
    assert not (tmp_path / 'none').exists()


async def test_a_desk_that_runs_knows_it_at_its_next_look(tmp_path: Path) -> None:
    desk = Desk(Settings(data_dir=tmp_path, exchange='none', demo=False))
    await desk.start()
    ended: list[str] = []
    desk.accounts.on_end(ended.append)
    where = ('--data-dir', str(tmp_path))
    try:
        given = PASSWORD.findall(await aside('user', 'add', 'Ada', '--role', 'administrator', *where))[0]
        await desk.accounts.read()
        secret = await desk.accounts.login('Ada', given, '', HOME, '')
        asked = desk.accounts.session(secret, HOME)
        assert asked is not None
        assert (asked().user, desk.accounts.empty) == (LOCAL, False)
        reset = PASSWORD.findall(await aside('user', 'reset', 'ada', *where))[0]
        await desk.accounts.read()
        assert (asked(), len(ended)) == (NOBODY, 1)
        assert await desk.accounts.login('Ada', reset, '', HOME, '')
        entries = (await desk.audit.page()).items
        assert [(each.action, each.name) for each in entries[1:2]] == [('account reset', 'command line')]
    finally:
        await desk.stop()


async def test_a_token_is_shown_once_listed_and_revoked(folder: Path) -> None:
    where = ('--data-dir', str(folder))
    given = PASSWORD.findall(await aside('user', 'reset', 'Ada', *where))[0]
    desk = Desk(Settings(data_dir=folder, exchange='none', demo=False))
    await desk.start()
    try:
        session = desk.accounts.session(await desk.accounts.login('Ada', given, '', HOME, ''), HOME)
        assert session is not None
        with acting_as(session):
            await desk.accounts.change_password(given, GOOD)
        made = await aside(
            'token', 'add', 'ada', 'My bot', '--scope', 'read', '--scope', 'prices', '--days', '7', *where
        )
        secret = TOKEN.findall(made)[0]
        await desk.accounts.read()
        asked = desk.accounts.bearer(secret, HOME)
        assert asked is not None
        assert asked().rights == {Right.READ, Right.PRICES}
        listed = await aside('token', 'list', *where)
        assert f'1  Ada: My bot  {secret[:7]}…  read, prices  until ' in listed
        assert secret not in listed
        await aside('token', 'revoke', '1', *where)
        await desk.accounts.read()
        assert asked() is NOBODY
    finally:
        await desk.stop()


async def aside(*words: str) -> str:
    """Said in a thread: a command has an event loop of its own."""
    return await asyncio.to_thread(said, *words)
