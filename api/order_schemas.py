"""The shapes of paper orders and fills that leave the API. Sizes are in coins, money in the desk's quote currency."""

from datetime import datetime

from pydantic import Field

from api.schemas import Exact, Shape
from desk.orders import Kind, Leg, Rule, Side, Status, TimeInForce

WHEN = '2026-01-31T14:30:00Z'


class OrderOut(Shape):
    """An order as it stands; what it was not given is null."""

    id: int = Field(examples=[17])
    name: str = Field(description='the coin', examples=['BTC'])
    side: Side = Field(examples=['buy'])
    type: Kind = Field(validation_alias='kind', examples=['limit'])
    status: Status = Field(description='the last four are its end', examples=['partly_filled'])
    size: Exact | None = Field(description='null while an order by money waits for its price', examples=['0.1'])
    quote_size: Exact | None = Field(description='the money it was asked for with', examples=[None])
    limit_price: Exact | None = Field(examples=['66500'])
    stop_price: Exact | None = Field(description='of a trailing stop: where it stands now', examples=[None])
    trail_amount: Exact | None = Field(examples=[None])
    trail_percent: Exact | None = Field(examples=[None])
    time_in_force: TimeInForce = Field(examples=['gtc'])
    good_till: datetime | None = Field(examples=[None])
    post_only: bool = Field(examples=[False])
    filled_size: Exact = Field(examples=['0.04'])
    remaining: Exact = Field(examples=['0.06'])
    average_price: Exact | None = Field(description='of its fills, without fees', examples=['66500'])
    fees: Exact = Field(examples=['2.66'])
    reason: str = Field(description='why it was refused, cut, cancelled or expired', examples=[''])
    triggered: bool = Field(description='a stop that was reached', examples=[False])
    parent: int | None = Field(
        validation_alias='parent_id', description='a leg of a bracket: its entry', examples=[None]
    )
    leg: Leg = Field(description='which leg; empty for other orders', examples=[''])
    client_order_id: str = Field(examples=['cross-42'])
    placed: datetime = Field(examples=[WHEN])
    updated: datetime = Field(examples=[WHEN])


class FillOut(Shape):
    """One trade: what made it, and which price and quote it was made of."""

    id: int = Field(examples=[23])
    order: int = Field(validation_alias='order_id', examples=[17])
    name: str = Field(examples=['BTC'])
    side: Side = Field(examples=['buy'])
    size: Exact = Field(examples=['0.04'])
    price: Exact = Field(examples=['66500'])
    value: Exact = Field(description='size × price', examples=['2660'])
    fee: Exact = Field(examples=['2.66'])
    maker: bool = Field(examples=[True])
    rule: Rule = Field(description='which rule of docs/trading-rules.md filled it', examples=['resting limit'])
    at: datetime = Field(examples=[WHEN])
    tick_price: Exact = Field(description='the price that filled it', examples=['66498.5'])
    tick_time: datetime = Field(examples=[WHEN])
    tick_source: str = Field(examples=['coinbase'])
    bid: Exact = Field(examples=['66498.2'])
    ask: Exact = Field(examples=['66498.9'])
    note: str = Field(examples=['too early'])


class EventOut(Shape):
    """A step in an order's life."""

    at: datetime = Field(examples=[WHEN])
    what: str = Field(description='placed, amended, triggered, filled, cancelled …', examples=['placed'])
    detail: str = Field(examples=[''])


class StoryOut(OrderOut):
    """An order with all that became of it, oldest first."""

    events: list[EventOut]
    fills: list[FillOut]


class OrderSnapshot(Shape):
    """The first message of /ws/orders: the newest open orders; `more`: there are others."""

    orders: list[OrderOut]
    more: bool


class OrderChange(Shape):
    """A message of /ws/orders: an order as it is now, what happened to it and what filled it."""

    order: OrderOut
    events: list[EventOut]
    fills: list[FillOut]


class OrderPage(Shape):
    """A page of orders, newest first."""

    orders: list[OrderOut]
    cursor: str = Field(description='hand it in to get the next page; empty when there is none')


class FillPage(Shape):
    """A page of fills, newest first."""

    fills: list[FillOut]
    cursor: str = Field(description='hand it in to get the next page; empty when there is none')


class EstimateOut(Shape):
    """What an order would do now; nothing is placed."""

    size: Exact | None = Field(description='null where no price is known yet', examples=['0.1'])
    price: Exact | None = Field(description='where it would fill now, or wait', examples=['67033.6'])
    value: Exact = Field(examples=['6703.36'])
    fee: Exact = Field(examples=['13.40672'])
    total: Exact = Field(description='what it would cost, or bring, with the fee', examples=['6716.76672'])
    at_once: bool = Field(examples=[True])
    maker: bool = Field(examples=[False])
    holds: Exact = Field(description='what it holds while it waits: money of a buy, coins of a sell', examples=['0'])
    available: Exact = Field(description='of what it pays with', examples=['100000'])
    bid: Exact | None = Field(examples=['66999.9'])
    ask: Exact | None = Field(examples=['67000.1'])
    age: float | None = Field(description='seconds since that price came in', examples=[0.4])
    notes: list[str] = Field(description='what one should know before', examples=[[]])
    refusal: str = Field(description='why it would be refused; empty if it would not', examples=[''])
