"""What a desk and its exchange process say to each other: one JSON object a line over the child's stdin and stdout.

The desk says                                     The child says
  do: follow  coins {name: pair},                   is: loaded   label
              since {name: ms}, filled [names]      is: markets  pairs {name: pair}, full_names {name: text},
                                                               precisions {pair: [step of prices, of sizes]}
  do: unfollow  names                               is: ticks    rows [[name, price, ms|null, volume, bid, ask]]
  do: more      (a bars message is done with)       is: bars     name, interval, rows [[ms, o, h, l, c, v]]
                                                    is: filled   name, error
                                                    is: pulse    error, outages, reconnects, conflated
Prices and volumes are texts as the exchange wrote them, or null. The child ends when its stdin does.
"""

from typing import Any

import orjson

Message = dict[str, Any]
LINE_LIMIT = 1024 * 1024  # twice as much may wait to be read


def encode(message: Message) -> bytes:
    """One line."""
    return orjson.dumps(message) + b'\n'


def decode(line: bytes) -> Message:
    """The message of a line; raises ValueError where it is none."""
    message = orjson.loads(line)
    if not isinstance(message, dict):
        raise ValueError('a message is a JSON object')
    return message
