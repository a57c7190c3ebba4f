"""What the broker's tests share: tickets, prices, and waiting for what was decided."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from desk.desk import Desk
from desk.orders import Order, Ticket
from desk.ticket import parse_ticket
from desk.ticks import Tick
from models import Origin, utc_now

FREE = {'maker_fee': Decimal(0), 'taker_fee': Decimal(0), 'spread': Decimal(0), 'slippage': Decimal(0)}


def ticket(**fields: Any) -> Ticket:
    """A market buy of 0.1 BTC, unless something else is said."""
    return parse_ticket({'name': 'BTC', 'side': 'buy', 'type': 'market', 'size': '0.1', **fields})


def limit(price: str, **fields: Any) -> Ticket:
    return ticket(type='limit', limit_price=price, **fields)


def tick(price: str, name: str = 'BTC', origin: Origin = Origin.FEED, late: timedelta = timedelta()) -> Tick:
    return Tick(name, Decimal(price), utc_now() - late, 'test', origin)


async def told(desk: Desk, *prices: str, name: str = 'BTC') -> None:
    """A feed tells these prices, one after the other."""
    for price in prices:
        await desk.submit_many([tick(price, name)])


async def committed(desk: Desk) -> None:
    """Everything that was decided so far is in the database."""
    await desk.broker.dealer.commit(())


async def stored(desk: Desk, order: Order) -> Order:
    return (await desk.broker.story(order.id)).order
