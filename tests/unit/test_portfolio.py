"""Positions, profit and figures from fills: numbers by hand, and the sums that must always hold."""

from collections.abc import Iterable
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from desk.orders import Fill
from desk.portfolio import Portfolio, Position, Tally, portfolio
from tests.unit.fills import BOOK, START, fill, of_coins

DEPOSIT = Decimal(100_000)
NOTHING = Decimal(0)


def worked(fills: Iterable[Fill], prices: dict[int, str | None] | None = None) -> Portfolio:
    known = {coin: None if price is None else Decimal(price) for coin, price in (prices or {}).items()}
    return portfolio(Tally(BOOK, DEPOSIT, of_coins(list(fills))), known.get, lambda coin: f'COIN{coin}')


def plain(*values: Decimal | int | None) -> list[object]:
    return list(values)


def only(fills: Iterable[Fill], price: str | None = None) -> Position:
    (position,) = worked(fills, {1: price}).positions
    return position


def test_an_empty_book_is_its_deposit() -> None:
    book = worked([])
    assert plain(book.equity, book.cash, book.profit, len(book.positions)) == [DEPOSIT, DEPOSIT, 0, 0]
    assert plain(book.win_rate, book.profit_factor, book.profit_percent) == [None, None, 0]


def test_the_average_cost_is_weighted_and_without_fees() -> None:
    position = only([fill('buy', '1', '100', '0.2'), fill('buy', '3', '200', '0.2')], '210')
    assert position.average_cost == 175
    assert position.fees == Decimal('1.4')
    assert plain(position.value, position.cost) == [840, 700]
    assert plain(position.unrealised, position.unrealised_percent) == [140, 20]


def test_the_average_cost_of_one_fill_is_its_price_and_next_to_no_loss_is_no_loss() -> None:
    book = worked([fill('buy', '0.00012345', '67000.12')], {1: '67000'})
    assert book.positions[0].average_cost == Decimal('67000.12')
    assert book.profit < 0
    assert str(book.profit_percent) == '0.00'


def test_weighted_and_fifo_differ_while_some_is_held() -> None:
    position = only([fill('buy', '1', '100'), fill('buy', '1', '200'), fill('sell', '1', '250')], '250')
    assert plain(position.realised, position.realised_percent) == [100, Decimal('66.67')]
    assert position.realised_fifo == 150
    assert plain(position.cost, position.average_cost) == [150, 150]


def test_fifo_takes_parts_of_lots_oldest_first() -> None:
    buys = [fill('buy', '2', '10'), fill('buy', '2', '20')]
    position = only([*buys, fill('sell', '1', '30'), fill('sell', '2', '30')], '30')
    assert position.realised_fifo == 90 - (10 + 10 + 20)
    assert position.realised == 90 - 45


def test_a_third_of_a_cost_is_rounded_towards_zero_and_the_rest_stays() -> None:
    thirds = [fill('buy', '3', '33.33333333'), *(fill('sell', '1', '40') for _ in range(2))]
    held = only(thirds, '40')
    assert held.cost == Decimal('33.33333333')
    assert only([fill('buy', '3', '0.1'), fill('buy', '4', '0.1'), fill('sell', '1', '1')]).cost == Decimal('0.6')
    sold = only([*thirds, fill('sell', '1', '40')])
    assert sold.realised == sold.realised_fifo == Decimal('20.00000001')


def test_what_is_sold_out_keeps_its_profit_and_is_held_no_longer() -> None:
    book = worked(
        [
            fill('buy', '1', '10', coin=1),
            fill('buy', '1', '10', coin=2, after=5),
            fill('sell', '1', '12', coin=2, after=9),
        ],
        {1: '10', 2: '99'},
    )
    held, gone = book.positions
    assert (held.coin_id, gone.coin_id) == (1, 2)
    assert plain(gone.size, gone.value, gone.realised, gone.last) == [0, 0, 2, None]
    assert gone.opened is None
    assert plain(gone.bought, gone.sold, gone.average_cost) == [10, 12, None]
    assert held.opened == START


def test_holding_begins_anew_after_it_was_sold_out() -> None:
    trades = [fill('buy', '1', '1'), fill('sell', '1', '1', after=5), fill('buy', '1', '1', after=9)]
    opened = only(trades).opened
    assert opened is not None
    assert (opened - START).total_seconds() == 9


def test_a_sale_wins_only_if_it_earns_the_fees_of_both_sides() -> None:
    even = worked([fill('buy', '1', '100', '0.2'), fill('sell', '1', '100.3', '0.2')])
    assert even.realised == Decimal('0.3')
    assert plain(even.closings, even.wins, even.win_rate, even.profit_factor) == [1, 0, 0, 0]
    better = worked([fill('buy', '2', '100', '0.1'), fill('sell', '1', '130', '0.1'), fill('sell', '1', '90', '0.1')])
    assert plain(better.wins, better.win_rate) == [1, 50]
    assert better.profit_factor == Decimal('2.92')  # 29.77 won, 10.19 lost


def test_what_only_wins_has_no_profit_factor() -> None:
    assert worked([fill('buy', '1', '100'), fill('sell', '1', '101')]).profit_factor is None


def test_a_coin_without_a_price_counts_at_its_cost() -> None:
    position = only([fill('buy', '2', '50')], None)
    assert plain(position.last, position.value, position.unrealised) == [None, 100, 0]


def test_shares_are_of_the_equity() -> None:
    book = worked([fill('buy', '1', '25000', coin=1)], {1: '25000'})
    assert plain(book.positions[0].share, book.cash_share) == [25, 75]


def test_coins_that_became_one_are_one_position() -> None:
    both = [fill('buy', '1', '10', coin=1), fill('buy', '1', '20', coin=2), fill('sell', '2', '20', coin=1)]
    book = portfolio(Tally(BOOK, DEPOSIT, [(1, each) for each in both]), lambda coin: None, str)
    (position,) = book.positions
    assert plain(position.size, position.realised, position.realised_fifo) == [0, 10, 10]


def test_a_fill_counts_once() -> None:
    bought = fill('buy', '1', '10')
    tally = Tally(BOOK, DEPOSIT, [(1, bought)])
    tally.add(1, bought)
    assert tally.cash == DEPOSIT - 10


MONEY_LIKE = st.integers(1, 10**14).map(lambda digits: Decimal(digits).scaleb(-8))
TRADES = st.lists(
    st.tuples(st.integers(1, 3), st.booleans(), MONEY_LIKE, MONEY_LIKE, st.sampled_from(['0', '0.1', '0.2', '1.37'])),
    max_size=25,
)


def possible(trades: list[tuple[int, bool, Decimal, Decimal, str]]) -> list[Fill]:
    """The trades as fills; a sale sells no more than there is, and all of it about each third time."""
    sizes: dict[int, Decimal] = {}
    fills = []
    for coin, buys, size, price, rate in trades:
        had = sizes.get(coin, NOTHING)
        if not buys and not had:
            continue
        amount = size if buys else had if size >= had or int(size * 10**8) % 3 == 0 else size
        sizes[coin] = had + amount if buys else had - amount
        fills.append(fill('buy' if buys else 'sell', amount, price, rate, coin=coin))
    return fills


@given(TRADES, st.dictionaries(st.integers(1, 3), st.none() | MONEY_LIKE.map(str)))
def test_profit_is_realised_and_unrealised_less_fees(
    trades: list[tuple[int, bool, Decimal, Decimal, str]], prices: dict[int, str | None]
) -> None:
    fills = possible(trades)
    book = worked(fills, prices)
    assert book.profit == book.equity - DEPOSIT == book.realised + book.unrealised - book.fees
    assert book.equity == book.cash + sum(each.value for each in book.positions)
    assert book.fees == sum(each.fee for each in fills)
    assert all(each.size >= 0 and each.cost >= 0 for each in book.positions)
    assert book.closings == sum(each.side == 'sell' for each in fills)


@given(TRADES)
def test_weighted_and_fifo_agree_once_all_is_sold(trades: list[tuple[int, bool, Decimal, Decimal, str]]) -> None:
    fills = possible(trades)
    for position in worked(fills).positions:
        if position.size:
            fills.append(fill('sell', position.size, '3.21', coin=position.coin_id))
    book = worked(fills)
    assert all(plain(each.size, each.cost, each.value) == [0, 0, 0] for each in book.positions)
    assert all(each.realised == each.realised_fifo for each in book.positions)
    assert book.realised == book.realised_fifo == book.profit + book.fees
    profits = Tally(BOOK, DEPOSIT, of_coins(fills)).profits
    assert sum(profits.values()) == book.profit
