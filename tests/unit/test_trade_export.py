"""Orders, fills and postings as CSV: exact, documented, and no formula for any spreadsheet."""

import csv
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.orders import Kind, Order, Side, Status, Terms
from desk.store import Line, Page
from desk.trade_export import FILLS, ORDERS, POSTINGS, fills_csv, orders_csv, paged, postings_csv
from tests.unit.fills import BOOK, START, fill

T = TypeVar('T')
ORDER = Order(
    7,
    BOOK.id,
    1,
    Side.BUY,
    Kind.LIMIT,
    Decimal('0.30'),
    Terms(),
    START,
    START + timedelta(seconds=5),
    3,
    1,
    limit_price=Decimal('0.00000001'),
    client_order_id='=cmd()',
    status=Status.PARTLY_FILLED,
    filled_size=Decimal('0.2'),
    filled_value=Decimal('0.1'),
)
LINE = Line(1, 2, 'fill', START, 'trader', None, Decimal('-6700.00'), 3, 7)


async def pages(*items: list[T]) -> AsyncIterator[list[T]]:
    for page in items:
        yield page


async def rows(stream: AsyncIterator[bytes]) -> list[dict[str, str]]:
    text = b''.join([part async for part in stream]).decode()
    return list(csv.DictReader(StringIO(text, newline='')))


def named(coin_id: int) -> str:
    return '+COIN' if coin_id == 1 else 'ETH'


async def test_an_order_is_a_row_with_every_column() -> None:
    (row,) = await rows(orders_csv(pages([ORDER]), BOOK, named))
    assert list(row) == list(ORDERS)
    assert (row['size'], row['limit_price'], row['stop_price']) == ('0.3', '0.00000001', '')
    assert (row['average_price'], row['status'], row['post_only']) == ('0.5', 'partly_filled', 'no')
    assert (row['coin'], row['client_order_id']) == ("'+COIN", "'=cmd()")
    assert row['updated'] == '2026-01-31T12:00:05+00:00'


async def test_a_posting_keeps_its_minus_and_the_quote_currency_its_name() -> None:
    coins = replace(LINE, coin_id=2, amount=Decimal('0.1'), fill_id=None, order_id=None)
    money, coin = await rows(postings_csv(pages([LINE], [], [coins]), BOOK, named))
    assert list(money) == list(POSTINGS)
    assert (money['asset'], money['amount'], money['order_id']) == ('USD', '-6700', '7')
    assert (coin['asset'], coin['amount'], coin['fill_id']) == ('ETH', '0.1', '')


NOTES = st.text(st.characters(exclude_categories=['Cs'], exclude_characters='\0'), max_size=30)


@given(NOTES | st.sampled_from(['=1+1', '@x', '-5', '\tx', 'a,b;c', '"', 'a\r\nb', "'=1"]))
async def test_any_note_comes_out_as_text(note: str) -> None:
    bought = replace(fill('buy', '0.1', '67000.12', '0.2'), note=note)
    (row,) = await rows(fills_csv(pages([bought]), BOOK, named))
    assert list(row) == list(FILLS)
    assert row['note'] in (note, f"'{note}")
    assert row['note'][:1] not in tuple('=+-@\t\r\n') or not row['note']
    assert (row['value'], row['fee'], row['liquidity']) == ('6700.012', '13.400024', 'taker')


async def test_nothing_is_a_header() -> None:
    written = [part async for part in fills_csv(pages(), BOOK, named)]
    assert written == [(','.join(FILLS) + '\r\n').encode()]


async def test_every_page_is_read() -> None:
    async def read(cursor: str) -> Page[int]:
        return {'': Page([1, 2], 'b'), 'b': Page([3], '')}[cursor]

    assert [page async for page in paged(read)] == [[1, 2], [3]]


@pytest.mark.parametrize('columns', [ORDERS, FILLS, POSTINGS])
def test_every_column_is_documented(columns: dict[str, str]) -> None:
    text = (Path(__file__).parents[2] / 'docs/exports.md').read_text(encoding='utf-8')
    assert '\n'.join(f'| `{name}` | {meaning} |' for name, meaning in columns.items()) in text
