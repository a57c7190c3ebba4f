"""What the API's documentation shows: request bodies with a worked example, and the errors of an endpoint."""

from typing import Any

from api.schemas import Problem

MEANINGS = {
    400: 'the body cannot be read',
    401: 'nobody has logged in, and no token came along',
    403: 'who asks may not do this',
    404: 'there is no such thing',
    409: 'it is there already, or was changed meanwhile',
    413: 'the body is too large',
    422: 'a rule is broken; the sentence says which and what would be right',
    429: 'a limit is reached; `Retry-After` says when to try again, where waiting helps',
    503: 'the database cannot be written or read now',
    500: 'a fault of the desk',
}
DIGITS = {
    'type': 'string',
    'pattern': r'^(\d{1,10}(\.\d{1,18})?|\d{11,20}(\.\d{1,8})?)$',
    'description': 'at most 20 digits before the point, 18 after it, 28 in all',
}
AMOUNT = {'anyOf': [DIGITS, {'type': 'number', 'minimum': 0}]}
TEXT = {'type': 'string'}
NAME = {**TEXT, 'minLength': 1, 'pattern': r'^\s*[\s\S]{0,50}\s*$'}  # 50 characters without the blanks around it
MOMENT = {  # ISO 8601 has more forms than RFC 3339, and people write a blank for its T
    'anyOf': [{**TEXT, 'format': 'date-time'}, {**TEXT, 'pattern': r'^\s*(\d{4}[\s\S]*)?$'}],
    'description': 'ISO 8601; without a zone in UTC',
}
PRICE = {
    'type': 'object',
    'additionalProperties': False,
    'required': ['name', 'price'],
    'properties': {
        'name': NAME,
        'price': AMOUNT,
        'volume': AMOUNT,
        'bid': AMOUNT,
        'ask': AMOUNT,
        'timestamp': {
            **MOMENT,
            'description': 'when the price held; now where it is missing',
        },
        'author': {**TEXT, 'maxLength': 100},
        'note': {**TEXT, 'maxLength': 500},
    },
}
ONE = {'name': 'BTC', 'price': '67000.12', 'timestamp': '2026-01-31T14:30:00Z', 'note': 'mid of the morning auction'}
TWO = [{'name': 'BTC', 'price': '67000.12'}, {'name': 'PEPE', 'price': '0.00000923', 'volume': '1500000'}]


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors an endpoint may answer with, all of the one form."""
    return {status: {'model': Problem, 'description': MEANINGS[status]} for status in (*statuses, 500)}


def json_body(schema: dict[str, Any], **named: Any) -> dict[str, Any]:
    """A required JSON body with named examples."""
    shown = {name: {'value': value} for name, value in named.items()}
    content = {'application/json': {'schema': nullable(schema), 'examples': shown}}
    return {'requestBody': {'required': True, 'content': content}}


def nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """The same for bodies in which what need not be there may be null: `api.body.fields` leaves that out."""
    if 'anyOf' in schema:
        return {**schema, 'anyOf': [nullable(each) for each in schema['anyOf']]}
    if schema.get('type') == 'array':
        return {**schema, 'items': nullable(schema['items'])}
    if schema.get('type') != 'object':
        return schema
    needed = schema.get('required', ())
    own = schema.get('properties', {}).items()
    shown = {name: each if name in needed else {'anyOf': [each, {'type': 'null'}]} for name, each in own}
    return {**schema, 'properties': shown}


def sentence(example: dict[str, str], *required: str) -> dict[str, Any]:
    """A required JSON object of text fields, those of the example."""
    return json_body(
        {
            'type': 'object',
            'additionalProperties': False,
            'required': list(required),
            'properties': dict.fromkeys(example, TEXT),
        },
        example=example,
    )


PRICES = json_body({'anyOf': [PRICE, {'type': 'array', 'items': PRICE, 'maxItems': 10_000}]}, one=ONE, many=TWO)
CORRECTION = json_body(
    {
        'type': 'object',
        'additionalProperties': False,
        'required': ['price', 'reason'],
        'properties': {'price': AMOUNT, 'reason': TEXT, 'author': TEXT},
    },
    example={'price': '66000.12', 'reason': 'a digit was mistyped', 'author': 'Ada'},
)
WITHDRAWAL = sentence({'reason': 'a test that went to the wrong desk', 'author': 'Ada'}, 'reason')
FOLLOW = sentence({'name': 'PEPE'}, 'name')
RENAME = sentence({'name': 'TON'}, 'name')
MERGE = sentence({'into': 'BTC'}, 'into')
POLICY = json_body(
    {
        'type': 'object',
        'additionalProperties': False,
        'required': ['policy'],
        'properties': {'policy': {'enum': ['latest', 'exchange', 'manual']}},
    },
    example={'policy': 'manual'},
)
CSV = {
    'requestBody': {
        'required': True,
        'content': {
            'text/csv': {'schema': TEXT, 'example': 'name,price,timestamp\nBTC,67000.12,2026-01-31T14:30:00Z\n'},
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
