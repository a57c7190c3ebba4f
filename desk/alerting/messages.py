"""What a firing says: one whole sentence for each condition, or a person's own message with placeholders. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from desk.alert import Alert, Condition, Firing
from desk.sentences import money, plain

PLACEHOLDER = re.compile(r'\{(\w+)\}')
SPANS = {300: '5 minutes', 3600: '1 hour', 86400: '24 hours'}
NONE = '—'
SENTENCES: dict[str, str] = {
    Condition.ABOVE: '{name} is above {level}, at {price}.',
    Condition.BELOW: '{name} is below {level}, at {price}.',
    Condition.CROSSES: '{name} crossed {level}, at {price}.',
    Condition.CROSSES_UP: '{name} crossed {level} upwards, at {price}.',
    Condition.CROSSES_DOWN: '{name} crossed {level} downwards, at {price}.',
    Condition.RISES: '{name} rose {reading} % within {span}, to {price}.',
    Condition.FALLS: '{name} fell {reading} % within {span}, to {price}.',
    Condition.NEW_HIGH: '{name} is at a new 24-hour high of {price}.',
    Condition.NEW_LOW: '{name} is at a new 24-hour low of {price}.',
    Condition.SILENT: '{name} has had no price for {reading} minutes; the last was {price}.',
}
A_MINUTE = '{name} has had no price for 1 minute; the last was {price}.'
PLUGIN = 'The plugin’s condition “{label}” holds for {name}, at {price}.'


@dataclass(frozen=True, slots=True)
class Occasion:
    """A firing without its message, and what the message needs beside it. `label` is that of a plugin's condition."""

    alert: Alert
    firing: Firing
    name: str
    change_24h: Decimal | None = None
    label: str = ''


def message(occasion: Occasion) -> str:
    """What the firing says."""
    if not occasion.alert.message:
        return sentence(occasion)
    return PLACEHOLDER.sub(lambda found: _filled(found, occasion), occasion.alert.message)


def unknown(text: str) -> str | None:
    """The first placeholder in a message that there is not; None: all are known."""
    return next((name for name in PLACEHOLDER.findall(text) if name not in PLACEHOLDERS), None)


def sentence(occasion: Occasion) -> str:
    """What it says by itself."""
    firing = occasion.firing
    minute = firing.condition == Condition.SILENT and firing.reading == 1
    words = A_MINUTE if minute else SENTENCES.get(firing.condition, PLUGIN)
    return words.format(
        name=occasion.name,
        price=money(firing.price),
        level=_money(firing.level),
        reading=plain(firing.reading or Decimal(0)),
        span=SPANS.get(firing.window or 0, NONE),
        label=occasion.label or firing.condition,
    )


def _filled(found: re.Match[str], occasion: Occasion) -> str:
    fill = PLACEHOLDERS.get(found[1])
    return fill(occasion) if fill else found[0]


def _money(price: Decimal | None) -> str:
    return NONE if price is None else money(price)


def _percent(number: Decimal | None, sign: str = '') -> str:
    return NONE if number is None else f'{sign if number > 0 else ""}{plain(number)} %'.replace('-', '−')


PLACEHOLDERS: dict[str, Callable[[Occasion], str]] = {
    'name': lambda it: it.name,
    'price': lambda it: money(it.firing.price),
    'change_24h': lambda it: _percent(it.change_24h, '+'),
    'time': lambda it: f'{it.firing.at:%Y-%m-%d %H:%M:%S} UTC',
    'condition': sentence,
    'level': lambda it: _money(it.firing.level),
    'percent': lambda it: _percent(it.firing.percent),
    'alert': lambda it: it.alert.name,
    'note': lambda it: it.alert.note,
    'count': lambda it: str(it.firing.nth),
}
