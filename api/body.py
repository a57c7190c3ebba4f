"""What a program sends: JSON whose numbers keep their text, and ticks made of it."""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

import orjson
from fastapi import Request

from desk.errors import DeskError, Invalid
from desk.ticks import Tick, parse_name, parse_price, parse_timestamp
from models import Origin

T = TypeVar('T')
BATCH = 10_000
IN_PLACE = 32_768
FIELDS = ('name', 'price', 'timestamp', 'volume', 'bid', 'ask', 'note', 'author')
EXAMPLE = '{"name": "BTC", "price": "67000.12"}'


class Number(str):
    """A JSON number as it was written: 67000.12 stays 67000.12, which a float would not promise."""


async def read(request: Request, parse: Callable[[Any], T], example: str = EXAMPLE) -> T:
    """What `parse` makes of a request's JSON; a big body is parsed in a thread. Raises DeskError."""
    body = await request.body()
    if len(body) <= IN_PLACE:
        return parse(load(body, example))
    return await asyncio.to_thread(lambda: parse(load(body, example)))


def load(body: bytes, example: str = EXAMPLE) -> Any:
    """JSON with every number as a Number; raises DeskError."""
    try:
        orjson.loads(body)  # strict where json is not: NaN, lone surrogates, bottomless nesting
    except orjson.JSONDecodeError as error:
        raise DeskError(f'The body is not JSON: {error}. Send something like {example}.') from None
    return json.loads(body, parse_int=Number, parse_float=Number)


def ticks(sent: Any, now: datetime) -> list[Tick]:
    """The ticks of one object or of a list of up to 10,000; raises Invalid, naming the item."""
    items = sent if isinstance(sent, list) else [sent]
    if len(items) > BATCH:
        raise Invalid(f'Send at most 10,000 prices at a time; this list has {len(items):,}.')
    return [_numbered(item, now, place) for place, item in enumerate(items, 1 if isinstance(sent, list) else 0)]


def fields(sent: Any, allowed: tuple[str, ...], example: str) -> dict[str, Any]:
    """An object that has no other fields than `allowed`, those that are null left out; raises Invalid."""
    if not isinstance(sent, dict):
        raise Invalid(f'Send an object like {example}.')
    for name in sent:
        if name not in allowed:
            raise Invalid(f'There is no field “{name[:40]}” here; there are {", ".join(allowed)}.', name[:40])
    return {name: value for name, value in sent.items() if value is not None}


def text(given: dict[str, Any], name: str, example: str = '') -> str:
    """A field that is text, or '' where it is missing; raises Invalid."""
    value = given.get(name, '')
    if not isinstance(value, str) or isinstance(value, Number):
        raise Invalid(f'The {name} is text in quotes{example and f", like {example}"}.', name)
    if '\0' in value:
        raise Invalid(f'The {name} has a NUL character in it.', name)
    return value


def price(given: dict[str, Any], name: str = 'price') -> Decimal:
    """A field that is a price, as text or as a number; raises Invalid."""
    value = given.get(name, '')
    if not isinstance(value, str):
        raise Invalid(f'The {name} is text or a number, like "67000.12".', name)
    return parse_price(value, name)


def amount(given: dict[str, Any], name: str) -> Decimal:
    """A field that is a number from zero on, as text or as a number; raises Invalid."""
    value = given.get(name, '')
    nothing = isinstance(value, str) and not value.strip('0.') and '0' in value
    return Decimal(0) if nothing and value.count('.') < 2 else price(given, name)


def flag(given: dict[str, Any], name: str) -> bool:
    """A field that is true or false; raises Invalid."""
    value = given.get(name)
    if not isinstance(value, bool):
        raise Invalid(f'“{name}” is true or false, without quotes.', name)
    return value


def _numbered(item: Any, now: datetime, place: int) -> Tick:
    try:
        return _tick(item, now)
    except Invalid as error:
        raise Invalid(f'Item {place}: {error}', error.field) if place else error from None


def _tick(item: Any, now: datetime) -> Tick:
    given = fields(item, FIELDS, EXAMPLE)
    return Tick(
        name=parse_name(text(given, 'name', '"BTC"')),
        price=price(given),
        timestamp=_moment(given) or now,
        source='api',
        origin=Origin.PROGRAM,
        volume=_volume(given),
        bid=price(given, 'bid') if 'bid' in given else None,
        ask=price(given, 'ask') if 'ask' in given else None,
        author=text(given, 'author'),
        note=text(given, 'note'),
    )


def _moment(given: dict[str, Any]) -> datetime | None:
    value = text(given, 'timestamp', '"2026-01-31T14:30:00Z"')
    return parse_timestamp(value) if value else None


def _volume(given: dict[str, Any]) -> Decimal | None:
    return amount(given, 'volume') if 'volume' in given else None
