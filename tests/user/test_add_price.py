"""The form: what is right goes in, what is wrong is said beside its field, and what will follow stands there before."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from nicegui import ui
from nicegui.testing import User

from desk.desk import Desk
from models import Origin, Policy
from tests.user.helpers import field, fill, listed, press, price, should_hint


async def test_a_price_is_added_and_the_form_is_ready_for_the_next(user: User, desk: Desk) -> None:
    await user.open('/add')
    fill(user, name='BTC', price='67,000.12', note='https://example.org/quote')
    press(user, 'Add price')
    await should_hint(user, 'Price', 'Last: 67,000.12 at')
    record = (await desk.history('BTC')).records[0].record
    assert (record.price, record.source, record.origin) == (Decimal('67000.12'), 'form', Origin.PERSON)
    assert record.note == 'https://example.org/quote'
    assert [field(user, label).value for label in ('Name', 'Price', 'Timestamp', 'Note')] == ['BTC', '', '', '']
    assert user.notify.messages == ['BTC: 67,000.12 added.']


async def test_enter_submits(user: User, desk: Desk) -> None:
    await user.open('/add?name=ETH')
    fill(user, price='3456.7')
    user.find(kind=ui.input, content='Price').trigger('keydown.enter')
    await should_hint(user, 'Price', 'Last: 3,456.7 at')
    assert desk.quote('ETH').price == Decimal('3456.7')


@pytest.mark.parametrize(
    ('label', 'wrong', 'right'),
    [
        ('price', '12,5', 'Write the decimals after a point: 12.5 instead of 12,5.'),
        ('price', '1e5', 'Write the number out in full, without an exponent: 100000 instead of 1e5.'),
        ('price', '', 'Give a price, like 67000.12.'),
        ('price', '-3', 'A price is greater than zero; this one is negative.'),
        ('name', ' ', 'Give the coin a name, like BTC.'),
        ('name', 'x' * 51, 'A name has at most 50 characters; this one has 51.'),
        ('timestamp', 'yesterday', '“yesterday” is not a time; write it like 2026-01-31T14:30:00Z.'),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field(
    user: User, desk: Desk, label: str, wrong: str, right: str
) -> None:
    await user.open('/add')
    fill(user, **{'name': 'BTC', 'price': '1', label: wrong})
    press(user, 'Add price')
    await user.should_see(right)
    assert field(user, label.capitalize()).error == right
    assert desk.coins() == []
    fill(user, **{label: 'better'})
    await user.should_not_see(right)


async def test_the_timestamp_is_in_the_zone_of_the_desk(user: User, desk: Desk) -> None:
    await desk.set_preference('timezone', 'Europe/Berlin')
    await user.open('/add')
    fill(user, name='BTC', price='1', timestamp='2026-01-31 14:30')
    press(user, 'Add price')
    await should_hint(user, 'Price', 'at 2026-01-31 14:30:00 CET')
    assert desk.quote('BTC').timestamp == datetime(2026, 1, 31, 13, 30, tzinfo=UTC)


async def test_a_future_time_is_refused_beside_its_field(user: User, desk: Desk) -> None:
    await user.open('/add')
    fill(user, name='BTC', price='1', timestamp='2999-01-01')
    press(user, 'Add price')
    await user.should_see('is in the future')
    assert 'future' in (field(user, 'Timestamp').error or '')
    assert desk.quotes() == []


async def test_an_odd_price_asks_once_more(user: User, desk: Desk) -> None:
    await price(desk, 'BTC', '67000')
    await user.open('/add?name=btc')
    fill(user, price='6700')
    await should_hint(user, 'Price', '−90.00 % from the last')
    press(user, 'Add price')
    await user.should_see('Is 6,700 right?')
    press(user, 'Back to the form')
    await user.should_not_see('Is 6,700 right?')
    assert desk.quote('BTC').price == 67000
    press(user, 'Add price')
    await user.should_see('Is 6,700 right?')
    press(user, 'Add it all the same')
    await should_hint(user, 'Price', 'Last: 6,700 at')
    assert desk.quote('BTC').price == 6700


async def test_a_price_near_the_last_asks_nothing(user: User, desk: Desk) -> None:
    await price(desk, 'BTC', '100')
    await user.open('/add?name=BTC')
    fill(user, price='120')
    press(user, 'Add price')
    await should_hint(user, 'Price', 'Last: 120 at')


async def test_the_consequence_stands_there_before_one_presses(user: User, desk: Desk) -> None:
    await price(desk, 'BTC', '67000', ago=timedelta(minutes=1))
    await listed(desk, 'ETH', '3000')
    await user.open('/add')
    fill(user, name='NEW')
    await user.should_see('NEW has no price here yet: this will be its first.')
    fill(user, name='btc')
    await user.should_see('The newest price counts for BTC: this one goes live at once.')
    fill(user, timestamp='2020-01-01')
    await user.should_see('Older than the live price, which stays.')
    fill(user, timestamp='', name='ETH')
    await user.should_see('Coinbase’s price counts for ETH.')


async def test_the_form_offers_to_change_the_policy(user: User, desk: Desk) -> None:
    await listed(desk, 'ETH', '3000')
    await user.open('/add?name=ETH')
    press(user, 'Let only hand-entered prices count')
    await user.should_see('Only hand-entered prices count for ETH: this one goes live at once.')
    assert desk.policy('ETH') == Policy.MANUAL
    press(user, 'Let Coinbase’s price count')
    await user.should_see('Coinbase’s price counts for ETH.')


async def test_known_coins_are_offered(user: User, desk: Desk) -> None:
    await price(desk, '<b>&"', '1')
    await user.open('/add')
    await user.should_see('<option value="&lt;b&gt;&amp;&quot;">')


async def test_what_one_adds_another_sees(user: User, another: Callable[[], User]) -> None:
    watcher = another()
    await watcher.open('/')
    await user.open('/add?name=BTC')
    fill(user, price='67000.12')
    press(user, 'Add price')
    await watcher.should_see('67,000.12')
