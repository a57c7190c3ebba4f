"""What every kind of test may ask for."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from desk.desk import Desk
from desk.settings import Settings
from tests import running


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith('COINTAPE_')]:
        monkeypatch.delenv(name)


@pytest.fixture
def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    return running.free_port()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The settings of a quiet desk: nothing comes in but what the test submits."""
    return Settings(data_dir=tmp_path, exchange='none', demo=False)


@pytest.fixture
async def desk(settings: Settings) -> AsyncIterator[Desk]:
    """A started desk on an empty database."""
    desk = Desk(settings)
    await desk.start()
    yield desk
    await desk.stop()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[running.Server]:
    """The real program in a process of its own, quiet and empty; afterwards it must end cleanly within 3 s."""
    with running.running(tmp_path / 'data') as server:
        yield server
