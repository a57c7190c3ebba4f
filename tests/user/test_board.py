"""The board, seen by simulated browsers on the real program."""

from collections.abc import Callable
from decimal import Decimal

from nicegui import ui
from nicegui.testing import User

from desk.desk import Desk
from desk.ticks import Tick
from models import Origin, utc_now


async def price(desk: Desk, name: str, amount: str) -> None:
    await desk.submit(Tick(name, Decimal(amount), utc_now(), 'api', Origin.PROGRAM))


async def test_an_empty_board_invites(user: User) -> None:
    await user.open('/')
    await user.should_see('No prices yet')
    await user.should_see('Add a price')
    await user.should_see('Start the demo market')


async def test_a_price_is_seen_by_two_browsers_at_once(user: User, another: Callable[[], User], desk: Desk) -> None:
    second = another()
    await user.open('/')
    await second.open('/')
    await price(desk, 'BTC', '67000.12')
    for browser in (user, second):
        await browser.should_see('67,000.12')
    await price(desk, 'BTC', '67000.34')
    for browser in (user, second):
        await browser.should_see('67,000.34')
        await browser.should_not_see('67,000.12')


async def test_a_name_is_text_and_not_markup(user: User, desk: Desk) -> None:
    await price(desk, '<img src=x>', '1')
    await user.open('/')
    await user.should_see('<img src=x>')


async def test_the_search_box_filters_and_says_what_it_found(user: User, desk: Desk) -> None:
    for name in ('BTC', 'ETH', 'ETC'):
        await price(desk, name, '1')
    await user.open('/?q=et')
    await user.should_see('2 of 3 coins')
    await user.should_see('/coin/ETC')
    await user.should_not_see('/coin/BTC')


async def test_a_heading_sorts_and_sorts_back(user: User, desk: Desk) -> None:
    for name, amount in (('A', '2'), ('B', '3'), ('C', '1')):
        await price(desk, name, amount)
    await user.open('/')
    user.find(kind=ui.button, content='Price').click()
    await user.should_see('Price ↓')
    user.find('Price ↓').click()
    await user.should_see('Price ↑')


async def test_a_merged_coin_leaves_the_board(user: User, desk: Desk) -> None:
    await price(desk, 'XBT', '1')
    await price(desk, 'BTC', '2')
    await user.open('/')
    await desk.merge('XBT', 'BTC')
    await user.should_not_see('/coin/XBT')
    await user.should_see('/coin/BTC')


async def test_a_coin_is_managed_from_the_board(user: User, desk: Desk) -> None:
    await price(desk, 'XBT', '1')
    await user.open('/')
    user.find('Manage coins …').click()
    await user.should_see('Close')
    user.find(kind=ui.select).elements.pop().set_value('XBT')
    await user.should_see('Rename …')


async def test_what_changed_while_nobody_looked_is_there_when_somebody_does(user: User, desk: Desk) -> None:
    await price(desk, 'BTC', '1')
    record = await desk.submit(Tick('ETH', Decimal(2), utc_now(), 'api', Origin.PROGRAM))
    await price(desk, 'BTC', '67000.12')
    assert record.id is not None
    await desk.withdraw(record.id, 'a test')
    await user.open('/')
    await user.should_see('67,000.12')
    await user.should_not_see('/coin/ETH')


async def test_the_demo_leaves_with_its_coins_and_comes_back_with_them(user: User, desk: Desk) -> None:
    await price(desk, 'BTC', '1')
    await user.open('/')
    await desk.feeds.start_demo()
    await user.should_see('/coin/GROFT', retries=50)
    await desk.feeds.stop_demo()
    await user.should_not_see('/coin/GROFT')
    await user.should_see('/coin/BTC')
    await desk.feeds.start_demo()
    await user.should_see('/coin/GROFT', retries=50)
