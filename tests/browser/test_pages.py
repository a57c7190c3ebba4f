"""Every page on a phone, at twice its size, as axe sees it, in light and in dark, and without a word on the console."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.furnished import PATHS, furnished, visit
from tests.browser.layout import cut_off
from tests.browser.windows import content_width, violations

__all__ = ['furnished', 'visit']
PHONE = {'width': 360, 'height': 740}
TWICE = ViewportSize(width=640, height=400)  # a window of 1280 by 800 at 200 %


def twice_the_size(page: Page) -> None:
    """What 200 % makes of a window: half as many pixels, each twice as large."""
    page.set_viewport_size(TWICE)
    screen = {**TWICE, 'deviceScaleFactor': 2, 'mobile': False}
    page.context.new_cdp_session(page).send('Emulation.setDeviceMetricsOverride', screen)


@pytest.mark.parametrize('path', PATHS)
def test_nothing_scrolls_sideways_or_is_cut_off_on_a_phone(path: str, visit: Callable[..., Page]) -> None:
    page = visit(path, viewport=PHONE, has_touch=True, is_mobile=True)
    assert content_width(page) == PHONE['width']
    assert cut_off(page) == []
    assert violations(page) == []


@pytest.mark.parametrize('width', [821, 900, 1020])
def test_the_bar_fits_between_phones_and_large_windows(width: int, visit: Callable[..., Page]) -> None:
    page = visit('/', viewport={'width': width, 'height': 700})
    assert cut_off(page) == []
    assert content_width(page) == width


@pytest.mark.parametrize('size', [PHONE, {'width': 1200, 'height': 800}], ids=['phone', 'large'])
def test_more_pages_are_one_press_away(size: dict[str, int], visit: Callable[..., Page]) -> None:
    page = visit('/', viewport=size)
    page.get_by_role('button', name='More').press('Enter')
    expect(page.get_by_role('link', name='Status')).to_be_visible()
    assert violations(page) == []
    page.keyboard.press('Escape')
    expect(page.get_by_role('link', name='Status')).to_have_count(0)
    page.get_by_role('button', name='More').click()
    page.get_by_role('link', name='Status').click()
    page.wait_for_url('**/status')


@pytest.mark.parametrize('path', PATHS)
def test_axe_finds_nothing_and_in_the_dark_at_twice_the_size_nothing_is_cut_off_either(
    path: str, visit: Callable[..., Page]
) -> None:
    page = visit(path, color_scheme='light', reduced_motion='reduce')
    assert violations(page) == []
    page.emulate_media(color_scheme='dark')
    twice_the_size(page)
    assert content_width(page) == TWICE['width']
    assert cut_off(page) == []
    assert violations(page) == []
