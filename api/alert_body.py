"""What a program asks of an alert: JSON fields become those of a Draft."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson

from api import body
from api.alert_examples import EXAMPLE, FIELDS
from desk.alert import WINDOWS, Draft, Repeat
from desk.errors import Invalid
from desk.ticks import parse_timestamp

SENT = orjson.dumps(EXAMPLE).decode()
MOST_SEEN = 1000
ENDS = {'name': ('coin', ''), 'watchlist': ('watchlist_id', None), 'expires': ('expires', None)}  # what null takes off


def draft(sent: Any) -> Draft:
    """A whole alert; raises Invalid. That its parts go together is for the desk."""
    asked = _asked(body.fields(sent, FIELDS, SENT))
    return Draft(**{'condition': '', **asked})


def change(sent: Any) -> dict[str, Any]:
    """Fields of a Draft that change; null takes a coin, a watchlist or an expiry away. Raises Invalid."""
    asked = _asked(body.fields(sent, FIELDS, SENT))
    ended = dict(ENDS[name] for name in ENDS if name in sent and sent[name] is None)
    if not asked and not ended:
        raise Invalid('Say what changes, like {"price": "72000"}.')
    return {**ended, **asked}


def until(sent: Any, now: datetime) -> datetime | None:
    """Till when an alert is silent, None for no longer; raises Invalid."""
    given = body.fields(sent, ('until',), '{"until": "2027-01-31T14:30:00Z"}')
    if 'until' not in sent:
        raise Invalid('Say until when, like 2027-01-31T14:30:00Z; null ends the silence.', 'until')
    moment = _moment(given, 'until') if given else None
    if moment is not None and moment <= now:
        raise Invalid(f'{moment:%Y-%m-%d %H:%M:%S} UTC is over; snooze till a later time.', 'until')
    return moment


def seen(sent: Any) -> list[int] | None:
    """The ids of firings, None for all; raises Invalid."""
    wanted = body.fields(sent, ('firings',), '{"firings": [31, 32]}').get('firings')
    if wanted == 'all':
        return None
    if not isinstance(wanted, list) or len(wanted) > MOST_SEEN:
        raise Invalid(f'Name the firings: a list of at most {MOST_SEEN:,} ids, or "all".', 'firings')
    return [_count({'firings': number}, 'firings') for number in wanted]


def _asked(given: dict[str, Any]) -> dict[str, Any]:
    return dict(_field(name, given) for name in given)


def _field(name: str, given: dict[str, Any]) -> tuple[str, Any]:
    field, parse = PARSERS[name]
    return field, parse(given, name)


def _coin(given: dict[str, Any], name: str) -> str:
    if not (text := body.text(given, name, '"BTC"').strip()):
        raise Invalid('Name a coin, like "BTC"; without a name the alert watches all coins.', name)
    return text


def _count(given: dict[str, Any], name: str) -> int:
    value = given[name]
    if not isinstance(value, str) or not value.isascii() or not value.isdecimal() or len(value) > 18:
        raise Invalid(f'“{name}” is a whole number, like 60.', name)
    return int(value)


def _per_cent(given: dict[str, Any], name: str) -> Decimal:
    try:
        return body.price(given, name)
    except Invalid:
        raise Invalid('Give per cents greater than 0, like "5".', name) from None


def _window(given: dict[str, Any], name: str) -> int:
    text = body.text(given, name, '"1h"').strip()
    if text not in WINDOWS:
        raise Invalid(f'A window is one of {", ".join(WINDOWS)}.', name)
    return WINDOWS[text]


def _repeat(given: dict[str, Any], name: str) -> Repeat:
    text = body.text(given, name, '"once"').strip()
    try:
        return Repeat(text)
    except ValueError:
        raise Invalid(f'“{text[:40]}” is no way to repeat; take one of {", ".join(Repeat)}.', name) from None


def _moment(given: dict[str, Any], name: str) -> datetime:
    try:
        return parse_timestamp(body.text(given, name, '"2027-01-31T14:30:00Z"'))
    except Invalid as error:
        raise Invalid(str(error), name) from None


PARSERS: dict[str, tuple[str, Callable[[dict[str, Any], str], Any]]] = {
    'name': ('coin', _coin),
    'watchlist': ('watchlist_id', _count),
    'condition': ('condition', body.text),
    'price': ('price', body.price),
    'percent': ('percent', _per_cent),
    'window': ('window', _window),
    'minutes': ('minutes', _count),
    'repeat': ('repeat', _repeat),
    'cooldown': ('cooldown', _count),
    'rearm': ('rearm', _per_cent),
    'title': ('name', body.text),
    'note': ('note', body.text),
    'message': ('message', body.text),
    'toast': ('toast', body.flag),
    'sound': ('sound', body.flag),
    'expires': ('expires', _moment),
}
