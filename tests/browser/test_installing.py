"""A phone can install the desk as an app: Chromium says what is missing for that, and finds nothing."""

from collections.abc import Callable
from struct import unpack

import pytest
from playwright.sync_api import Page

from pages.manifest import MANIFEST
from tests.running import Server

OURS = {'in-incognito'}  # each window of these tests is a visitor without a past


def test_chromium_would_install_it(shared_server: Server, new_window: Callable[..., Page]) -> None:
    page = new_window(shared_server.url)
    page.goto('/')
    chromium = page.context.new_cdp_session(page)
    manifest = chromium.send('Page.getAppManifest')
    assert (manifest['url'], manifest['errors']) == (f'{shared_server.url}/manifest.webmanifest', [])
    errors = chromium.send('Page.getInstallabilityErrors')['installabilityErrors']
    assert [error for error in errors if error['errorId'] not in OURS] == []


@pytest.mark.parametrize('scheme', ['light', 'dark'])
def test_the_windows_frame_has_the_colour_of_the_bar(
    shared_server: Server, new_window: Callable[..., Page], scheme: str
) -> None:
    page = new_window(shared_server.url, color_scheme=scheme)
    page.goto('/')
    colour = page.locator(f'meta[name=theme-color][media*={scheme}]').get_attribute('content') or ''
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    bar = page.locator('.nicegui-header.bar')
    bar.wait_for()
    assert f'rgb({red}, {green}, {blue})' == computed(page, '.nicegui-header.bar', 'background-color')


def computed(page: Page, selector: str, name: str) -> str:
    """A computed style, read without a script."""
    chromium = page.context.new_cdp_session(page)
    root = chromium.send('DOM.getDocument')['root']['nodeId']
    chromium.send('CSS.enable')
    node = chromium.send('DOM.querySelector', {'nodeId': root, 'selector': selector})['nodeId']
    styles = chromium.send('CSS.getComputedStyleForNode', {'nodeId': node})['computedStyle']
    return str(next(one['value'] for one in styles if one['name'] == name))


def test_every_icon_is_as_large_as_it_says(shared_server: Server) -> None:
    icons = [(icon['src'], icon['sizes']) for icon in MANIFEST['icons']] + [('/icons/full-180.png', '180x180')]
    for path, sizes in icons:
        answer = shared_server.http.get(path)
        assert answer.headers['content-type'] == 'image/png'
        assert '{}x{}'.format(*unpack('>II', answer.content[16:24])) == sizes, path
    assert shared_server.http.get('/icons/../app.py').status_code == 404
    assert shared_server.http.get('/icons/none.png').status_code == 404
