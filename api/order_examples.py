"""What the API's documentation shows of orders: their bodies with worked examples."""

from typing import Any

from api.examples import AMOUNT, MOMENT, NAME, TEXT, json_body
from api.order_schemas import OrderOut
from desk.orders import Kind, Side, TimeInForce

ORDER_FIELDS: dict[str, Any] = {
    'name': {**NAME, 'description': 'the coin'},
    'side': {'enum': list(Side)},
    'type': {'enum': list(Kind)},
    'size': {**AMOUNT, 'description': 'in coins'},
    'quote_size': {**AMOUNT, 'description': 'instead of the size: in money; of a buy with fees'},
    'limit_price': AMOUNT,
    'stop_price': AMOUNT,
    'trail_amount': {**AMOUNT, 'description': 'how far a trailing stop follows, in money'},
    'trail_percent': {**AMOUNT, 'description': 'or in per cent of the best price'},
    'time_in_force': {'enum': list(TimeInForce), 'default': 'gtc'},
    'good_till': {**MOMENT, 'description': 'with gtd; ISO 8601'},
    'post_only': {'type': 'boolean', 'default': False, 'description': 'never fill on arrival'},
    'take_profit': {**AMOUNT, 'description': 'a bracket: the limit at which what is bought is sold'},
    'stop_loss': {**AMOUNT, 'description': 'a bracket: the stop at which it is sold'},
    'client_order_id': {
        **TEXT,
        'description': 'your own name of the order: sent again, it places nothing and answers 200',
        'maxLength': 64,
    },
}
ORDER = json_body(
    {
        'type': 'object',
        'additionalProperties': False,
        'required': ['name', 'side', 'type'],
        'properties': ORDER_FIELDS,
    },
    market={'name': 'BTC', 'side': 'buy', 'type': 'market', 'size': '0.1'},
    by_money={'name': 'BTC', 'side': 'buy', 'type': 'market', 'quote_size': '500'},
    limit={
        'name': 'BTC',
        'side': 'sell',
        'type': 'limit',
        'size': '0.1',
        'limit_price': '72000',
        'client_order_id': 'cross-42',
    },
    bracket={
        'name': 'BTC',
        'side': 'buy',
        'type': 'limit',
        'size': '0.1',
        'limit_price': '66500',
        'take_profit': '72000',
        'stop_loss': '64000',
    },
    trailing_stop={'name': 'BTC', 'side': 'sell', 'type': 'trailing_stop', 'size': '0.005', 'trail_percent': '2'},
)
REPEATED: dict[int | str, dict[str, Any]] = {
    200: {'model': OrderOut, 'description': 'this `client_order_id` was placed before: that order as it stands'}
}
AMENDMENT = json_body(
    {
        'type': 'object',
        'additionalProperties': False,
        'minProperties': 1,
        'properties': dict.fromkeys(('size', 'limit_price', 'stop_price'), AMOUNT),
    },
    example={'limit_price': '66400'},
)
NOTE = json_body(
    {
        'type': 'object',
        'additionalProperties': False,
        'required': ['note'],
        'properties': {'note': {**TEXT, 'maxLength': 500}},
    },
    example={'note': 'too early'},
)
RESET = json_body(
    {
        'type': 'object',
        'additionalProperties': False,
        'required': ['confirm'],
        'properties': {'confirm': {**TEXT, 'description': 'the book that ends'}},
    },
    example={'confirm': 'book 1'},
)
TERMS_FIELDS: dict[str, Any] = {
    'maker_fee': {**AMOUNT, 'description': 'per cent'},
    'taker_fee': {**AMOUNT, 'description': 'per cent'},
    'spread': {**AMOUNT, 'description': 'per cent; for prices without bid and ask'},
    'slippage': {**AMOUNT, 'description': 'basis points'},
    'touch': {'type': 'boolean', 'description': 'a resting limit fills when the price touches it'},
    'participation': {**AMOUNT, 'description': 'per cent of the volume of a price; 0 is off'},
    'cut': {'type': 'boolean', 'description': 'a gap beyond the money cuts the order; else it is refused'},
}
TERMS = json_body(
    {'type': 'object', 'additionalProperties': False, 'minProperties': 1, 'properties': TERMS_FIELDS},
    example={'maker_fee': '0.10', 'taker_fee': '0.20', 'slippage': '5'},
)
