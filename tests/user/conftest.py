"""NiceGUI's simulated browser on the real app.py, in this process."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from nicegui import app, core
from nicegui.testing import User
from nicegui.testing.user_simulation import user_simulation

from desk.desk import Desk
from tests.running import QUIET, ROOT, free_port


@pytest.fixture
async def user(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> AsyncIterator[User]:
    """A browser on a quiet, empty desk; its parameter, if any, is more flags. An error in the log fails the test."""
    port = free_port()
    for waits in (User.should_see, User.should_not_see):  # for what a busy machine commits, too
        monkeypatch.setitem(waits.__kwdefaults__ or {}, 'retries', 100)
    flags = (*QUIET, *getattr(request, 'param', ()))
    monkeypatch.setattr(sys, 'argv', ['app.py', '--port', str(port), '--data-dir', str(tmp_path / 'data'), *flags])
    async with user_simulation(main_file=ROOT / 'app.py') as user:
        user.http_client.base_url = httpx.URL(f'http://127.0.0.1:{port}')
        yield user
        for _ in range(10):  # let out what was just queued: wait_for loses a cancellation that comes at that moment
            await asyncio.sleep(0)
        errors = [record.getMessage() for record in caplog.get_records('call') if record.levelno >= logging.ERROR]
        assert errors == []


@pytest.fixture
def another(user: User) -> Callable[[], User]:
    """Makes further browsers on the same desk: `second = another()`."""

    def open_browser() -> User:
        transport = httpx.ASGITransport(core.app)
        return User(httpx.AsyncClient(transport=transport, base_url=user.http_client.base_url))

    return open_browser


@pytest.fixture
def desk(user: User) -> Desk:
    """The desk behind `user`."""
    desk = app.state.desk
    assert isinstance(desk, Desk)
    return desk
