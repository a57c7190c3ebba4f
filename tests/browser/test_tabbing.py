"""Every page by keyboard alone: all of it is reached, and one sees where one is."""

from collections.abc import Callable

import pytest
from playwright.sync_api import FloatRect, Page, expect

from tests.browser.furnished import PATHS, furnished, visit
from tests.browser.windows import price_of

__all__ = ['furnished', 'visit']
MOST_STOPS, MARGIN = 100, 14
LEFT = '.q-field--focused:not(:focus-within)'  # Quasar takes the look of the focus off a moment after the focus
FOCUS = ':focus, input[type=date]:focus-within'  # the button in a date field has it alone


def around(box: FloatRect) -> FloatRect:
    """The box with room for an outline, which is the field's where the box is the input inside it."""
    x, y = max(0, box['x'] - MARGIN), max(0, box['y'] - MARGIN)
    return FloatRect(x=x, y=y, width=box['width'] + 2 * MARGIN, height=box['height'] + 2 * MARGIN)


@pytest.mark.parametrize('path', PATHS)
def test_the_keyboard_reaches_everything_and_shows_where_it_is(path: str, visit: Callable[..., Page]) -> None:
    page = visit(path, reduced_motion='reduce', viewport={'width': 1200, 'height': 1400})
    expected = page.locator('a:visible, button:visible:enabled').and_(page.locator(':not([tabindex="-1"])')).count()
    assert expected > 5
    stops, unseen = 0, []
    page.mouse.click(2, 2)  # so that the focus begins at the top, wherever the page has put it
    page.keyboard.press('Tab')
    while (focused := page.locator(FOCUS)).count():
        stops += 1
        assert stops < MOST_STOPS, 'the focus goes round in a circle'
        name, box = (
            focused.first.get_attribute('aria-label') or focused.first.inner_text(),
            focused.first.bounding_box(),
        )
        assert box, f'{name} has the focus and is not on the screen'
        clip = around(box)
        focused_looks = page.screenshot(clip=clip)
        page.keyboard.press('Tab')
        expect(page.locator(LEFT)).to_have_count(0)
        if page.screenshot(clip=clip) == focused_looks:
            unseen.append(name)
    assert unseen == [], 'these look the same with the focus and without'
    assert stops >= expected


def test_from_the_board_to_a_new_price_by_keyboard_alone(visit: Callable[..., Page]) -> None:
    page = visit('/')
    page.keyboard.press('/')
    expect(page.get_by_label('Search coins')).to_be_focused()
    page.keyboard.type('shi')
    expect(page.locator('[data-coin]')).to_have_count(1)
    page.keyboard.press('Escape')
    expect(page.locator('[data-coin]')).to_have_count(5)
    page.keyboard.press('Tab')
    page.locator('body').press('a')
    price = page.get_by_label('Price', exact=True)
    expect(price).to_be_visible()
    page.get_by_label('Name').focus()
    page.keyboard.type('SHIB')
    page.keyboard.press('Tab')
    expect(price).to_be_focused()
    page.keyboard.type('0.00000924')
    page.keyboard.press('Enter')
    expect(price).to_have_value('')
    page.goto('/')
    expect(price_of(page, 'SHIB')).to_have_text('0.00000924')
