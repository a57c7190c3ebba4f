"""What never changes is one element for all pages, and stands where NiceGUI's own would."""

from collections.abc import Callable
from typing import Any

from nicegui import ui
from nicegui.testing import User

from pages.live_element import shown_cells
from pages.still import bottom, still
from tests.user.test_live_element import built, loaded


async def footer(user: User, build: Callable[[], Any]) -> tuple[Any, ...]:
    """Its classes, its place in the layout, and whether that holds it in sight."""
    built(build)
    elements = await loaded(user)
    layout = next(one for one in elements.values() if one['tag'] == 'q-layout')
    number, found = next((number, one) for number, one in elements.items() if one['tag'] == 'q-footer')
    return set(found['class']), layout['children'].index(number), layout['props']['view']


async def test_it_is_the_same_on_every_page_and_in_no_snapshot(user: User) -> None:
    numbers = []
    for _ in range(2):
        built(lambda: still('a', 'A & B', 'brand', href='/'))
        found = [(number, one) for number, one in (await loaded(user)).items() if one.get('class') == ['brand']]
        assert [one for _, one in found] == [
            {'tag': 'a', 'props': {'href': '/', 'innerHTML': 'A & B'}, 'class': ['brand']}
        ]
        numbers.append(found[0][0])
    assert numbers[0] == numbers[1]
    assert shown_cells(await user.open('/cells')) == []


async def test_it_is_seen(user: User) -> None:
    built(lambda: still('a', 'A &amp; B', 'brand', href='/'))
    await user.open('/cells')
    await user.should_see('A & B')


async def test_the_foot_of_a_page_is_where_niceguis_own_would_be(user: User) -> None:
    own = await footer(user, lambda: ui.footer(wrap=False).classes('bottom'))
    assert await footer(user, lambda: bottom('<a href="/">Board</a>')) == own
