"""Chromium on the real program. What the pages say on the console fails the test, unless the test clears it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.proxy import Proxy
from tests.chromium import chromium
from tests.running import QUIET, ROOT, Server, running

LARGE = {'width': 1200, 'height': 800}
SCREENSHOTS = ROOT / 'build' / 'screenshots'
expect.set_options(timeout=15_000)  # how long a busy machine may take; a test that is about time says its own


@pytest.fixture(scope='package', name='chromium')
def one_chromium() -> Iterator[Browser]:
    """One for all windows."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope='session')
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A quiet desk for all tests of a worker that need no empty one: each writes prices of coins of its own only."""
    with running(tmp_path_factory.mktemp('shared')) as server:
        yield server


@pytest.fixture
def complaints() -> list[str]:
    """Errors and warnings that pages logged; a test that provokes some clears it."""
    return []


@pytest.fixture
def new_window(
    chromium: Browser, complaints: list[str], request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Makes windows, each a visitor of its own: `new_window(server.url, color_scheme='dark')`.

    A test that asks for a server too names that first: what is set up first is taken down last.
    """
    contexts: list[BrowserContext] = []

    def open_window(url: str, **options: Any) -> Page:
        context = chromium.new_context(base_url=url, **{'viewport': LARGE, **options})
        contexts.append(context)
        return heard(context.new_page(), complaints)

    yield open_window
    shoot_all([page for context in contexts for page in context.pages], request.node.name)
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope='module')
def visitors(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """A visitor for each kind of screen, who fetches what pages share but once: `visitors(url, **options)`."""
    known: dict[str, BrowserContext] = {}

    def visitor(url: str, **options: Any) -> BrowserContext:
        if (kind := f'{url} {options}') not in known:
            known[kind] = chromium.new_context(base_url=url, **{'viewport': LARGE, **options})
        return known[kind]

    yield visitor
    for context in known.values():
        context.close()


@pytest.fixture
def page(server: Server, new_window: Callable[..., Page]) -> Page:
    """One window on a quiet, empty desk; `page.goto('/')`."""
    return new_window(server.url)


@pytest.fixture
def two_windows(server: Server, new_window: Callable[..., Page]) -> tuple[Page, Page]:
    """Two visitors at the same desk."""
    return new_window(server.url), new_window(server.url)


@pytest.fixture
def network() -> Iterator[Proxy]:
    """A network that can be cut; `proxied` is the desk behind it."""
    with Proxy() as proxy:
        yield proxy


@pytest.fixture
def proxied(network: Proxy, tmp_path: Path) -> Iterator[Server]:
    """A quiet desk that browsers reach at `network.url` and programs at its own address."""
    with running(tmp_path / 'data', *QUIET, '--trusted-origins', network.url) as server:
        network.target = server.port
        yield server


@pytest.fixture
def networked(tmp_path: Path) -> Iterator[Server]:
    """A desk that more than this machine can reach."""
    with running(tmp_path / 'data', *QUIET, '--host', '0.0.0.0') as server:
        yield server


def heard(page: Page, complaints: list[str]) -> Page:
    """The page, and from now on the list says what it complains of."""
    page.set_default_timeout(10_000)
    page.on('pageerror', lambda error: complaints.append(str(error)))
    page.on('console', lambda said: complaints.append(said.text) if said.type in ('error', 'warning') else None)
    return page


def shoot_all(pages: list[Page], test: str) -> None:
    """Keep a picture of each page under the test's name."""
    for number, page in enumerate(pages):
        shoot(page, f'{re.sub(r"[^a-z0-9]+", "-", test.lower())}-{number}')


def shoot(page: Page, name: str) -> Path:
    """Keep a picture of the page in build/screenshots/."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    file = SCREENSHOTS / f'{name}.png'
    page.screenshot(path=file)
    return file
