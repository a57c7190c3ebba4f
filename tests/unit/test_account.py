"""An account's totals and holds, kept up with every change and derived anew: they agree."""

import random
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from desk.ledger import TRADER, sums
from desk.matching.account import Account
from desk.orders import Change, Kind, Leg, Side, Status, Terms, TimeInForce
from desk.trading import hold
from tests.unit.desk_of_orders import BTC, Pit, order

KINDS = {
    Kind.MARKET: {},
    Kind.LIMIT: {'limit_price': 1},
    Kind.STOP: {'stop_price': 1},
    Kind.STOP_LIMIT: {'stop_price': 1, 'limit_price': 1},
    Kind.TRAILING_STOP: {'trail_percent': 0},
}


def _held(account: Account) -> dict[int | None, Decimal]:
    """The holds of the open orders, one by one; of a bracket's legs the greater."""
    held, legs = defaultdict[int | None, Decimal](Decimal), defaultdict[int, Decimal](Decimal)
    for resting in account.orders.values():
        if resting.leg is Leg.NONE:
            asset, amount = hold(resting)
            held[asset] += amount
        else:
            assert resting.parent_id is not None
            legs[resting.parent_id] = max(legs[resting.parent_id], resting.remaining)
    held[BTC] += sum(legs.values())
    return held


def _holders(account: Account) -> dict[int | None, int]:
    """How many orders hold something, one by one; the legs of a bracket are one."""
    holders: dict[int | None, set[object]] = {None: set(), BTC: set()}
    for resting in account.orders.values():
        asset, amount = hold(resting)
        if amount:
            holders[asset].add(resting.id if resting.leg is Leg.NONE else ('bracket', resting.parent_id))
    return {asset: len(some) for asset, some in holders.items()}


def test_totals_and_holds_agree_with_postings_and_open_orders_whatever_happens() -> None:
    for seed in range(20):
        chance, pit = random.Random(seed), Pit(Terms(participation=Decimal(seed % 3 * 20)))
        told = Account(pit.account.book, pit.account.totals)
        pit.told = told  # a second account, fed with every change, as the broker has one
        price = 1000.0
        for _ in range(150):
            price *= chance.uniform(0.98, 1.02)
            pit.price(f'{price:.2f}', volume=f'{chance.uniform(0, 5):.3f}')
            _something(pit, chance, price)
            for account in (pit.account, told):
                held = _held(account)
                assert {asset: account.held(asset) for asset in (None, BTC)} == {None: held[None], BTC: held[BTC]}
                assert {asset: account.holders(asset) for asset in (None, BTC)} == _holders(account)
                assert account.newest(BTC) == account.newest() == [*account.orders.values()][::-1]
                assert account.available(None) >= 0
                assert account.available(BTC) >= 0
            assert told.totals == pit.account.totals
            assert told.orders.keys() == pit.account.orders.keys()
        assert pit.fills


def _something(pit: Pit, chance: random.Random, price: float) -> None:
    some = list(pit.account.orders.values())
    if some and chance.random() < 0.2:
        pit.cancel(chance.choice(some))
        return
    kind, side = chance.choice(list(Kind)), chance.choice(list(Side))
    fields = {name: f'{price * chance.uniform(0.95, 1.05):.2f}' if at else '2' for name, at in KINDS[kind].items()}
    amount = {'quote_size': '500'} if chance.random() < 0.3 else {'size': f'{chance.uniform(0.1, 9):.3f}'}
    if side is Side.BUY and chance.random() < 0.3:
        fields |= {'take_profit': f'{price * 1.03:.2f}', 'stop_loss': f'{price * 0.97:.2f}'}
    pit.place(side, kind, **fields, **amount, time_in_force=TimeInForce.GTC)


def test_the_legs_of_a_bracket_hold_the_coin_once() -> None:
    legs = {'side': Side.SELL, 'parent_id': 1, 'size': Decimal(2)}
    profit = order(id=2, leg=Leg.TAKE_PROFIT, kind=Kind.LIMIT, limit_price=Decimal(9), **legs)
    loss = order(id=3, leg=Leg.STOP_LOSS, kind=Kind.STOP, stop_price=Decimal(3), **legs)
    account = Account(Pit().account.book, {BTC: Decimal(5)}, [profit, loss])
    assert (account.held(BTC), account.available(BTC), account.holders(BTC)) == (Decimal(2), Decimal(3), 1)
    assert account.legs(1) == [profit, loss]


def test_the_balance_is_the_sum_of_the_traders_postings() -> None:
    pit = Pit(Terms())
    pit.price('67000')
    pit.place(Side.BUY, Kind.MARKET, size='1')
    pit.place(Side.SELL, Kind.MARKET, size='0.3')
    assert sums(pit.postings) == {None: 0, BTC: 0}
    assert sums(pit.postings, TRADER) == pit.account.totals


def test_the_newest_orders_of_one_coin_or_of_all_are_found() -> None:
    orders = [order(id=number, coin_id=number % 2 + 1) for number in range(1, 9)]
    account = Account(Pit().account.book, orders=[replace(each, reserve=Decimal(1)) for each in orders])
    account.apply(Change(account.book, (replace(orders[7], status=Status.CANCELLED),)))
    assert [each.id for each in account.newest(limit=3)] == [7, 6, 5]
    assert [each.id for each in account.newest(1, limit=2)] == [6, 4]
    assert [each.id for each in account.newest(2)] == [7, 5, 3, 1]
    assert account.newest(3) == []
