"""What the portfolio page says of a book: parts that add up, escaped names, tooltips with every digit."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from desk.orders import Book, Fill
from desk.portfolio import Portfolio, Tally, portfolio
from pages.portfolio_html import (
    COLUMNS,
    EXPLAINED,
    allocation_html,
    book_words,
    cash_html,
    figures,
    money_html,
    parts,
    position_html,
    profit_html,
)
from tests.unit.fills import BOOK, START, fill, of_coins

DAY = timedelta(days=1)


def book_of(*fills: Fill, price: str = '100', name: str = 'COIN', available: Decimal | None = None) -> Portfolio:
    tally = Tally(BOOK, Decimal(1000), of_coins(fills))
    return portfolio(tally, lambda coin: Decimal(price), lambda coin: f'{name}{coin}', available)


def test_money_keeps_every_digit_in_its_tooltip() -> None:
    assert money_html(Decimal('1234.5678')) == '<span title="1,234.5678">1,234.57</span>'
    assert money_html(Decimal('-0.5'), signed=True) == '<span title="−0.5" class="down">−0.50</span>'


def test_a_name_is_never_markup() -> None:
    book = book_of(fill('buy', '1', '100'), name='<u>')
    assert '<u>' not in allocation_html(book)
    assert '&lt;u&gt;1' in allocation_html(book)


def test_small_parts_are_put_together_and_cash_comes_last() -> None:
    trades = [fill('buy', size, '100', coin=coin) for coin, size in enumerate(['3', '2', '1', '0.1', '0.05'], 1)]
    names = [name for name, _, _ in parts(book_of(*trades))]
    assert names == ['COIN1', 'COIN2', 'COIN3', 'Others', 'Cash']


@given(st.lists(st.integers(1, 90), min_size=1, max_size=10))
def test_the_parts_add_up(sizes: list[int]) -> None:
    trades = [fill('buy', f'{size / 100}', '100', coin=coin) for coin, size in enumerate(sizes)]
    total = sum((share for _, share, _ in parts(book_of(*trades))), Decimal(0))
    assert abs(total - 100) <= Decimal('0.01') * len(sizes)


def test_every_figure_is_explained() -> None:
    assert figures(book_of()).keys() == EXPLAINED.keys()


def test_an_untouched_book_has_dashes_not_zeros_where_nothing_can_be_said() -> None:
    shown = figures(book_of())
    assert (shown['Win rate'], shown['Profit factor']) == ('—', '—')
    assert shown['Drawdown'] == '0.00 %'


def test_fifo_is_told_where_it_differs() -> None:
    trades = [fill('buy', '1', '100'), fill('buy', '1', '200'), fill('sell', '1', '250')]
    assert 'FIFO' in figures(book_of(*trades))['Realised']
    assert 'FIFO' not in figures(book_of(*trades, fill('sell', '1', '250')))['Realised']


def test_a_position_says_how_long_it_is_held_and_one_sold_out_that_it_is_gone() -> None:
    bought = fill('buy', '1', '100')
    (held,) = book_of(bought).positions
    (gone,) = book_of(bought, fill('sell', '1', '110')).positions
    assert position_html(held, START + 3 * DAY)['held'] == 'held 3 d'
    assert position_html(held, START)['held'] == 'just bought'
    shown = position_html(gone, START)
    assert (shown['held'], shown['size'], shown['value']) == ('sold', '0', '—')
    assert '+10.00' in shown['realised']
    assert shown.keys() == COLUMNS.keys()


def test_held_cash_is_told() -> None:
    assert 'available' not in cash_html(book_of())
    assert '400.00</span> available' in cash_html(book_of(available=Decimal(400)))


def test_the_profit_is_told_with_its_direction() -> None:
    assert '▲ 1.00 %' in profit_html(book_of(fill('buy', '1', '90')))
    assert 'class="down"' in profit_html(book_of(fill('buy', '1', '110')))


def test_a_book_is_named_by_its_days() -> None:
    assert book_words(BOOK) == 'Book 1, open since 31 Jan 2026'
    closed = Book(1, 'local', 1, 'USD', START, START + DAY)
    assert book_words(closed) == 'Book 1, 31 Jan 2026 to 1 Feb 2026'
