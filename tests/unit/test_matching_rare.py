"""What chance seldom makes: the Matcher beside the reference, step by step."""

from decimal import Decimal

import pytest

from desk.orders import Kind, Side, Status, Steps, Terms, Ticket
from desk.ticks import Tick
from models import Coin, Origin
from tests.unit.reference_orders import Paper
from tests.unit.trading_world import World

TENTH = Terms(spread=Decimal(0), slippage=Decimal(0), participation=Decimal(10))
ALL = Terms(spread=Decimal(0), slippage=Decimal(0))


@pytest.fixture
def world() -> World:
    """A coin at 10, of which Ada has bought 20 with 1000."""
    world = World({1: Coin(id=1, name='BTC', key='btc')}, {'ada': Decimal(1000)})
    price(world, '10')
    order(world, Side.BUY, Kind.MARKET, '20', ALL)
    return world


def price(world: World, price: str, volume: str | None = None) -> None:
    tick = Tick('BTC', Decimal(price), world.now, 'feed', Origin.FEED, Decimal(volume) if volume else None)
    world.apply(1, world.number(1, tick))


def order(world: World, side: Side, kind: Kind, size: str, terms: Terms = TENTH, **more: str | bool) -> Paper:
    exact = {name: Decimal(value) if isinstance(value, str) else value for name, value in more.items()}
    ticket = Ticket('BTC', side, kind, size=Decimal(size), **exact)  # type: ignore[arg-type]
    paper = world.place('ada', 1, ticket, Steps(Decimal('0.01'), Decimal('0.01')), terms)
    assert paper is not None
    return paper


def test_who_is_amended_goes_to_the_end_of_the_queue(world: World) -> None:
    first = order(world, Side.SELL, Kind.STOP, '5', stop_price='9')
    second = order(world, Side.SELL, Kind.STOP, '5', stop_price='9')
    world.amend(first, size=Decimal(6))
    price(world, '9', volume='30')
    assert [first.filled, second.filled] == [0, 3]


def test_the_queue_outlives_a_restart(world: World) -> None:
    first = order(world, Side.SELL, Kind.STOP, '5', stop_price='9')
    world.restart()
    second = order(world, Side.SELL, Kind.STOP, '5', stop_price='9')
    price(world, '9', volume='30')
    assert [first.filled, second.filled] == [3, 0]


def test_the_limit_that_is_gone_through_furthest_comes_first(world: World) -> None:
    near = order(world, Side.BUY, Kind.LIMIT, '5', limit_price='8')
    far = order(world, Side.BUY, Kind.LIMIT, '5', limit_price='9')
    price(world, '7', volume='60')
    assert [near.filled, far.filled] == [1, 5]


def test_takers_come_before_limits(world: World) -> None:
    limit = order(world, Side.BUY, Kind.LIMIT, '5', limit_price='9')
    stop = order(world, Side.SELL, Kind.STOP, '5', stop_price='8')
    price(world, '8', volume='60')
    assert [limit.filled, stop.filled] == [1, 5]


def test_the_first_sale_by_a_leg_ends_its_entry(world: World) -> None:
    entry = order(world, Side.BUY, Kind.LIMIT, '5', limit_price='9', take_profit='11', stop_loss='5')
    price(world, '8', volume='20')
    assert [entry.status, entry.filled] == [Status.PARTLY_FILLED, 2]
    price(world, '12', volume='10')
    profit, loss = (paper for paper in world.reference.orders if paper.parent is entry)
    assert [entry.status, profit.filled, loss.remaining] == [Status.CANCELLED, 1, 1]
    price(world, '5', volume='10')
    assert (profit.status, loss.status) == (Status.CANCELLED, Status.FILLED)


def test_a_leg_does_not_sell_at_a_price_that_its_entry_buys_at(world: World) -> None:
    entry = order(world, Side.BUY, Kind.LIMIT, '5', ALL, limit_price='9', take_profit='7', stop_loss='5')
    price(world, '8')
    profit = next(paper for paper in world.reference.orders if paper.parent is entry)
    assert [entry.filled, profit.filled] == [5, 0]
    price(world, '8')
    assert profit.filled == 5


def test_what_has_to_wait_must_be_covered_too(world: World) -> None:
    price(world, '10', volume='10')
    assert order(world, Side.BUY, Kind.MARKET, '100').status is Status.REFUSED
    assert order(world, Side.BUY, Kind.MARKET, '70').filled == 1


def test_a_buy_that_gapped_uses_what_others_leave(world: World) -> None:
    stop = order(world, Side.BUY, Kind.STOP, '60', ALL, stop_price='11')
    order(world, Side.BUY, Kind.LIMIT, '10', limit_price='5')
    price(world, '15')  # of 799.60 the limit holds 50.10: 749.50 / (15 × 1.002) = 49.86…
    assert (stop.status, stop.size) == (Status.FILLED, Decimal('49.86'))


def test_a_post_only_order_that_was_filled_in_part_is_cancelled_where_it_would_take(world: World) -> None:
    price(world, '10', volume='10')
    paper = order(world, Side.BUY, Kind.LIMIT, '5', limit_price='9', post_only=True)
    price(world, '8', volume='20')
    world.later(61)
    world.amend(paper, limit_price=Decimal(11))
    price(world, '10', volume='10')
    assert (paper.status, paper.filled) == (Status.CANCELLED, Decimal(2))


def test_what_one_price_filled_is_gone_for_the_next_order(world: World) -> None:
    price(world, '10', volume='50')
    order(world, Side.BUY, Kind.MARKET, '3', ALL)
    assert order(world, Side.BUY, Kind.MARKET, '5').filled == 2
