"""Watchlists on the pages, seen by two simulated browsers of one user on the real program."""

import asyncio
from collections.abc import Callable
from functools import partial

import httpx
from nicegui import ui
from nicegui.elements.upload_files import SmallFileUpload
from nicegui.testing import User

from desk.desk import Desk
from tests.user.helpers import fill, press, price


async def until(found: Callable[[], object], wanted: object) -> None:
    """Wait until this is so."""
    for _ in range(100):
        if found() == wanted:
            return
        await asyncio.sleep(0.05)
    assert found() == wanted


async def prices(desk: Desk, *names: str) -> None:
    for name in names:
        await price(desk, name, '1')


async def star(user: User, desk: Desk, name: str) -> httpx.Response:
    """Press the star as a browser does: a form without a script."""
    return await user.http_client.post(f'/star/{desk.coin(name).id}')


def choose(user: User, name: str) -> None:
    """Press a name in an order."""
    found = user.find(kind=ui.label, content=name)
    found.elements = {element for element in found.elements if element.props.get('role') == 'option'}
    found.click()


def order(user: User) -> list[str]:
    """The names of the order on the page."""
    (box,) = user.find(kind=ui.list).elements
    return [option.text for option in box.default_slot.children if isinstance(option, ui.label)]


def rows(user: User) -> list[str]:
    """The coins on the board, from top to bottom."""
    lists = [one for one in user.find(kind=ui.element).elements if 'rows' in one.classes]
    return [row.props['data-coin'] for row in lists[0].default_slot.children if 'data-coin' in row.props]


async def test_a_star_is_seen_in_all_windows(user: User, another: Callable[[], User], desk: Desk) -> None:
    await prices(desk, 'BTC', 'ETH')
    second = another()
    await user.open('/')
    await second.open('/coin/ETH')
    answer = await star(user, desk, 'ETH')
    assert (answer.status_code, answer.content) == (204, b'')
    sheet = f':is(#s{desk.coin("ETH").id}) .off'
    for browser in (user, second):
        await browser.should_see(sheet)
    await user.should_see('Favourites')
    await star(second, desk, 'ETH')
    for browser in (user, second):
        await browser.should_not_see(sheet)


async def test_another_website_cannot_press_a_star(user: User, desk: Desk) -> None:
    await prices(desk, 'BTC')
    for headers in ({'origin': 'http://evil.example'}, {'origin': 'null'}, {'sec-fetch-site': 'cross-site'}):
        answer = await user.http_client.post(f'/star/{desk.coin("BTC").id}', headers=headers)
        assert answer.status_code == 403
    assert desk.watchlists.all() == []


async def test_why_a_star_is_refused_is_told_where_it_was_pressed(
    user: User, another: Callable[[], User], desk: Desk
) -> None:
    await prices(desk, 'BTC')
    await user.open('/')
    program, second = another(), another()
    await second.open('/')
    assert (await program.http_client.post('/star/999')).status_code == 204
    assert (await user.http_client.post('/star/999')).status_code == 204
    await user.should_see('There is no such coin on this desk.')
    await star(second, desk, 'BTC')
    await user.should_see('Favourites')
    assert len([*user.notify.messages, *second.notify.messages]) == 1  # the simulation may mix up whose they are


async def test_a_link_to_a_list_shows_it_in_its_own_order_until_one_sorts(
    user: User, another: Callable[[], User], desk: Desk
) -> None:
    await prices(desk, 'AAA', 'BBB', 'CCC', 'DDD')
    made = await desk.watchlists.create('Mine', coin_names=['CCC', 'AAA', 'BBB'])
    second = another()
    for browser in (user, second):
        await browser.open(f'/?list={made.id}')
        await until(partial(rows, browser), ['CCC', 'AAA', 'BBB'])
    user.find(kind=ui.button, content='Coin').click()
    await user.should_see('Coin ↑')
    await until(lambda: rows(user), ['AAA', 'BBB', 'CCC'])
    await until(lambda: rows(second), ['CCC', 'AAA', 'BBB'])
    for sign in ('↑', '↓'):
        user.find(f'Coin {sign}').click()
        await user.should_not_see(f'Coin {sign}')
    await until(lambda: rows(user), ['CCC', 'AAA', 'BBB'])


async def test_a_list_that_changes_elsewhere_changes_on_the_board(user: User, desk: Desk) -> None:
    await prices(desk, 'AAA', 'BBB')
    await desk.store.ensure_coins(['NEW'])
    made = await desk.watchlists.create('Mine', coin_names=['AAA'])
    await user.open(f'/?list={made.id}')
    await desk.watchlists.add(made.id, 'BBB')
    await user.should_see('2 coins')
    await desk.watchlists.arrange(made.id, ['BBB', 'AAA'])
    await until(lambda: rows(user), ['BBB', 'AAA'])
    await desk.watchlists.rename(made.id, '<Ours>')
    await user.should_see('<Ours>')
    await desk.rename('AAA', 'ZZZ')
    await user.should_see('/coin/ZZZ')
    await desk.merge('ZZZ', 'BBB')
    await user.should_not_see('/coin/ZZZ')
    await desk.watchlists.delete(made.id)
    await user.should_see('This list was deleted.')


async def test_a_list_that_is_not_there_is_no_dead_end(user: User) -> None:
    for path in ('/?list=77', '/?list=x', '/lists/77'):
        answer = await user.http_client.get(path)
        assert answer.status_code == 404
        assert 'There is no watchlist' in answer.text


async def test_an_empty_list_says_how_to_fill_it(user: User, desk: Desk) -> None:
    await prices(desk, 'AAA')
    made = await desk.watchlists.create('Mine')
    await user.open(f'/?list={made.id}')
    await user.should_see('No coin is on this list.')
    await user.should_not_see('No prices yet')


async def test_lists_are_made_renamed_and_deleted_by_name(user: User, another: Callable[[], User], desk: Desk) -> None:
    second = another()
    await second.open('/')
    await user.open('/lists')
    fill(user, **{'name of the new list': 'Mine'})
    press(user, 'Make a list')
    await user.should_see('Mine (0)')
    await second.should_see('Mine')
    choose(user, 'Mine (0)')
    press(user, 'Rename …')
    fill(user, name='Ours')
    press(user, 'Rename')
    await second.should_see('Ours')
    press(user, 'Delete …')
    await user.should_see('Delete “Ours”?')
    press(user, 'Delete “Ours”')
    await second.should_not_see('Ours')
    assert desk.watchlists.all() == []


async def test_the_name_of_a_list_is_no_markup(user: User, desk: Desk) -> None:
    made = await desk.watchlists.create('A <b>B</b>')
    await user.open(f'/lists/{made.id}')
    await user.should_see('A &lt;b&gt;B&lt;/b&gt;')
    await desk.watchlists.rename(made.id, '<i>Ours')
    await user.should_see('&lt;i&gt;Ours')


async def test_a_coin_is_moved_by_buttons_and_where_it_is_is_said(
    user: User, another: Callable[[], User], desk: Desk
) -> None:
    await prices(desk, 'AAA', 'BBB', 'CCC')
    made = await desk.watchlists.create('Mine', coin_names=['AAA', 'BBB', 'CCC'])
    second = another()
    for browser in (user, second):
        await browser.open(f'/lists/{made.id}-Mine')
    choose(user, 'AAA')
    press(user, 'Move down')
    await user.should_see('AAA is now number 2 of 3.')
    for browser in (user, second):
        assert order(browser) == ['BBB', 'AAA', 'CCC']
    press(user, 'Take off the list')
    await second.should_not_see(kind=ui.label, content='AAA')
    await until(lambda: order(second), ['BBB', 'CCC'])


async def test_a_list_goes_out_as_csv_and_what_comes_in_unknown_is_told(user: User, desk: Desk) -> None:
    await prices(desk, 'AAA', 'BBB')
    made = await desk.watchlists.create('Mein Schönes', coin_names=['BBB', 'AAA'])
    answer = await user.http_client.get(f'/lists/{made.id}/export.csv')
    assert answer.text == 'name\r\nBBB\r\nAAA\r\n'
    assert "filename*=UTF-8''Mein%20Sch%C3%B6nes.csv" in answer.headers['content-disposition']
    assert (await user.http_client.get('/lists/77/export.csv')).status_code == 404


async def test_a_file_is_imported_without_what_is_not_known(user: User, desk: Desk) -> None:
    await prices(desk, 'AAA', 'BBB')
    await user.open('/lists')
    (element,) = user.find(ui.upload).elements
    await element.handle_uploads(
        [SmallFileUpload('From elsewhere.csv', 'text/csv', b'Symbol,x\r\nbbb,1\r\nNOPE,2\r\n')]
    )
    await user.should_see('This desk has no coin called “NOPE”.')
    press(user, 'Import the one that is known')
    await user.should_see('From elsewhere (1)')
    (made,) = desk.watchlists.all()
    assert made.coin_ids == (desk.coin('BBB').id,)


async def test_a_coins_page_says_which_lists_it_is_on(user: User, desk: Desk) -> None:
    await prices(desk, 'AAA')
    made = await desk.watchlists.create('Mine')
    await user.open('/coin/AAA')
    press(user, 'Lists …')
    user.find(kind=ui.checkbox, content='Mine').click()
    await until(lambda: desk.watchlists.members(made.id), {desk.coin('AAA').id})
