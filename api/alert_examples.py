"""What the API's documentation shows of alerts and watchlists: their bodies with worked examples."""

from typing import Any

from api.examples import AMOUNT, MOMENT, NAME, TEXT, json_body, sentence
from desk.alert import WINDOWS, Repeat

COUNT = {'anyOf': [{'type': 'integer', 'minimum': 0}, {'type': 'string', 'pattern': r'^\d{1,9}$'}]}
ALERT_FIELDS: dict[str, Any] = {
    'name': {**TEXT, 'description': 'the coin; with neither a name nor a watchlist: all coins'},
    'watchlist': {**COUNT, 'description': 'the id of a watchlist, instead of a coin'},
    'condition': {
        **TEXT,
        'description': 'above, below, crosses, crosses_up, crosses_down (with a price); rises, falls (percent and '
        'window); new_high, new_low; silent (minutes); or one that a plugin has added',
    },
    'price': AMOUNT,
    'percent': AMOUNT,
    'window': {'enum': list(WINDOWS)},
    'minutes': COUNT,
    'repeat': {'enum': list(Repeat), 'default': 'once'},
    'cooldown': {**COUNT, 'description': 'seconds; with every'},
    'rearm': {**AMOUNT, 'description': 'per cent; with rearm'},
    'title': {**TEXT, 'description': "the alert's own name, of at most 50 characters"},
    'note': {**TEXT, 'description': 'at most 500 characters'},
    'message': {
        **TEXT,
        'description': 'to 500 characters, with {name}, {price}, {change_24h}, {time}, {condition}',
    },
    'toast': {'type': 'boolean', 'default': True},
    'sound': {'type': 'boolean', 'default': False},
    'expires': MOMENT,
}
FIELDS = tuple(ALERT_FIELDS)
EXAMPLE = {'name': 'BTC', 'condition': 'crosses_up', 'price': '70000', 'repeat': 'once'}
FALL = {'condition': 'falls', 'percent': '5', 'window': '1h', 'repeat': 'every', 'cooldown': 3600}
ALERT = json_body(
    {'type': 'object', 'additionalProperties': False, 'required': ['condition'], 'properties': ALERT_FIELDS},
    one=EXAMPLE,
    all_coins=FALL,
    rearmed={'name': 'BTC', 'condition': 'above', 'price': '70000', 'repeat': 'rearm', 'rearm': '1'},
)
CHANGE = json_body(
    {'type': 'object', 'additionalProperties': False, 'minProperties': 1, 'properties': ALERT_FIELDS},
    example={'price': '72000'},
    never_ends={'expires': None},
)
SNOOZE = json_body(
    {
        'type': 'object',
        'additionalProperties': False,
        'required': ['until'],
        'properties': {'until': {'anyOf': [MOMENT, {'type': 'null'}]}},
    },
    example={'until': '2027-01-31T14:30:00Z'},
    no_longer={'until': None},
)
SEEN = json_body(
    {
        'type': 'object',
        'additionalProperties': False,
        'required': ['firings'],
        'properties': {'firings': {'anyOf': [{'const': 'all'}, {'type': 'array', 'items': COUNT, 'maxItems': 1000}]}},
    },
    some={'firings': [31, 32]},
    all={'firings': 'all'},
)
NAMES = {'type': 'array', 'items': TEXT, 'maxItems': 1000}
WATCHLIST = json_body(
    {
        'type': 'object',
        'additionalProperties': False,
        'required': ['name'],
        'properties': {'name': NAME, 'coins': NAMES},
    },
    example={'name': 'Majors', 'coins': ['BTC', 'ETH']},
)
LIST_NAME = sentence({'name': 'Majors'}, 'name')
COIN = sentence({'name': 'SOL'}, 'name')
ORDER = json_body(
    {'type': 'object', 'additionalProperties': False, 'required': ['coins'], 'properties': {'coins': NAMES}},
    example={'coins': ['ETH', 'BTC']},
)
LIST_CSV = {
    'requestBody': {
        'required': True,
        'content': {
            'text/csv': {'schema': TEXT, 'example': 'name\nBTC\nETH\n'},
            'multipart/form-data': {
                'schema': {
                    'type': 'object',
                    'required': ['file'],
                    'properties': {'file': {'type': 'string', 'format': 'binary'}},
                }
            },
        },
    }
}
