"""What becomes of orders: each rule of docs/trading-rules.md at work, with what people are told."""

from datetime import timedelta
from decimal import Decimal as D

import pytest

from desk.acting import LOCAL
from desk.errors import Conflict, Invalid, NotFound
from desk.matching.account import TradingState
from desk.matching.matcher import Matcher
from desk.orders import Kind, Rule, Side, Status, Steps, Terms, TimeInForce
from tests.unit.desk_of_orders import BTC, NOON, PLAIN, Pit

BUY, SELL = Side.BUY, Side.SELL
MARKET, LIMIT, STOP, STOP_LIMIT, TRAILING = Kind
SHARING = Terms(D(0), D(0), D(0), D(0), participation=D(10))


def test_a_market_order_fills_at_once_at_the_quote_with_slippage_and_pays_the_takers_fee() -> None:
    pit = Pit(Terms())
    pit.price('67000')
    bought = pit.place(BUY, MARKET, size='0.1')
    fill = pit.fills[0]
    assert (bought.status, bought.average_price) == (Status.FILLED, D('67067.02'))
    assert (fill.rule, fill.bid, fill.ask, fill.seq) == (Rule.MARKET, D('66966.5'), D('67033.5'), 1)
    assert pit.account.total(None) == 100_000 - D('6706.702') - D('13.413404')
    assert pit.events[-1].detail == '0.1 BTC at 67,067.02 by the rule “market”, fee 13.41 USD.'


def test_a_market_order_waits_for_the_next_price_where_the_last_one_is_older_than_a_minute() -> None:
    pit = Pit()
    pit.price('100')
    pit.later(61)
    waiting = pit.place(BUY, MARKET, quote_size='1000')
    assert (waiting.status, waiting.size, pit.account.available(None)) == (Status.OPEN, None, D(99_000))
    pit.price('125')
    assert pit.orders[waiting.id].filled_size == 8


def test_a_price_from_before_the_desk_began_fills_nothing_at_once() -> None:
    pit = Pit()
    pit.price('100')
    pit.matcher = Matcher(lambda: pit.now, lambda: pit.seq, lambda _: pit.live)
    pit.matcher.load(TradingState([], {}, []))
    pit.take([pit.matcher.open(LOCAL, 'USD', D(1000))])
    assert pit.place(BUY, MARKET, size='1').status is Status.OPEN


def test_what_the_balance_does_not_cover_is_refused_with_the_numbers() -> None:
    pit = Pit()
    pit.price('100')
    pit.place(BUY, LIMIT, size='440', limit_price='100.5', take_profit='150')
    pit.place(BUY, LIMIT, size='880', limit_price='50')
    refused = pit.place(BUY, LIMIT, size='300', limit_price='60', stop_loss='10')
    assert refused.status is Status.REFUSED
    assert refused.reason == (
        'This needs 18,000.00 USD with its fee; 12,000.00 is available: 56,000.00 less 44,000.00 held by 1 open order.'
    )
    assert pit.orders[refused.id + 1].status is Status.CANCELLED
    short = pit.place(SELL, MARKET, size='5')
    assert short.reason == 'This sells 5 BTC; 0 is available: 440 less 440 held by 1 open order.'


def test_a_limit_takes_the_better_quote_on_arrival_and_rests_otherwise() -> None:
    pit = Pit(Terms(spread=D(0), slippage=D(0)))
    pit.price('100')
    assert pit.place(BUY, LIMIT, size='1', limit_price='110').average_price == 100
    resting = pit.place(BUY, LIMIT, size='1', limit_price='90')
    assert pit.price('90') == []
    fill = pit.price('80')[0]
    assert (fill.order_id, fill.price, fill.fee, fill.maker) == (resting.id, D(90), D('0.09'), True)


def test_a_stop_fills_at_what_the_market_gives_after_a_gap() -> None:
    pit = Pit()
    pit.price('100')
    pit.place(BUY, MARKET, size='2')
    stop = pit.place(SELL, STOP, size='2', stop_price='95')
    assert pit.price('96') == []
    assert [(fill.price, fill.rule) for fill in pit.price('80')] == [(D(80), Rule.STOP)]
    assert pit.story(stop) == ['placed', 'triggered', 'filled']


def test_a_stop_limit_that_gapped_past_its_limit_rests_there() -> None:
    pit = Pit()
    pit.price('100')
    entry = pit.place(BUY, STOP_LIMIT, size='1', stop_price='105', limit_price='106')
    assert pit.price('110') == []
    assert pit.orders[entry.id].triggered
    assert [fill.price for fill in pit.price('105.99')] == [106]


def test_a_trailing_stop_follows_the_best_price_and_triggers_at_its_distance() -> None:
    pit = Pit()
    pit.price('100')
    pit.place(BUY, MARKET, size='1')
    trailing = pit.place(SELL, TRAILING, size='1', trail_percent='10')
    pit.price('120')
    assert [(order.id, order.best) for order in pit.matcher.trailed()] == [(trailing.id, D(120))]
    assert pit.matcher.trailed() == []
    assert pit.account.orders[trailing.id].best == 120
    assert pit.price('108.01') == []
    assert [fill.price for fill in pit.price('108')] == [108]


def test_a_gap_beyond_the_money_cuts_a_stop_to_what_is_there_or_refuses_it() -> None:
    for cut, status, size in ((True, Status.FILLED, 800), (False, Status.REFUSED, 0)):
        pit = Pit(Terms(D(0), D(0), D(0), D(0), cut=cut))
        pit.price('90')
        stop = pit.place(BUY, STOP, size='1000', stop_price='100')
        pit.price('125')
        assert (pit.orders[stop.id].status, pit.orders[stop.id].filled_size) == (status, D(size))
        assert ('cut' in pit.story(stop)) is cut
        told = next(event for event in pit.events if event.what in ('cut', 'refused'))
        assert 'At 125.00 it needs 125,000.00 USD with its fee' in told.detail


def test_the_legs_of_a_bracket_sell_what_the_entry_bought_once() -> None:
    pit = Pit()
    pit.price('100')
    entry = pit.place(BUY, LIMIT, size='1', limit_price='95', take_profit='120', stop_loss='80')
    profit, loss = pit.orders[entry.id + 1], pit.orders[entry.id + 2]
    pit.price('79')
    assert pit.account.held(BTC) == 1
    assert [(fill.order_id, fill.price) for fill in pit.price('121')] == [(profit.id, D(120))]
    assert pit.orders[loss.id].reason == 'The take-profit has sold all.'
    assert not pit.account.total(BTC)
    assert not pit.account.orders


def test_when_one_price_satisfies_both_legs_the_stop_counts() -> None:
    pit = Pit()
    pit.price('100')
    entry = pit.place(BUY, MARKET, size='1', take_profit='110', stop_loss='90')
    pit.amend(pit.orders[entry.id + 2], stop_price='109')
    pit.amend(pit.orders[entry.id + 1], limit_price='109.5')
    fills = pit.price('108', bid='112', ask='112')
    assert [(fill.order_id, fill.rule) for fill in fills] == [(entry.id + 2, Rule.STOP)]


def test_the_first_sale_of_a_leg_cancels_the_rest_of_the_entry() -> None:
    pit = Pit(SHARING)
    pit.price('100', volume='5')
    entry = pit.place(BUY, LIMIT, size='2', limit_price='100', take_profit='150', stop_loss='90')
    assert pit.orders[entry.id + 2].size == D('0.5')
    pit.price('101')
    pit.price('85', volume='100')
    assert pit.orders[entry.id].status is Status.CANCELLED
    assert pit.orders[entry.id].filled_size == D('0.5')
    assert pit.account.total(BTC) == 0


def test_an_entry_that_ends_with_nothing_bought_takes_its_legs_with_it() -> None:
    pit = Pit()
    pit.price('100')
    entry = pit.place(BUY, LIMIT, size='1', limit_price='95', take_profit='120', stop_loss='80')
    pit.cancel(entry)
    assert {order.status for order in pit.orders.values()} == {Status.CANCELLED}


def test_two_orders_never_take_the_same_volume_and_the_furthest_gone_through_is_first() -> None:
    pit = Pit(SHARING)
    pit.price('100')
    near = pit.place(BUY, LIMIT, size='1', limit_price='90')
    far = pit.place(BUY, LIMIT, size='1', limit_price='95')
    fills = pit.price('89', volume='15')
    assert [(fill.order_id, fill.size) for fill in fills] == [(far.id, D(1)), (near.id, D('0.5'))]
    assert pit.place(BUY, MARKET, size='1').status is Status.OPEN


@pytest.mark.parametrize(
    ('force', 'status', 'filled'), [('ioc', Status.CANCELLED, '0.5'), ('fok', Status.CANCELLED, '0')]
)
def test_what_does_not_wait_takes_what_there_is_or_all_or_nothing(force: str, status: Status, filled: str) -> None:
    pit = Pit(SHARING)
    pit.price('100', volume='5')
    order = pit.place(BUY, LIMIT, size='1', limit_price='100', time_in_force=TimeInForce(force))
    assert (order.status, order.filled_size) == (status, D(filled))
    assert pit.account.held(None) == 0


def test_without_a_fresh_price_what_does_not_wait_is_cancelled() -> None:
    pit = Pit()
    order = pit.place(BUY, LIMIT, size='1', limit_price='100', time_in_force=TimeInForce.IOC)
    assert order.reason == 'There is no fresh price to fill it at, and it does not wait.'


def test_a_post_only_order_that_would_take_is_refused() -> None:
    pit = Pit()
    pit.price('100')
    order = pit.place(BUY, LIMIT, size='1', limit_price='100', post_only=True)
    assert order.reason == 'Post only: at 100.00 it would fill at once, at the ask of 100.00.'
    resting = pit.place(BUY, LIMIT, size='1', limit_price='99', post_only=True)
    with pytest.raises(Conflict, match='Post only'):
        pit.amend(resting, limit_price='101')
    assert pit.account.orders[resting.id] == resting


def test_an_order_expires_before_the_price_that_comes_at_its_time() -> None:
    pit = Pit()
    pit.price('100')
    late = NOON + timedelta(seconds=30)
    order = pit.place(BUY, LIMIT, size='1', limit_price='90', time_in_force=TimeInForce.GTD, good_till=late)
    pit.later(30)
    assert pit.price('80') == []
    assert pit.orders[order.id].status is Status.EXPIRED
    assert pit.matcher.expire(pit.now) == []


def test_amending_moves_an_order_and_what_it_holds_or_changes_nothing() -> None:
    pit = Pit()
    pit.price('100')
    order = pit.place(BUY, LIMIT, size='1', limit_price='90')
    order = pit.amend(order, size='2', limit_price='80')
    assert (order.revision, pit.account.held(None)) == (2, D(160))
    assert pit.events[-1].detail == 'size 1 → 2, limit 90.00 → 80.00'
    with pytest.raises(Conflict, match=r'This needs 160,000.00 USD with its fee; 100,000.00 is available\.$'):
        pit.amend(order, size='2000')
    pit.place(BUY, LIMIT, size='1', limit_price='50')
    with pytest.raises(Conflict, match=r'99,950.00 is available: 100,000.00 less 50.00 held by 1 other open order\.$'):
        pit.amend(order, size='2000')
    assert pit.account.orders[order.id] == order
    assert pit.amend(order, limit_price='100').status is Status.FILLED


def test_an_order_that_has_ended_or_is_not_there_cannot_be_changed() -> None:
    pit = Pit()
    pit.price('100')
    done = pit.place(BUY, MARKET, size='1')
    with pytest.raises(Conflict, match='has ended'):
        pit.cancel(done)
    with pytest.raises(NotFound):
        pit.matcher.cancel(LOCAL, 99)


@pytest.mark.parametrize(
    ('fields', 'field', 'told'),
    [
        ({'size': '0.015'}, 'size', 'The size goes in steps of 0.01: 0.01 or 0.02 instead of 0.015.'),
        ({'size': '1', 'limit_price': '7.3'}, 'limit_price', 'steps of 0.5: 7 or 7.5 instead of 7.3'),
        ({'quote_size': '0.004'}, 'quote_size', 'An order is worth at least 0.01 USD; this one is worth 0.'),
        (
            {'quote_size': '5', 'limit_price': '999'},
            'quote_size',
            '5 USD does not pay for the smallest size, 0.01 at 999',
        ),
        ({'size': '1', 'take_profit': '8', 'stop_loss': '8'}, 'stop_loss', 'must lie below the take-profit'),
    ],
)
def test_what_cannot_be_an_order_is_told_apart_from_what_is_refused(
    fields: dict[str, str], field: str, told: str
) -> None:
    pit = Pit(steps=Steps(D('0.5'), D('0.01')))
    with pytest.raises(Invalid, match=told) as caught:
        pit.place(BUY, LIMIT, **{'limit_price': '10', **fields})
    assert caught.value.field == field
    assert pit.account.orders == {}


def test_a_market_order_needs_a_price_to_have_been() -> None:
    with pytest.raises(Conflict, match='BTC has no price yet'):
        Pit().place(BUY, MARKET, size='1')


def test_a_reset_cancels_everything_closes_the_book_and_opens_the_next() -> None:
    pit = Pit()
    pit.price('100')
    order = pit.place(BUY, LIMIT, size='1', limit_price='90', stop_loss='10')
    closing, opening = pit.matcher.reset(LOCAL, 'USD', D(500))
    assert {order.status for order in closing.orders} == {Status.CANCELLED}
    assert (closing.book.closed, closing.book.number, opening.book.number) == (NOON, 1, 2)
    assert (pit.account.book, pit.account.totals) == (opening.book, {None: D(500)})
    with pytest.raises(Conflict):
        pit.matcher.cancel(LOCAL, order.id)


def test_numbers_and_orders_go_on_after_a_restart() -> None:
    pit = Pit(PLAIN)
    pit.price('100')
    pit.place(BUY, MARKET, size='2')
    trailing = pit.place(SELL, TRAILING, size='1', trail_amount='10')
    account = pit.account
    orders = list(account.orders.values())
    state = TradingState([account.book], {account.book.id: account.totals}, orders, 2, 1, 2, 1, 2)
    pit.matcher = Matcher(lambda: pit.now, lambda: pit.seq, lambda _: pit.live)
    pit.matcher.load(state)
    assert pit.account.available(BTC) == 1
    assert pit.place(SELL, LIMIT, size='1', limit_price='200').id == 3
    assert [(fill.id, fill.order_id) for fill in pit.price('90')] == [(2, trailing.id)]


def test_a_book_counts_every_decision() -> None:
    pit = Pit()
    assert pit.account.book.revision == 1
    pit.price('100')
    order = pit.place(BUY, LIMIT, size='1', limit_price='90')
    pit.cancel(order)
    pit.price('50')
    assert pit.account.book.revision == 3
