"""The pages of books: which one an address names, and where one goes when a book is closed."""

import pytest
from nicegui.testing import User

from desk.desk import Desk
from tests.user.helpers import price


@pytest.mark.parametrize('address', ['/orders?book=abc', '/portfolio?book=-1', '/ledger?book=1.5', '/orders/abc'])
async def test_an_address_that_names_nothing_is_answered_with_a_page(user: User, desk: Desk, address: str) -> None:
    answer = await user.http_client.get(address)
    assert (answer.status_code, 'There is no' in answer.text) == (404, True)


async def test_the_list_of_orders_goes_on_to_the_next_book(user: User, desk: Desk) -> None:
    await price(desk, 'ACME', '100')
    for path in ('/orders', '/ledger'):
        await user.open(path)
        before = desk.broker.account().book.number
        await user.should_see(f'Book {before}')
        await desk.broker.reset()
        await user.should_see(f'Book {before + 1}')
