"""How orders and fills are said on the trading page. Pure."""

from decimal import Decimal

from desk.orders import Fill, Kind, Leg, Order, Side, Status
from desk.trading import stop_of
from pages.formats import format_full, format_money, format_price, format_time

LEGS = {Leg.TAKE_PROFIT: 'take profit', Leg.STOP_LOSS: 'stop loss'}
STATES = {
    Status.OPEN: 'open',
    Status.PARTLY_FILLED: 'partly filled',
    Status.FILLED: 'filled',
    Status.CANCELLED: 'cancelled',
    Status.EXPIRED: 'expired',
    Status.REFUSED: 'refused',
}
DO = {Side.BUY: 'Buy', Side.SELL: 'Sell'}
DONE = {Side.BUY: 'Bought', Side.SELL: 'Sold'}
WAYS = {Side.BUY: 'up', Side.SELL: 'down'}


def size_words(order: Order, quote: str) -> str:
    """What an order trades: '0.25', or '500.00 USD worth' while it waits for its first price."""
    if order.size is None:
        return f'{format_money(order.quote_size or Decimal(0))} {quote} worth of'
    return format_full(order.size) if order.size else 'what is bought of'


def kind_words(order: Order) -> str:
    """The order's type with its prices: 'limit 66,000', 'stop 65,000, limit 64,900', 'trailing stop 2 %'."""
    match order.kind:
        case Kind.MARKET:
            return 'at market'
        case Kind.LIMIT:
            return f'limit {_price(order.limit_price)}'
        case Kind.STOP:
            return f'stop {_price(order.stop_price)}'
        case Kind.STOP_LIMIT:
            return f'stop {_price(order.stop_price)}, limit {_price(order.limit_price)}'
    percent = order.trail_percent
    return 'trailing stop ' + (f'{format_full(percent)} %' if percent is not None else _price(order.trail_amount))


def order_words(order: Order, name: str, quote: str) -> str:
    """An order in one line: 'Buy 0.25 BTC, limit 66,000'."""
    return f'{DO[order.side]} {size_words(order, quote)} {name}, {kind_words(order)}'


def order_html(order: Order, name: str, quote: str) -> str:
    """The same for a list; `name` is escaped."""
    side = f'<b class="{WAYS[order.side]}">{DO[order.side]}</b>'
    return f'{side} {size_words(order, quote)} <b dir="auto">{name}</b> {kind_words(order)}'


def state_words(order: Order, zone: str) -> str:
    """Where an open order stands: what is filled, what it waits for, until when."""
    parts = [
        f'{format_full(order.filled_size)} filled' if order.filled_size else '',
        'triggered' if order.triggered else '',
        _trailing(order),
        _leg(order),
        'waits for the next price' if _is_early(order) else '',
        f'until {format_time(order.good_till, zone)}' if order.good_till else '',
        'post only' if order.post_only else '',
    ]
    return ', '.join(filter(None, parts))


def placed_words(order: Order, name: str, quote: str) -> str:
    """What has become of an order that was just placed."""
    average = order.average_price
    if order.status == Status.FILLED and average is not None:
        return f'{DONE[order.side]} {format_full(order.filled_size)} {name} at {format_price(average)}.'
    filled = f'{format_full(order.filled_size)} filled, ' if order.filled_size else ''
    reason = f' {order.reason}' if order.reason else ''
    return f'{order_words(order, name, quote)}: {filled}{STATES[order.status]}.{reason}'


def fill_words(fill: Fill, name: str) -> str:
    """A fill in one line: 'Bought 0.25 BTC at 67,000.00'."""
    return f'{DONE[fill.side]} {format_full(fill.size)} {name} at {format_price(fill.price)}'


def _leg(order: Order) -> str:
    if order.parent_id is None or order.leg == Leg.NONE:
        return ''
    waits = '' if order.size else ', which has not filled yet'
    return f'{LEGS[order.leg]} of order {order.parent_id}{waits}'


def _trailing(order: Order) -> str:
    if order.kind != Kind.TRAILING_STOP or order.best is None or order.triggered:
        return ''
    return f'stop now {format_price(stop_of(order))}, best price {format_price(order.best)}'


def _is_early(order: Order) -> bool:
    """Whether the next price meets it as a taker."""
    return not order.arrived and order.leg == Leg.NONE and order.kind in (Kind.MARKET, Kind.LIMIT)


def _price(price: Decimal | None) -> str:
    return format_full(price) if price is not None else '—'
