"""What a cell on many pages relies on inside NiceGUI: these fail first when an upgrade changes it."""

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from nicegui import Client, ui
from nicegui.testing import User

from pages.live import FIRST_ID, Live
from pages.live_cell import Cell
from pages.live_element import shown_cells

ELEMENTS = re.compile(r'createApp\(parseElements\(String\.raw`(.*?)`\)', re.DOTALL)


def built(*builders: Callable[[], Any]) -> list[Client]:
    """Define /cells; the clients that will have opened it."""
    clients = []

    @ui.page('/cells')
    def page() -> None:
        clients.append(ui.context.client)
        for build in builders:
            build()

    return clients


async def loaded(user: User, **headers: str) -> dict[int, Any]:
    """The elements that a browser finds in the page."""
    answer = await user.http_client.get('/cells', headers=headers)
    assert answer.status_code == 200
    assert int(answer.headers['content-length']) == len(answer.content)
    found = ELEMENTS.search(answer.text)
    assert found
    return {int(number): element for number, element in json.loads(unescape(found[1])).items()}


@pytest.fixture
async def live(user: User) -> Live:
    return Live()


@pytest.fixture
def row(live: Live) -> Cell:
    """A link with two cells in it."""
    row = live.cell('room', 'a', 'row', (live.cell('room'), live.cell('room')), href='/coin/A')
    for child, text in zip(row.children, ('A & B', '67,000'), strict=True):
        live.set(child, f'<b>{text}</b>')
    return row


async def test_a_cell_has_one_id_on_every_page_and_ordinary_ids_go_on(user: User, live: Live) -> None:
    cell = live.cell('room')
    built(lambda: ui.label('before'), lambda: live.show(cell), lambda: ui.label('after'))
    for _ in range(2):
        numbers = set(await loaded(user))
        assert cell.id in numbers
        assert max(numbers - {cell.id}) < 1000
    assert cell.id <= FIRST_ID < min(numbers - {cell.id})


async def test_a_page_load_shows_the_current_price_without_its_flash(user: User, live: Live) -> None:
    cell = live.cell('room')
    live.set(cell, '1<b>2</b>', 'lit')
    built(lambda: live.show(cell))
    shown = (await loaded(user))[cell.id]
    assert shown['props'] == {'innerHTML': '1<b>2</b>'}
    assert 'class' not in shown
    live.set(cell, '3')
    assert (await loaded(user))[cell.id]['props'] == {'innerHTML': '3'}


@pytest.mark.parametrize('html', ['`${alert(1)}`', '&lt;img src=x&gt;', '\\', '<b title="\'">—</b>', '</script>'])
async def test_what_a_cell_shows_arrives_as_it_is(user: User, live: Live, html: str) -> None:
    cell = live.cell('room')
    live.set(cell, html)
    built(lambda: live.show(cell))
    assert (await loaded(user))[cell.id]['props'] == {'innerHTML': html}
    text = (await user.http_client.get('/cells')).text
    (written,) = [line for line in text.splitlines() if 'parseElements(String.raw' in line]
    assert not set('<>$') & set(written)
    assert written.count('`') == 2


async def test_a_page_whose_title_looks_like_its_elements_brings_them(user: User, live: Live, row: Cell) -> None:
    built(lambda: ui.page_title('parseElements(String.raw`{'), lambda: live.show(row))
    assert (await loaded(user))[row.id]['children'] == [child.id for child in row.children]


async def test_a_page_brings_a_row_with_its_cells_in_the_order_of_the_moment(user: User, live: Live, row: Cell) -> None:
    other = live.cell('room', 'a', 'row')
    built(lambda: live.fill(ui.element('div').mark('list'), [other, row]))
    elements = await loaded(user)
    assert elements[row.id]['children'] == [child.id for child in row.children]
    assert elements[row.children[0].id]['props'] == {'innerHTML': '<b>A & B</b>'}
    assert [one['children'] for one in elements.values() if other.id in one.get('children', ())] == [[other.id, row.id]]


async def test_pages_that_show_the_same_rows_make_no_elements_for_them(user: User, live: Live, row: Cell) -> None:
    lists: list[ui.element] = []
    built(lambda: lists.append(ui.element('div')), lambda: live.fill(lists[-1], [row]))
    clients = [await user.open('/cells') for _ in range(2)]
    assert lists[0].default_slot.children == lists[1].default_slot.children
    for client in clients:
        assert max(client.elements) < 1000
        assert shown_cells(client) == [row, *row.children]


async def test_the_end_of_one_page_is_not_the_end_of_its_cells_on_another(user: User, live: Live, row: Cell) -> None:
    built(lambda: live.fill(ui.element('div'), [row]))
    gone = await user.open('/cells')
    await user.open('/cells')
    gone.delete()
    await user.should_see('67,000')
    assert (await loaded(user))[row.id]['children'] == [child.id for child in row.children]


async def test_a_simulated_user_finds_a_cell_inside_what_is_around_it(user: User, live: Live, row: Cell) -> None:
    hidden = live.cell('room')
    live.set(hidden, 'hidden')
    places: list[ui.element] = []

    def build() -> None:
        with ui.element('section').mark('prices'):
            live.fill(ui.element('div'), [row])
        with ui.element('section') as place:
            live.show(hidden)
        places.append(place)

    built(build)
    await user.open('/cells')
    await user.should_see('67,000')
    await user.should_see('/coin/A')
    with user.scope(marker='prices'):
        await user.should_see('67,000')
        await user.should_not_see('hidden')
    await user.should_see('hidden')
    places[-1].set_visibility(False)
    await user.should_not_see('hidden')


async def test_the_same_cell_twice_on_a_page_is_refused(user: User, live: Live) -> None:
    cell, refused = live.cell('room'), list[str]()

    def look() -> None:
        with pytest.raises(ValueError, match='on this page twice') as caught:
            shown_cells(ui.context.client)
        refused.append(str(caught.value))
        ui.context.client.content.clear()

    built(lambda: live.show(cell), lambda: live.show(cell), look)
    await loaded(user)
    assert len(refused) == 1


async def test_a_browsers_own_outbox_never_carries_a_cell(user: User, live: Live, row: Cell) -> None:
    places: list[ui.element] = []
    built(lambda: places.append(ui.element('div')), lambda: live.fill(places[-1], [row]))
    client = await user.open('/cells')
    place = places[-1]
    place.clear()
    assert row.id not in client.outbox.updates  # it would come after what brings it back
    with place:
        element = live.show(row)
    element.update()
    assert not set(client.outbox.updates) & {cell.id for cell in (row, *row.children)}
    assert place.id in client.outbox.updates


async def test_another_order_is_sent_as_the_order_alone(user: User, live: Live, row: Cell) -> None:
    other, places = live.cell('room', 'a', 'row'), list[ui.element]()
    built(lambda: places.append(ui.element('div')), lambda: live.fill(places[-1], [row, other]))
    client = await user.open('/cells')
    client.outbox.updates.clear()
    assert not live.fill(places[-1], [row, other])
    assert live.fill(places[-1], [other, row])
    places[-1].update()
    assert list(client.outbox.updates) == [places[-1].id]
    assert places[-1]._to_dict()['children'] == [other.id, row.id]


async def test_a_program_that_reads_markdown_gets_the_prices_too(user: User, live: Live, row: Cell) -> None:
    built(lambda: live.fill(ui.element('div'), [row]))
    answer = await user.http_client.get('/cells', headers={'accept': 'text/markdown'})
    assert '67,000' in answer.text
