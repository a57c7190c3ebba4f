"""What a stranger might say on the desk's sockets: odd packets, wrong types, other people's ids, broken frames."""

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from tests.fetching import Page

BOTTOMLESS = '[' * 20_000
VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    2**31,
    2**63,
    2**200,
    1.5,
    1e308,
    '',
    '0',
    'x' * 300,
    '\0',
    '\u202e',
    '\ud800',
    '../..',
    '{{7*7}}',
    "'; DROP TABLE coin; --",
    [],
    [[]],
    [None],
    {},
    {'a': {'b': []}},
    ['_placeholder'],
    {'_placeholder': True, 'num': 9},
)
PACKETS = (
    '',
    ' ',
    '4',
    '42',
    '42[]',
    '42[1]',
    '42{}',
    '42null',
    '42[null,null]',
    '42["event"]',
    '42["event",null]',
    '42["event",[]]',
    '42["nothing",{}]',
    '42["connect",{}]',
    '42["disconnect"]',
    '42["event",{},{}]',
    '40{"token":"x"}',
    '40/admin,',
    '42/admin,["event",{}]',
    '41/admin,',
    '43[]',
    '430["x"]',
    '44{"message":"x"}',
    '451-["event",{"_placeholder":true,"num":0}]',
    '46',
    '47',
    '4²[]',
    '42²["event",{}]',
    '42' + '9' * 200 + '["event",{}]',
    '45999999999999-["event"]',
    '0{"sid":"x"}',
    '2',
    '2probe ',
    '6',
    '7',
    '9',
    'b',
    'bAAAA',
    'b====',
    '4' + BOTTOMLESS,
    '42["event",' + '{"a":' * 20_000,
    '42["event",NaN]',
    '42["ack",{"client_id":1e999}]',
    '42["event",{"client_id":"\\ud800"}]',
    '\x1e4',
    'é',
    '🂡',
    '42["log",{"client_id":"x","level":"critical","message":"x"}]',
    '42["event",' + ' ' * 300_000 + '{}]',
    '42[' + '"event",' * 5000 + '{}]',
)
FRAMES = (  # reserved bits and opcodes, lengths that lie, no mask, a close of one byte, half a message
    b'\xf1\x80\0\0\0\0',
    b'\x83\x80\0\0\0\0',
    b'\x8b\xff' + b'\xff' * 8,
    b'\x81\xff\x7f' + b'\xff' * 7,
    b'\x81\x02hi',
    b'\x88\x81\0\0\0\0a',
    b'\x01\x82\0\0\0\0ab',
    b'\x80\x82\0\0\0\0ab',
    b'\x81\x82\0\0\0\0\xff\xfe',
    b'\x89\xfe\x10\x00\0\0\0\0',
    b'GET / HTTP/1.1\r\n\r\n',
    b'\xc1\x85\0\0\0\0\xff\xff\xff\xff\xff',
)
ASKED = (
    '',
    'x',
    '{}',
    '[]',
    'null',
    '5',
    '"x"',
    '{"cryptocurrency":1}',
    '{"cryptocurrency":null}',
    '{"cryptocurrency":["BTC"]}',
    '{"name":[]}',
    '{"name":{}}',
    '{"cryptocurrency":"BTC"}',
    '{"cryptocurrency":"<script>"}',
    '{"name":null}',
    '{"name":"BTC"}',
    '{"name":"\\u202e"}',
    '{"name":"\\ud800"}',
    '{"name":1e999}',
    BOTTOMLESS,
    '{"a":' * 5000,
    '{"name":"' + 'x' * 60_000 + '"}',
    'x' * 70_000,
    'NaN',
    '{"name":"BTC","name":7}',
    '\0',
    '{"cryptocurrency":"' + '🚀' * 50 + '"}',
)


class Stranger:
    """Makes up messages, always the same for a seed. `page` is its own page, `others` the ids of other people's."""

    def __init__(self, page: Page, others: Sequence[str], seed: int) -> None:
        self.page, self.others, self.random = page, others, Random(seed)
        self.own = page.query['client_id']
        self.listeners = [
            (int(ident), event['listener_id'])
            for ident, each in page.elements.items()
            for event in each.get('events', ())
        ]

    def packet(self) -> str | bytes:
        """Anything, most often what no page says."""
        random = self.random
        kinds: dict[Callable[[], str | bytes], int] = {
            lambda: random.choice(PACKETS): 2,
            lambda: random.randbytes(random.randrange(200)): 1,
            lambda: '42' + json.dumps([self._name(), self._wrong(self._name())]): 3,
            lambda: ''.join(chr(random.randrange(1, 0xD800)) for _ in range(random.randrange(30))): 1,
        }
        return random.choices(list(kinds), list(kinds.values()))[0]()

    def shaped(self) -> str:
        """What a page might say, were it anybody's page, and had it other elements and other values."""
        name = self._name()
        return '42' + json.dumps([name, {**self._right(name), 'more': 1}])

    def pressed(self) -> str:
        """Something happens to an element that is there, with details that are none."""
        number, listener = self.random.choice(self.listeners)
        args = [json.dumps(self.random.choice(VALUES[:20])) for _ in range(self.random.randrange(3))]
        return '42' + json.dumps(
            ['event', {'client_id': self.own, 'id': number, 'listener_id': listener, 'args': args}]
        )

    def frame(self) -> bytes:
        """Bytes that are no websocket's."""
        return self.random.choice(FRAMES)

    def asked(self) -> str | bytes:
        """A message to one of the API's own sockets."""
        return self.random.choice(ASKED) if self.random.random() < 0.9 else self.random.randbytes(50)

    def _name(self) -> str:
        return self.random.choice(('handshake', 'event', 'ack', 'log', 'javascript_response'))

    def _right(self, name: str) -> dict[str, Any]:
        random = self.random
        told: dict[str, Any] = {'client_id': random.choice((self.own, *self.others, 'nobody'))}
        if name == 'handshake':
            told |= {'tab_id': 'x', 'document_id': 'x', 'next_message_id': random.choice((0, 10**15, '7'))}
        elif name == 'event':
            number, listener = random.choice(self.listeners)
            told |= {
                'id': random.choice((0, number, 10**9)),
                'listener_id': random.choice((listener[::-1], 'x')),
                'args': ['1'],
            }
        elif name == 'ack':
            told |= {'next_message_id': random.choice((0, 1, 10**15))}
        elif name == 'log':
            told |= {'level': 'error', 'message': 'x\nCRITICAL root: forged'}
        else:
            told |= {'request_id': 'x', 'result': random.choice(VALUES[:20])}
        return told

    def _wrong(self, name: str) -> Any:
        told = self._right(name)
        field = self.random.choice(list(told))
        if self.random.random() < 0.3:
            del told[field]
        else:
            told[field] = self.random.choice(VALUES)
        return told if self.random.random() < 0.9 else self.random.choice(VALUES)
