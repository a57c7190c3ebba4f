"""What becomes of resting orders is said on every page, calmly."""

from dataclasses import replace
from decimal import Decimal

import pytest
from nicegui.testing import User

from desk.desk import Desk
from desk.orders import Kind, Order, Side, Ticket
from pages import order_news
from tests.user.helpers import price


@pytest.fixture
async def board(user: User, desk: Desk) -> User:
    """A browser on the board, where the price of ACME is 100."""
    await price(desk, 'ACME', '100')
    await user.open('/')
    return user


async def buy(desk: Desk, limit: str, size: str = '0.1') -> Order:
    ticket = Ticket('ACME', Side.BUY, Kind.LIMIT, size=Decimal(size), limit_price=Decimal(limit))
    return await desk.broker.place(ticket)


async def test_a_resting_order_that_fills_is_said_once(board: User, desk: Desk) -> None:
    await buy(desk, '101')
    await buy(desk, '99')
    assert board.notify.messages == [], 'what fills at once is said by the ticket'
    await price(desk, 'ACME', '98.5')
    await board.should_see('Bought 0.1 ACME at 99.00, order 2: resting limit.')
    assert len(board.notify.messages) == 1


async def test_an_order_that_is_refused_when_it_wakes_is_said_with_the_reason(board: User, desk: Desk) -> None:
    terms = desk.broker.terms
    await desk.broker.set_terms(replace(terms, cut=False))
    stop = Ticket('ACME', Side.BUY, Kind.STOP, size=Decimal(900), stop_price=Decimal(105))
    await desk.broker.place(stop)
    await price(desk, 'ACME', '150')
    await board.should_see('Order 1, refused. ')
    assert 'available' in board.notify.messages[-1]


async def test_of_very_many_fills_a_few_are_said_and_the_others_counted(
    board: User, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order_news, 'WITHIN', 0.3)
    for cents in range(20):
        await buy(desk, f'99.{cents:02}')
    await price(desk, 'ACME', '98')
    await board.should_see('And 17 more of your orders’ fills and ends.')
    assert len(board.notify.messages) == 4
