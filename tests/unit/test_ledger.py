"""Double entry: whatever is booked sums to zero, and the trader's postings are the balance."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from desk.ledger import TRADER, deposit, sums, trade
from desk.orders import Fill, Posting, Rule, Side
from tests.unit.desk_of_orders import NOON

AMOUNTS = st.decimals(0, 10**12, places=8)


def _fill(side: Side, size: Decimal, value: Decimal, fee: Decimal) -> Fill:
    price = Decimal(67000)
    numbers = {'size': size, 'price': price, 'value': value, 'fee': fee, 'maker': False, 'rule': Rule.MARKET}
    tick = {'at': NOON, 'seq': 1, 'tick_price': price, 'tick_time': NOON, 'tick_source': 'demo'}
    return Fill(id=7, order_id=1, book_id=1, coin_id=4, side=side, bid=price, ask=price, **numbers, **tick)  # type: ignore[arg-type]


def test_a_buy_moves_coins_to_the_trader_money_to_the_market_and_the_fee_to_the_fees() -> None:
    booked = trade(3, _fill(Side.BUY, Decimal('0.1'), Decimal(6700), Decimal('13.40')))
    assert (booked.id, booked.kind, booked.fill_id) == (3, 'fill', 7)
    assert set(booked.postings) == {
        Posting('trader', 4, Decimal('0.1')),
        Posting('market', 4, Decimal('-0.1')),
        Posting('market', None, Decimal(6700)),
        Posting('trader', None, Decimal(-6700)),
        Posting('fees', None, Decimal('13.40')),
        Posting('trader', None, Decimal('-13.40')),
    }


@given(st.sampled_from(list(Side)), AMOUNTS, AMOUNTS, AMOUNTS)
def test_every_trade_sums_to_zero_for_each_asset(side: Side, size: Decimal, value: Decimal, fee: Decimal) -> None:
    postings = trade(1, _fill(side, size, value, fee)).postings
    assert not any(sums(postings).values())
    sign = 1 if side is Side.BUY else -1
    assert sums(postings, TRADER).get(4, Decimal(0)) == sign * size
    assert sums(postings, TRADER).get(None, Decimal(0)) == -sign * value - fee
    assert all(posting.amount for posting in postings)


def test_a_deposit_comes_from_the_deposits() -> None:
    postings = deposit(1, 1, Decimal(100_000), NOON).postings
    assert sums(postings, 'trader') == {None: 100_000}
    assert sums(postings, 'deposits') == {None: -100_000}
