"""The ticket and what becomes of it, seen by two simulated browsers on the real program."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from nicegui import ui
from nicegui.testing import User

from desk.desk import Desk
from desk.orders import Kind, Side, Status, Ticket, TimeInForce
from tests.user.helpers import field, press, price, should_hint


def write(user: User, label: str, text: str) -> None:
    """Write into a field of the ticket, over what is there."""
    with user:
        field(user, label).set_value(text)


def choose(user: User, value: str) -> None:
    """Choose on the toggle that has this value."""
    toggles = user.find(kind=ui.toggle).elements
    with user:
        next(toggle for toggle in toggles if value in toggle.options).set_value(value)


async def should_complain(user: User, label: str, text: str) -> None:
    """Wait for an error under a field."""
    for _ in range(60):
        if text in (field(user, label).error or ''):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f'no “{text}” under {label}')


@pytest.fixture
async def pair(user: User, another: Callable[[], User], desk: Desk) -> tuple[User, User]:
    """Two browsers on the trading page of ACME, whose price is 100."""
    await price(desk, 'ACME', '100')
    second = another()
    for browser in (user, second):
        await browser.open('/trading/?coin=ACME')
    return user, second


async def test_what_one_buys_at_market_both_see(pair: tuple[User, User], desk: Desk) -> None:
    user, _ = pair
    write(user, 'Size', '10')
    await user.should_see('Buy 10 ACME at market')
    for words in ('Fills at once.', 'Slippage', 'Fee, 0.2 % taker', 'Total', '1,003.00 USD', '100,000.00 USD'):
        await user.should_see(words)
    press(user, 'Buy 10 ACME at market')
    for browser in pair:
        await browser.should_see('<b class="up">Bought</b> 10 <b dir="auto">ACME</b>')
        await browser.should_see('data-asset="ACME"')
    assert desk.broker.account().total(desk.coin('ACME').id) == 10
    assert field(user, 'Size').value == ''


async def test_an_order_that_rests_is_seen_amended_and_cancelled_in_both(pair: tuple[User, User], desk: Desk) -> None:
    user, second = pair
    choose(user, Kind.LIMIT)
    assert field(user, 'Limit price').value == '100'
    write(user, 'Limit price', '90')
    write(user, 'Size', '2')
    press(user, 'Buy 2 ACME at 90 USD')
    for browser in pair:
        await browser.should_see('Open orders · 1')
        await browser.should_see('limit 90')
    press(second, 'Amend')
    await second.should_see('Amend order')
    with second:
        field(second, 'Limit price').set_value('91')
    press(second, 'Amend the order')
    for browser in pair:
        await browser.should_see('limit 91')
    press(user, 'Cancel')
    for browser in pair:
        await browser.should_see('None. What waits for its price stands here.')
    await second.should_see('100,000.00')


async def test_an_amendment_is_refused_in_the_words_of_the_ticket_and_outlives_its_order(
    pair: tuple[User, User], desk: Desk
) -> None:
    user, _ = pair
    ticket = Ticket('ACME', Side.BUY, Kind.LIMIT, size=Decimal(2), limit_price=Decimal(90))
    order = await desk.broker.place(ticket)
    await user.should_see('limit 90')
    press(user, 'Amend')
    await user.should_see('Amend order')
    for text, words in (('', 'Give a size, like'), ('-1', 'A size is greater than zero; this one is negative.')):
        write(user, 'Size', text)
        press(user, 'Amend the order')
        await should_complain(user, 'Size', words)
    write(user, 'Size', '3')
    await desk.broker.cancel(order.id)
    await user.should_see('None. What waits for its price stands here.')
    press(user, 'Amend the order')
    await user.should_see('has ended')


async def test_an_amendment_pressed_twice_is_made_once(pair: tuple[User, User], desk: Desk) -> None:
    user, _ = pair
    order = await desk.broker.place(Ticket('ACME', Side.BUY, Kind.LIMIT, size=Decimal(2), limit_price=Decimal(90)))
    await user.should_see('limit 90')
    press(user, 'Amend')
    await user.should_see('Amend order')
    write(user, 'Limit price', '91')
    button = user.find(kind=ui.button, content='Amend the order')
    button.click()
    button.click()
    await user.should_see('limit 91')
    assert (await desk.broker.story(order.id)).order.revision == 2


async def test_a_bracket_is_placed_and_its_stop_counts(pair: tuple[User, User], desk: Desk) -> None:
    user, second = pair
    write(user, 'Size', '5')
    with user:
        next(box for box in user.find(kind=ui.checkbox).elements if 'profit' in box.text).set_value(True)
    write(user, 'Take profit at', '120')
    write(user, 'Stop loss at', '95')
    press(user, 'Buy 5 ACME at market')
    await second.should_see('take profit of order')
    await second.should_see('Open orders · 2')
    await price(desk, 'ACME', '94')
    for browser in pair:
        await browser.should_see('<b class="down">Sold</b> 5 <b dir="auto">ACME</b>')
        await browser.should_see('None. What waits for its price stands here.')
    press(second, 'Why')
    await second.should_see('The stop price says when, not for how much')
    await second.should_see('The price that made it')


async def test_a_refusal_is_said_before_and_after_with_the_numbers(pair: tuple[User, User], desk: Desk) -> None:
    user, _ = pair
    write(user, 'Size', '5000')
    refusals = [element for element in user.find(kind=ui.html).elements if 'bad' in element.classes]
    assert '100,000' in refusals[0].content
    press(user, 'Buy 5,000 ACME at market')
    await user.should_see('Order 1 is refused.')
    assert (await desk.broker.orders()).items[0].status == Status.REFUSED


async def test_what_is_missing_or_wrong_is_said_where_it_is(pair: tuple[User, User], desk: Desk) -> None:
    user, _ = pair
    await user.should_see('Say how much')
    write(user, 'Size', '1,5')
    await user.should_see('1.5 instead of 1,5')
    assert field(user, 'Size').error
    write(user, 'Size', '')
    assert not field(user, 'Size').error
    press(user, 'Buy ACME')
    await should_complain(user, 'Size', 'Say how much')
    assert (await desk.broker.orders()).items == []


async def test_a_share_of_what_is_available_fills_in_the_size(pair: tuple[User, User], desk: Desk) -> None:
    user, _ = pair
    press(user, '25 %')
    await user.should_see('for 25,000 USD')
    assert field(user, 'Size').value == '25000'
    await desk.broker.place(Ticket('ACME', Side.BUY, Kind.MARKET, size=Decimal('0.3')))
    choose(user, Side.SELL)
    press(user, '50 %')
    await user.should_see('Sell 0.15 ACME at market')


async def test_the_terms_of_the_account_are_set_and_shown(pair: tuple[User, User], desk: Desk) -> None:
    user, second = pair
    press(user, 'Terms …')
    await user.should_see('Maker fee, %')
    write(user, 'Taker fee, %', 'much')
    press(user, 'Set the terms')
    await user.should_see('“much” is not a number')
    write(user, 'Taker fee, %', '0.5')
    press(user, 'Set the terms')
    await second.should_see('0.5 % taker')
    assert desk.broker.terms.taker_fee == Decimal('0.5')


async def test_beginning_anew_names_the_book_and_is_seen_everywhere(pair: tuple[User, User], desk: Desk) -> None:
    user, second = pair
    await desk.broker.place(Ticket('ACME', Side.BUY, Kind.MARKET, size=Decimal(3)))
    await second.should_see('data-asset="ACME"')
    press(user, 'Begin anew …')
    await user.should_see('Close book 1 and begin anew?')
    press(user, 'Close book 1, open book 2')
    for browser in pair:
        await browser.should_see('Book 2')
        await browser.should_not_see('data-asset="ACME"')


async def test_a_book_that_is_closed_elsewhere_is_not_closed_again(pair: tuple[User, User], desk: Desk) -> None:
    user, second = pair
    for browser in pair:
        press(browser, 'Begin anew …')
        await browser.should_see('Close book 1 and begin anew?')
    press(user, 'Close book 1, open book 2')
    await user.should_see('Book 2')
    press(second, 'Close book 1, open book 2')
    await second.should_see('Book 1 is closed already')
    assert desk.broker.account().book.number == 2


async def test_the_rules_are_there_to_read(user: User) -> None:
    await user.open('/trading/rules')
    await user.should_see('The rules by which paper orders fill')
    await user.should_see('a gap is a gap')


async def test_what_happens_to_the_account_disturbs_no_other_page(
    user: User, another: Callable[[], User], desk: Desk
) -> None:
    await price(desk, 'ACME', '100')
    others = another(), another(), another()
    for browser, path in zip(others, ('/', '/coin/ACME', '/trading/?coin=ACME'), strict=True):
        await browser.open(path)
    await user.open('/trading/?coin=ACME')
    await desk.broker.place(Ticket('ACME', Side.BUY, Kind.MARKET, size=Decimal(1)))
    await user.should_see('<b class="up">Bought</b> 1 ')
    await price(desk, 'ACME', '101')
    for browser in others:
        await browser.should_see('101.00')
    assert desk.status().problems == {}


async def test_an_old_price_is_waited_for_and_the_ticket_says_so(user: User, desk: Desk) -> None:
    await price(desk, 'ACME', '100', ago=timedelta(minutes=4))
    await user.open('/trading/?coin=ACME')
    write(user, 'Size', '1')
    await user.should_see('The last price is 4 min old.')
    await user.should_see('Waits for the next price')
    await user.should_not_see('Fills at once.')
    press(user, 'Buy 1 ACME at market')
    await user.should_see('Open orders · 1')
    await user.should_see('waits for the next price')
    await price(desk, 'ACME', '101')
    await user.should_see('<b class="up">Bought</b> 1 ')


async def test_a_type_that_cannot_end_at_once_stands_until_cancelled(pair: tuple[User, User]) -> None:
    user, _ = pair
    times = next(each for each in user.find(kind=ui.select).elements if each.props['label'] == 'Time in force')
    choose(user, Kind.LIMIT)
    with user:
        times.set_value(TimeInForce.IOC)
    choose(user, Kind.STOP)
    assert times.value == TimeInForce.GTC
    assert list(times.options) == [TimeInForce.GTC, TimeInForce.GTD]
    with user:
        times.set_value(TimeInForce.GTD)
    write(user, 'Size', '1')
    await user.should_see('Say till when the order is good, like 2026-01-31 14:30.')
    await should_hint(user, 'Until', 'Like 2026-01-31 14:30, UTC')
    write(user, 'Until', 'tomorrow')
    await should_complain(user, 'Until', '“tomorrow” is not a time; write it like 2026-01-31 14:30.')


async def test_of_very_many_open_orders_the_newest_are_shown_with_their_number(
    pair: tuple[User, User], desk: Desk
) -> None:
    user, _ = pair
    for cents in range(60):
        limit = Decimal(50) + Decimal(cents) / 100
        await desk.broker.place(Ticket('ACME', Side.BUY, Kind.LIMIT, size=Decimal(1), limit_price=limit))
    await user.should_see('Open orders · 60, the newest 50 here')
    await user.should_see('limit 50.59')
    await user.should_not_see('limit 50.09')


async def test_a_trailing_stop_is_seen_to_follow_the_price(pair: tuple[User, User], desk: Desk) -> None:
    user, second = pair
    await desk.broker.place(Ticket('ACME', Side.BUY, Kind.MARKET, size=Decimal(1)))
    choose(user, Side.SELL)
    choose(user, Kind.TRAILING_STOP)
    write(user, 'Distance', '10')
    write(user, 'Size', '1')
    press(user, 'Sell 1 ACME 10 % below the highest price')
    await second.should_see('stop now 90.00, best price 100.00')
    await price(desk, 'ACME', '120')
    for browser in pair:
        await browser.should_see('stop now 108.00, best price 120.00', retries=50)


async def test_a_coins_name_is_text_and_not_markup(user: User, desk: Desk) -> None:
    await price(desk, '<img src=x>', '100')
    await desk.broker.place(Ticket('<img src=x>', Side.BUY, Kind.MARKET, size=Decimal(2)))
    ticket = Ticket('<img src=x>', Side.SELL, Kind.LIMIT, size=Decimal(1), limit_price=Decimal(200))
    await desk.broker.place(ticket)
    await user.open('/trading/')
    await user.should_see('Buy <img src=x>')
    shown = [element.content for element in user.find(kind=ui.html).elements]
    assert [content for content in shown if '<img' in content] == []
    assert len([content for content in shown if '&lt;img src=x&gt;' in content]) == 3
