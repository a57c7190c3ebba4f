"""Reading the board: pages of a hundred, orders that hold still, names it does not know, coins that fall silent."""

import asyncio
import importlib
from collections.abc import AsyncIterator, Callable, Sequence
from decimal import Decimal

import pytest
from nicegui import ui
from nicegui.testing import User

from desk.desk import Desk
from desk.feeds.state import STALE_AFTER
from desk.ticks import Tick
from models import Origin, utc_now
from pages.live_element import LiveElement
from tests.unit.exchange_server import FakeCoinbase
from tests.user.helpers import listed, press, price


def coins(user: User) -> list[str]:
    """The names of the rows, from the top; none on a board that is hidden because it is empty."""
    lists = [element for element in user.find(kind=ui.element).elements if 'rows' in element.classes]
    cells = [
        element.cell for rows in lists for element in rows.default_slot.children if isinstance(element, LiveElement)
    ]
    return [cell.props['data-coin'] for cell in cells if 'data-coin' in cell.props]  # beside each row are its tools


async def should_list(user: User, names: Sequence[str]) -> None:
    """Wait until exactly these rows are shown, in this order."""
    for _ in range(100):
        if coins(user) == list(names):
            return
        await asyncio.sleep(0.05)
    assert coins(user) == list(names)


def point(user: User, event: str) -> None:
    """The pointer comes onto the rows ('mouseenter') or leaves them ('mouseleave')."""
    found = user.find(kind=ui.element)
    found.elements = {element for element in found.elements if 'rows' in element.classes}
    found.trigger(event)


async def prices(desk: Desk, **amounts: str) -> None:
    for name, amount in amounts.items():
        await price(desk, name, amount)


@pytest.fixture
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Orders are renewed twenty times a second instead of every five; ask for it before `user`."""
    for module in ('pages.board_rows', 'pages.board'):
        monkeypatch.setattr(importlib.import_module(module), 'ORDER_KEPT', 0.05)


@pytest.fixture
async def coinbase(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeCoinbase]:
    """The desk of `user` follows BTC on an exchange that lists PEPE too; ask for it before `user`."""
    async with FakeCoinbase('BTC', 'PEPE').running() as exchange:
        flags = ('--exchange', 'coinbase', '--exchange-url', exchange.url, '--coins', 'BTC', '--no-demo')
        monkeypatch.setattr('tests.user.conftest.QUIET', flags)
        yield exchange


async def test_250_coins_are_read_in_pages_of_a_hundred(user: User, desk: Desk) -> None:
    names = [f'C{number:03}' for number in range(250)]
    await desk.submit_many([Tick(name, Decimal(1), utc_now(), 'api', Origin.PROGRAM) for name in names])
    await user.open('/')
    await user.should_see('250 coins')
    await should_list(user, names[:100])
    press(user, '2')
    await should_list(user, names[100:200])
    press(user, '3')
    await should_list(user, names[200:])
    press(user, '1')
    await should_list(user, names[:100])


async def test_coins_that_came_together_share_a_room_with_their_neighbours(user: User, desk: Desk) -> None:
    names = [f'C{number:03}' for number in range(250)]
    await desk.submit_many([Tick(name, Decimal(1), utc_now(), 'feed', Origin.FEED) for name in reversed(names)])
    await user.open('/')
    await user.should_see('250 coins')
    await should_list(user, names[:100])
    rows = [cell for cell in user.find(kind=LiveElement).elements if 'data-coin' in cell.cell.props]
    assert len({row.cell.room for row in rows}) == 1


async def test_a_hundred_coins_need_no_pages(user: User, desk: Desk) -> None:
    names = [f'C{number:03}' for number in range(100)]
    await desk.submit_many([Tick(name, Decimal(1), utc_now(), 'api', Origin.PROGRAM) for name in names])
    await user.open('/')
    await should_list(user, names)
    (pager,) = (element for element in user.find(kind=ui.element).elements if 'pager' in element.classes)
    assert pager.default_slot.children == []


async def test_sorting_by_price_moves_the_rows_and_back(user: User, desk: Desk) -> None:
    await prices(desk, A='2', B='30', C='10')
    await user.open('/')
    await should_list(user, 'ABC')
    press(user, 'Price')
    await should_list(user, 'BCA')
    press(user, 'Price')
    await should_list(user, 'ACB')
    press(user, 'Coin')
    await should_list(user, 'ABC')


async def test_the_order_is_kept_for_this_browser_alone(user: User, another: Callable[[], User], desk: Desk) -> None:
    await prices(desk, A='2', B='30', C='10')
    await user.open('/')
    press(user, 'Price')
    await should_list(user, 'BCA')
    await user.open('/')
    await should_list(user, 'BCA')
    await user.should_see('Price ↓')
    other = another()
    await other.open('/')
    await should_list(other, 'ABC')


@pytest.mark.usefixtures('brisk')
async def test_rows_hold_still_under_the_pointer(user: User, another: Callable[[], User], desk: Desk) -> None:
    away = another()
    await prices(desk, A='3', B='2', C='1')
    for browser in (user, away):
        await browser.open('/')
        press(browser, 'Price')
        await should_list(browser, 'ABC')
    point(user, 'mouseenter')
    for amount, order in (('4', 'CAB'), ('1', 'ABC'), ('5', 'CAB')):
        await price(desk, 'C', amount)
        await should_list(away, order)  # this browser was re-sorted, so the other one was asked to be
        assert coins(user) == ['A', 'B', 'C']
    point(user, 'mouseleave')
    await should_list(user, 'CAB')


async def test_without_an_exchange_an_unknown_name_can_only_be_given_a_price(user: User, desk: Desk) -> None:
    await price(desk, 'BTC', '1')
    await user.open('/?q=pepe')
    await user.should_see('No coin here matches “pepe”.')
    await user.should_see('Add a price for it')
    await user.should_not_see('Follow PEPE')


@pytest.mark.slow
async def test_an_unknown_name_is_followed_from_the_search_box(coinbase: FakeCoinbase, user: User) -> None:
    async with asyncio.timeout(30):
        while not coinbase.watched('market_trades', 'BTC'):  # noqa: ASYNC110  (told by another process)
            await asyncio.sleep(0.02)
    await user.open('/?q=pepe')
    await user.should_see('Follow PEPE on Coinbase')
    press(user, 'Follow PEPE on Coinbase')
    await user.should_see('PEPE is followed now.')
    await should_list(user, ['PEPE'])


async def test_a_followed_coin_without_news_for_a_minute_is_called_silent(user: User, desk: Desk) -> None:
    desk.clock = lambda: utc_now() + STALE_AFTER  # what looks at the prices; what takes them in has the true time
    await listed(desk, 'BTC', '67000')
    await price(desk, 'HANDMADE', '1')
    await user.open('/?q=handmade')
    await should_list(user, ['HANDMADE'])
    await user.should_not_see('silent for')
    await user.open('/?q=btc')
    await should_list(user, ['BTC'])
    await user.should_see('silent for 1 min')
