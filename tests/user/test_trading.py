"""The article's page: a coin to choose; its name, price and timestamp live."""

from collections.abc import Callable
from decimal import Decimal

from nicegui import ui
from nicegui.testing import User

from desk.desk import Desk
from desk.ticks import Tick
from models import Origin, utc_now
from tests.user.helpers import price


async def test_it_is_titled_and_headed_as_in_the_article(user: User, desk: Desk) -> None:
    await price(desk, 'BTC', '67000.12')
    for path in ('/trading/', '/trading'):
        await user.open(path)
        await user.should_see('Real-Time Cryptocurrency Trading')
        for words in ('Cryptocurrency: ', 'Price: ', 'Timestamp: ', '67,000.12'):
            await user.should_see(words)
    assert 'Real-Time Cryptocurrency Trading' in (await user.http_client.get('/trading/')).text.split('</title>')[0]


async def test_two_browsers_follow_different_coins(user: User, another: Callable[[], User], desk: Desk) -> None:
    await price(desk, 'BTC', '67000')
    await price(desk, 'ETH', '3000')
    second = another()
    await user.open('/trading/?coin=btc')
    await second.open('/trading/?coin=ETH')
    await price(desk, 'BTC', '67001')
    await price(desk, 'ETH', '3001')
    await user.should_see('67,001.00')
    await user.should_not_see('3,001.00')
    await second.should_see('3,001.00')


async def test_the_choice_changes_what_is_shown_and_is_kept(user: User, desk: Desk) -> None:
    await price(desk, 'BTC', '67000')
    await price(desk, 'ETH', '3000')
    await user.open('/trading/')
    await user.should_see('67,000.00')
    with user:
        next(each for each in user.find(kind=ui.select).elements if each.props['label'] == 'Coin').set_value('ETH')
    await user.should_see('3,000.00')
    await user.should_not_see('67,000.00')
    await user.open('/trading/')
    await user.should_see('3,000.00')


async def test_an_empty_desk_shows_the_first_step(user: User) -> None:
    await user.open('/trading/')
    await user.should_see('There is no price yet.')


async def test_a_coin_that_stands_on_no_board_can_still_be_traded(user: User, desk: Desk) -> None:
    await price(desk, 'BTC', '67000')
    await desk.submit_many([Tick('GROFT', Decimal(12), utc_now(), 'demo', Origin.FEED)])
    assert [quote.name for quote in desk.quotes()] == ['BTC']
    await user.open('/trading/?coin=GROFT')
    await user.should_see('GROFT in detail')
    await user.should_see('Buy GROFT')


async def test_a_coin_that_is_not_there_is_said_to_be_missing(user: User, desk: Desk) -> None:
    await price(desk, 'BTC', '67000')
    await user.open('/trading/?coin=NOPE')
    await user.should_see('NOPE')
    await user.should_see('Buy BTC')
