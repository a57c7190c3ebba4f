"""A draft of an alert: each rule with its sentence. Pure."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from alert_models import MESSAGE_LENGTH
from desk.alert import WINDOWS, Condition, Draft, Repeat
from desk.alerting.conditions import CROSSES, LEVELS, MOVES, Conditions
from desk.alerting.messages import PLACEHOLDERS, unknown
from desk.errors import Invalid
from desk.ticks import check_price, parse_name
from models import NAME_LENGTH, NOTE_LENGTH

SHORTEST, LONGEST = 60, 30 * 86400  # seconds of a cooldown
MOST_MINUTES, MOST_CHANNELS = 30 * 1440, 20
GREATEST, STEP = Decimal(100_000), Decimal('0.0001')  # per cent
LENGTHS = {'name': NAME_LENGTH, 'note': NOTE_LENGTH, 'message': MESSAGE_LENGTH}
NUMBERS = {'price': LEVELS, 'percent': MOVES, 'window': MOVES, 'minutes': frozenset({Condition.SILENT})}
MISSING = {
    'price': 'Give the price to watch for, like 70000.',
    'percent': 'Say by how many per cent the price must move, like 5.',
    'window': f'Say within which time the price must move: {", ".join(WINDOWS)}.',
    'minutes': 'Say after how many minutes without a price you want to know, like 10.',
}
UNASKED = {
    'price': 'A price is for the conditions above, below and crosses; this one takes none.',
    'percent': 'Per cents are for the conditions rises and falls; this one takes none.',
    'window': 'A window is for the conditions rises and falls; this one takes none.',
    'minutes': 'Minutes are for the condition silent; this one takes none.',
}


def check_draft(draft: Draft, conditions: Conditions, now: datetime) -> Draft:
    """The draft with its texts trimmed, if its parts go together; raises Invalid.

    That its coin, watchlist and channels exist is for whoever knows them.
    """
    _check_condition(draft, conditions)
    if draft.coin.strip() and draft.watchlist_id is not None:
        raise Invalid('An alert watches one coin or a watchlist, not both.', 'watchlist_id')
    name, note, message = (_text(draft, field) for field in LENGTHS)
    draft = replace(draft, coin=draft.coin.strip(), name=name, note=note, message=message)
    _check_numbers(draft)
    _check_repeat(draft)
    _check_message(draft.message)
    _check_expiry(draft.expires, now)
    if len(draft.channels) > MOST_CHANNELS:
        raise Invalid(f'An alert goes to at most {MOST_CHANNELS} channels.', 'channels')
    price = None if draft.price is None else check_price(draft.price)
    return replace(draft, price=price, channels=tuple(dict.fromkeys(draft.channels)))


def _check_condition(draft: Draft, conditions: Conditions) -> None:
    if not draft.condition:
        raise Invalid('Choose the condition: what the alert waits for.', 'condition')
    if draft.condition not in conditions:
        known = ', '.join([*Condition, *conditions.added])
        raise Invalid(f'There is no condition “{draft.condition[:40]}”; take one of {known}.', 'condition')


def _text(draft: Draft, name: str) -> str:
    text: str = getattr(draft, name).strip()
    most = LENGTHS[name]
    if len(text) > most:
        raise Invalid(f'A {name} has at most {most} characters; this one has {len(text):,}.', name)
    if any(ord(char) < 32 and char not in '\n\r\t' for char in text):
        raise Invalid(f'A {name} is text; this one has a control character.', name)
    return parse_name(text) if name == 'name' and text else text


def _check_numbers(draft: Draft) -> None:
    for name, takers in NUMBERS.items():
        if draft.condition in takers and getattr(draft, name) is None:
            raise Invalid(MISSING[name], name)
        if draft.condition not in takers and getattr(draft, name) is not None:
            raise Invalid(UNASKED[name], name)
    if draft.percent is not None:
        most = Decimal(100) if draft.condition == Condition.FALLS else GREATEST
        _check_percent(draft.percent, most, 'percent')
    if draft.window is not None and draft.window not in WINDOWS.values():
        raise Invalid(f'A window is one of {", ".join(WINDOWS)}.', 'window')
    if draft.minutes is not None and not 1 <= draft.minutes <= MOST_MINUTES:
        raise Invalid(f'Give the minutes of silence as a whole number from 1 to {MOST_MINUTES:,}.', 'minutes')


def _check_percent(number: Decimal, most: Decimal, field: str) -> None:
    if not number.is_finite() or not 0 < number < most:
        raise Invalid(f'Give per cents greater than 0 and less than {most:,}, like 5.', field)
    if number != number.quantize(STEP):
        raise Invalid('Per cents have at most 4 digits after the point.', field)


def _check_repeat(draft: Draft) -> None:
    free = draft.condition in CROSSES or draft.condition == Condition.SILENT
    if draft.repeat != Repeat.EVERY and draft.cooldown:
        raise Invalid('A cooldown is for alerts that fire every time.', 'cooldown')
    if not 0 <= draft.cooldown <= LONGEST:
        raise Invalid(f'Give the cooldown in seconds, from 0 to {LONGEST:,}.', 'cooldown')
    if draft.repeat == Repeat.EVERY and not free and draft.cooldown < SHORTEST:
        raise Invalid(
            f'This condition can hold at every price: give a cooldown of at least {SHORTEST} seconds.', 'cooldown'
        )
    _check_rearm(draft)


def _check_rearm(draft: Draft) -> None:
    if draft.repeat != Repeat.REARM:
        if draft.rearm is not None:
            raise Invalid('Going back by per cents is for alerts that are re-armed.', 'rearm')
        return
    if draft.condition == Condition.SILENT:
        raise Invalid('A silence cannot be re-armed by a price; let the alert fire once or every time.', 'repeat')
    if draft.rearm is None:
        raise Invalid('Say by how many per cent the price must go back before the alert is armed again.', 'rearm')
    _check_percent(draft.rearm, Decimal(100), 'rearm')


def _check_message(text: str) -> None:
    name = unknown(text)
    if name is not None:
        known = ', '.join(f'{{{known}}}' for known in PLACEHOLDERS)
        raise Invalid(f'There is no placeholder {{{name[:40]}}}; take one of {known}.', 'message')


def _check_expiry(expires: datetime | None, now: datetime) -> None:
    if expires is None:
        return
    if expires.tzinfo is None:
        raise Invalid('A time needs a zone; write it like 2026-01-31T14:30:00Z.', 'expires')
    if expires <= now:
        raise Invalid(f'{expires:%Y-%m-%d %H:%M:%S} UTC is over; an alert expires at a later time.', 'expires')
