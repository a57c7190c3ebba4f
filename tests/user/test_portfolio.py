"""The portfolio, a balance's ledger and an order's story on the real program: live in every browser, and exact."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial

import pytest
from nicegui import ui
from nicegui.testing import User

from desk.desk import Desk
from desk.orders import Kind, Order, Side, Ticket
from tests import waiting
from tests.user.helpers import field, price


async def trade(desk: Desk, side: str, name: str, size: str) -> Order:
    return await desk.broker.place(Ticket(name, Side(side), Kind.MARKET, Decimal(size)))


async def bought(desk: Desk) -> None:
    """0.5 BTC at 67,067.01675: 33,533.508375, and a fee of 67.06701675."""
    await price(desk, 'BTC', '67000')
    await trade(desk, 'buy', 'BTC', '0.5')


async def sees(user: User, words: str) -> None:
    """What comes by itself may take a moment on a busy machine."""
    await user.should_see(words, retries=40)


until = partial(waiting.until, seconds=4)


def rows(user: User, kind: str) -> list[str]:
    """The rows with this attribute, in the order in which they are shown."""
    tables = user.find(kind=ui.element).elements
    bodies = [element for element in tables if element.tag == 'tbody']
    return [str(row.props[kind]) for body in bodies for row in body.default_slot.children if kind in row.props]


def choose(user: User, label: str, value: str) -> None:
    with user:
        if label == 'Side':
            next(iter(user.find(kind=ui.toggle).elements)).set_value(value)
        elif label == 'Coin':
            next(each for each in user.find(kind=ui.select).elements if each.props.get('label') == 'Coin').set_value(
                value
            )
        else:
            field(user, label).set_value(value)


async def test_an_untouched_book_shows_its_deposit_and_the_first_step(user: User) -> None:
    await user.open('/portfolio')
    await sees(user, '100,000.00')
    await sees(user, 'Nothing is bought yet.')
    await sees(user, 'Place the first order')
    await sees(user, 'No fill yet.')


async def test_two_browsers_see_the_equity_and_the_position_follow_the_price(
    user: User, another: Callable[[], User], desk: Desk
) -> None:
    await bought(desk)
    second = another()
    for browser in (user, second):
        await browser.open('/portfolio')
        await sees(browser, '66,399.42')
    await price(desk, 'BTC', '68000')
    for browser in (user, second):
        await sees(browser, '68,000.00')
        await sees(browser, '34,000.00')
        await sees(browser, '100,399.42')


async def test_a_new_position_and_its_fill_come_by_themselves(user: User, desk: Desk) -> None:
    await bought(desk)
    await user.open('/portfolio')
    await price(desk, 'ETH', '3000')
    await trade(desk, 'buy', 'ETH', '2')
    await sees(user, 'ETH')
    await until(lambda: len(rows(user, 'data-fill')) == 2)
    await sees(user, 'Bought</b> 2 <b dir="auto">ETH')


async def test_a_sale_shows_what_it_earned_after_the_fees_of_both_sides(user: User, desk: Desk) -> None:
    await bought(desk)
    await price(desk, 'BTC', '70000')
    await trade(desk, 'sell', 'BTC', '0.5')
    await user.open('/portfolio')
    await sees(user, '+1,294.50')  # 34,965.00875 − 33,533.508375 − 69.9300175 − 67.06701675
    await sees(user, '1 of 1 sales')
    await sees(user, 'sold')


async def test_the_fills_are_filtered(user: User, desk: Desk) -> None:
    await bought(desk)
    await price(desk, 'ETH', '3000')
    await trade(desk, 'buy', 'ETH', '2')
    await trade(desk, 'sell', 'BTC', '0.25')
    await user.open('/portfolio')
    assert rows(user, 'data-fill') == ['3', '2', '1']
    choose(user, 'Side', 'sell')
    await until(lambda: rows(user, 'data-fill') == ['3'])
    choose(user, 'Side', '')
    choose(user, 'Coin', 'BTC')
    await until(lambda: rows(user, 'data-fill') == ['3', '1'])
    choose(user, 'To', '2020-01-01')
    await sees(user, 'No fill passes the filters.')
    choose(user, 'To', '')
    choose(user, 'From', '2020-01-01')
    await until(lambda: rows(user, 'data-fill') == ['3', '1'])


async def test_a_note_is_written_and_seen_in_another_browser(
    user: User, another: Callable[[], User], desk: Desk
) -> None:
    await bought(desk)
    second = another()
    await user.open('/portfolio')
    await second.open('/portfolio')
    user.find(kind=ui.button, content='Add note').click()
    note = next(
        each for each in user.find(kind=ui.input).elements if str(each.props.get('aria-label')).startswith('Note')
    )
    with user:
        note.set_value(' too early <b> ')
    user.find(kind=ui.input, content='too early').trigger('blur')
    await sees(second, 'too early <b>')
    assert (await desk.broker.all_fills())[0].note == 'too early <b>'


async def test_an_earlier_book_is_chosen_and_readers_follow_a_reset(user: User, desk: Desk) -> None:
    await bought(desk)
    await user.open('/portfolio')
    await desk.broker.reset()
    await sees(user, 'Nothing is bought yet.')
    await user.open('/portfolio?book=1')
    await sees(user, 'This book was closed at')
    await sees(user, '66,399.42')
    await price(desk, 'BTC', '99000')
    await sees(user, '33,500.00')
    await user.should_not_see('99,000.00')


async def test_a_book_that_is_not_there_is_a_404(user: User) -> None:
    answer = await user.http_client.get('/portfolio?book=7')
    assert answer.status_code == 404
    assert 'There is no book 7.' in answer.text


async def test_the_ledger_says_where_the_cash_went(user: User, desk: Desk) -> None:
    await bought(desk)
    await user.open('/ledger?asset=USD')
    for words in ('Where did my USD go?', 'Opening deposit', 'Fee: bought 0.5 BTC', '−67.07', '−33,533.51'):
        await sees(user, words)
    await price(desk, 'BTC', '70000')
    await trade(desk, 'sell', 'BTC', '0.25')
    await sees(user, 'Sold 0.25 BTC at')
    assert len(rows(user, 'data-posting')) == 5


async def test_the_ledger_of_a_coin_counts_coins(user: User, desk: Desk) -> None:
    await bought(desk)
    await user.open('/ledger?asset=btc')
    await sees(user, '0.5 BTC')
    await sees(user, '+0.5')
    answer = await user.http_client.get('/ledger?asset=NOTHING')
    assert answer.status_code == 404


async def test_an_order_tells_which_rule_and_which_price_filled_it(user: User, desk: Desk) -> None:
    await bought(desk)
    await user.open('/orders/1')
    for words in (
        'Buy 0.5 BTC, at market',
        'filled',
        'A market order takes the quote, with slippage',
        '67,000 from api',
        'bid 66,966.5, ask 67,033.5',
        '67,033.5 to 67,067.01675',
        '67,067.01675, taker',
    ):
        await sees(user, words)


async def test_an_open_order_is_told_on_as_it_goes(user: User, desk: Desk) -> None:
    await price(desk, 'BTC', '67000')
    order = await desk.broker.place(Ticket('BTC', Side.BUY, Kind.LIMIT, Decimal(1), limit_price=Decimal(66000)))
    await user.open(f'/orders/{order.id}')
    await sees(user, 'Nothing is filled yet.')
    await price(desk, 'BTC', '65999')
    await sees(user, 'The price traded through the limit')
    await sees(user, '66,000, maker')


async def test_a_refused_order_says_why(user: User, desk: Desk) -> None:
    await price(desk, 'BTC', '67000')
    order = await trade(desk, 'buy', 'BTC', '5')
    await user.open(f'/orders/{order.id}')
    await sees(user, 'refused')
    await sees(user, '100,000.00 is available')
    await sees(user, 'Nothing was filled.')


@pytest.mark.parametrize('path', ['/orders/99', '/orders/x'])
async def test_an_unknown_order_is_no_server_error(user: User, path: str) -> None:
    assert (await user.http_client.get(path)).status_code in (404, 422)


async def test_every_order_is_listed_and_the_list_goes_on_by_itself(user: User, desk: Desk) -> None:
    await bought(desk)
    await trade(desk, 'buy', 'BTC', '50')
    await user.open('/orders')
    assert rows(user, 'data-order') == ['2', '1']
    await sees(user, 'Buy 50 BTC, at market')
    await sees(user, 'refused')
    order = await desk.broker.place(Ticket('BTC', Side.BUY, Kind.LIMIT, Decimal('0.1'), limit_price=Decimal(66000)))
    await sees(user, 'Buy 0.1 BTC, limit 66,000')
    await desk.broker.cancel(order.id)
    await sees(user, 'cancelled')
    assert rows(user, 'data-order') == ['3', '2', '1']
    assert (await user.http_client.get('/orders?book=9')).status_code == 404


async def test_the_parts_of_a_bracket_lead_to_each_other(user: User, desk: Desk) -> None:
    await bought(desk)
    ticket = Ticket('BTC', Side.BUY, Kind.MARKET, Decimal('0.1'), take_profit=Decimal(70000), stop_loss=Decimal(60000))
    entry = await desk.broker.place(ticket)
    await user.open(f'/orders/{entry.id}')
    await sees(user, f'Take profit: order {entry.id + 1}')
    await sees(user, f'Stop loss: order {entry.id + 2}')
    await user.open(f'/orders/{entry.id + 2}')
    await sees(user, f'Stop loss of order {entry.id}')


async def test_it_is_told_how_all_this_is_counted_and_exported(user: User) -> None:
    await user.open('/portfolio/counting')
    await sees(user, 'How a portfolio is counted')
    await sees(user, 'What the exports of paper trading hold')
