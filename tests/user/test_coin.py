"""A coin's page on the real program: live, its evidence, and what can be done with it."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from nicegui import ui
from nicegui.testing import User

from desk.desk import Desk
from models import Policy
from pages.theme import coin_path
from tests import waiting
from tests.user.helpers import fill, listed, press, price


def pressable(user: User, label: str) -> list[str]:
    """What the buttons with this accessible name begin with are called."""
    buttons = user.find(kind=ui.button).elements
    return [name for button in buttons if (name := str(button.props.get('aria-label', ''))).startswith(label)]


until = partial(waiting.until, seconds=3)


async def test_two_browsers_see_the_price_move(user: User, another: Callable[[], User], desk: Desk) -> None:
    await price(desk, 'BTC', '67000.12')
    second = another()
    await user.open('/coin/BTC')
    await second.open('/coin/btc')
    await price(desk, 'BTC', '67000.34')
    for browser in (user, second):
        await browser.should_see('67,000.34')


@pytest.mark.parametrize('name', ['A/B', 'a b', '100%', '<b>', '?q=1#x', '.', '..', 'a/../b', '/'])
async def test_any_name_has_a_page(user: User, desk: Desk, name: str) -> None:
    await price(desk, name, '12.5')
    await user.open(coin_path(name))
    await user.should_see('12.50')


async def test_an_unknown_coin_is_a_404_that_helps(user: User, desk: Desk) -> None:
    await price(desk, 'BTC', '1')
    answer = await user.http_client.get('/coin/BTX')
    assert answer.status_code == 404
    for words in ('has no coin called “BTX”.', 'Did you mean', '/coin/BTC', 'Add a price for BTX', '/add?name=BTX'):
        assert words in answer.text


async def test_a_coin_without_a_price_says_so(user: User, desk: Desk) -> None:
    record = await price(desk, 'BTC', '67000')
    await desk.withdraw(record.id or 0, 'a test')
    await user.open('/coin/BTC')
    await user.should_see('No candles yet')
    await user.should_see('Withdrawn at')
    await price(desk, 'BTC', '67001')
    await user.should_see('67,001.00')


async def test_a_record_is_corrected_and_the_old_one_stays_readable(user: User, desk: Desk) -> None:
    await price(desk, 'BTC', '6700')
    await user.open('/coin/BTC')
    press(user, 'Correct')
    await user.should_see('A new record of the same moment takes its place.')
    fill(user, **{'right price': '67000'})
    press(user, 'Replace 6,700')
    await user.should_see('Say why, in a few words')
    fill(user, reason='a digit was missing')
    press(user, 'Replace 6,700')
    await user.should_see('<s>6,700</s>')
    await user.should_see('a digit was missing')
    await user.should_see('67,000.00')
    assert desk.quote('BTC').price == 67000


async def test_a_wrong_correction_is_refused_beside_its_field(user: User, desk: Desk) -> None:
    await price(desk, 'BTC', '6700')
    await user.open('/coin/BTC')
    press(user, 'Correct')
    await user.should_see('Right price')
    fill(user, **{'right price': '67,0', 'reason': 'x'})
    press(user, 'Replace 6,700')
    await user.should_see('Write the decimals after a point: 67.0 instead of 67,0.')
    assert desk.quote('BTC').price == 6700


async def test_a_withdrawal_asks_for_a_reason_and_brings_the_price_before_back(user: User, desk: Desk) -> None:
    await price(desk, 'BTC', '67000', ago=timedelta(minutes=2))
    await price(desk, 'BTC', '1')
    await user.open('/coin/BTC')
    newest = min(user.find(kind=ui.button, content='Withdraw').elements, key=lambda element: element.id)
    assert newest.props['aria-label'].startswith('Withdraw 1 of')
    user.find(kind=ui.button, content='Withdraw').click()
    await user.should_see('It stays readable')
    fill(user, reason='wrong coin')
    press(user, 'Withdraw 1')
    await user.should_see('<s>1</s>')
    assert desk.quote('BTC').price == 67000
    assert len(pressable(user, 'Withdraw 67,000 of')) == 1
    assert pressable(user, 'Withdraw 1 of') == []


async def test_what_a_feed_said_is_not_corrected(user: User, desk: Desk) -> None:
    await listed(desk, 'ETH', '3000')
    await user.open('/coin/ETH')
    await user.should_see('coinbase')
    with pytest.raises(AssertionError):
        user.find(kind=ui.button, content='Correct')


async def test_a_price_that_does_not_count_is_shown_beside(user: User, desk: Desk) -> None:
    await listed(desk, 'ETH', '3000')
    await price(desk, 'ETH', '2970')
    await user.open('/coin/ETH')
    await user.should_see('3,000.00')
    await user.should_see('2,970.00, −1.00 % ')


async def test_the_policy_is_chosen(user: User, desk: Desk) -> None:
    await listed(desk, 'ETH', '3000')
    await price(desk, 'ETH', '2970')
    await user.open('/coin/ETH')
    select = next(iter(user.find(kind=ui.select).elements))
    assert isinstance(select.options, dict)
    assert set(select.options.values()) == {'The newest price', 'Only hand-entered prices', 'Coinbase’s price'}
    with user:
        select.set_value(Policy.MANUAL)
    await until(lambda: desk.policy('ETH') == Policy.MANUAL)
    await user.should_see('3,000.00, +1.01 % ')


async def test_a_coin_is_renamed_and_its_readers_follow(user: User, another: Callable[[], User], desk: Desk) -> None:
    await price(desk, 'XBT', '67000')
    second = another()
    await second.open('/coin/XBT')
    await user.open('/coin/XBT')
    press(user, 'Rename …')
    await user.should_see('New name')
    fill(user, **{'new name': 'BTC'})
    press(user, 'Rename')
    await until(lambda: desk.coin('XBT').name == 'BTC')
    await second.should_see('BTC')


async def test_a_coin_is_merged_after_it_was_named(user: User, desk: Desk) -> None:
    await price(desk, 'XBT', '67000')
    await price(desk, 'BTC', '67001')
    await user.open('/coin/XBT')
    press(user, 'Merge into another …')
    await user.should_see('All records of XBT will count for the other coin')
    into = max(user.find(kind=ui.select).elements, key=lambda element: element.id)
    with user:
        into.set_value('BTC')
    press(user, 'Merge XBT into BTC')
    await until(lambda: desk.coin('XBT').name == 'BTC')
    assert len((await desk.history('BTC')).records) == 2


async def test_a_link_in_a_note_is_a_link_and_markup_is_text(user: User, desk: Desk) -> None:
    await user.open('/add?name=BTC')
    fill(user, price='1', note='see https://example.org/?a=1&b=2 <b>')
    press(user, 'Add price')
    await until(lambda: bool(desk.quotes()))
    await user.open('/coin/BTC')
    await user.should_see('<a href="https://example.org/?a=1&amp;b=2"')
    await user.should_see('&lt;b&gt;')


async def test_the_interval_is_kept(user: User, desk: Desk) -> None:
    await price(desk, 'BTC', '1')
    await user.open('/coin/BTC')
    with user:
        next(iter(user.find(kind=ui.toggle).elements)).set_value('1d')
    await user.open('/coin/BTC')
    assert next(iter(user.find(kind=ui.toggle).elements)).value == '1d'


async def test_the_chart_has_the_candles_of_the_desk(user: User, desk: Desk) -> None:
    for amount, minutes in (('100', 40), ('90', 39), ('110', 20), ('105', 0)):
        await price(desk, 'BTC', amount, ago=timedelta(minutes=minutes))
    candles = await desk.candles('BTC', '15m')
    await user.open('/coin/BTC')
    series = next(iter(user.find(kind=ui.echart).elements)).options['series']
    rows = [*series[0]['data'], *series[2]['data']]
    assert [tuple(map(Decimal, row[1:5])) for row in rows] == [
        (candle.open, candle.close, candle.low, candle.high) for candle in candles
    ]
