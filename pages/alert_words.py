"""What alerts, their states and their firings say: one whole sentence for each case, so that each can be translated.

Pure. A sentence has up to three forms, by what is watched: one coin, the coins of a list, all coins.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from desk.alert import Alert, Condition, Delivery, Draft, Repeat, Status
from desk.market import per_cent
from pages.formats import format_deviation, format_full, format_price, format_time

CHOICES: dict[str, str] = {
    Condition.CROSSES: 'Crosses a price',
    Condition.CROSSES_UP: 'Crosses a price upwards',
    Condition.CROSSES_DOWN: 'Crosses a price downwards',
    Condition.ABOVE: 'Is above a price',
    Condition.BELOW: 'Is below a price',
    Condition.RISES: 'Rises by a percentage',
    Condition.FALLS: 'Falls by a percentage',
    Condition.NEW_HIGH: 'Reaches a new 24-hour high',
    Condition.NEW_LOW: 'Reaches a new 24-hour low',
    Condition.SILENT: 'Has no new price for a while',
}
WINDOW_WORDS = {300: '5 minutes', 3600: '1 hour', 86400: '24 hours'}
COIN, LIST, ALL = range(3)  # the forms of a sentence
WATCHES: dict[str, tuple[str, str, str]] = {
    Condition.ABOVE: ('{name} is above {price}.', 'A coin of “{name}” is above {price}.', 'Any coin is above {price}.'),
    Condition.BELOW: ('{name} is below {price}.', 'A coin of “{name}” is below {price}.', 'Any coin is below {price}.'),
    Condition.CROSSES: ('{name} crosses {price}.', 'A coin of “{name}” crosses {price}.', 'Any coin crosses {price}.'),
    Condition.CROSSES_UP: (
        '{name} crosses {price} upwards.',
        'A coin of “{name}” crosses {price} upwards.',
        'Any coin crosses {price} upwards.',
    ),
    Condition.CROSSES_DOWN: (
        '{name} crosses {price} downwards.',
        'A coin of “{name}” crosses {price} downwards.',
        'Any coin crosses {price} downwards.',
    ),
    Condition.RISES: (
        '{name} rises by {percent} % within {window}.',
        'A coin of “{name}” rises by {percent} % within {window}.',
        'Any coin rises by {percent} % within {window}.',
    ),
    Condition.FALLS: (
        '{name} falls by {percent} % within {window}.',
        'A coin of “{name}” falls by {percent} % within {window}.',
        'Any coin falls by {percent} % within {window}.',
    ),
    Condition.NEW_HIGH: (
        '{name} reaches a new 24-hour high.',
        'A coin of “{name}” reaches a new 24-hour high.',
        'Any coin reaches a new 24-hour high.',
    ),
    Condition.NEW_LOW: (
        '{name} reaches a new 24-hour low.',
        'A coin of “{name}” reaches a new 24-hour low.',
        'Any coin reaches a new 24-hour low.',
    ),
    Condition.SILENT: (
        '{name} has no new price for {minutes} min.',
        'A coin of “{name}” has no new price for {minutes} min.',
        'Any coin has no new price for {minutes} min.',
    ),
}
OTHER = ('“{label}” holds for {name}.', '“{label}” holds for a coin of “{name}”.', '“{label}” holds for any coin.')
ONCE = ('It fires once.', 'It fires once for each coin.', 'It fires once for each coin.')
EVERY = (
    'It fires every time.',
    'It fires every time, for each coin by itself.',
    'It fires every time, for each coin by itself.',
)
COOLED = (
    'It fires every time, at most once in {cooldown}.',
    'It fires every time, for each coin at most once in {cooldown}.',
    'It fires every time, for each coin at most once in {cooldown}.',
)
REARMED = (
    'It fires again only after the price has gone back by {rearm} %.',
    'It fires again for a coin only after that price has gone back by {rearm} %.',
    'It fires again for a coin only after that price has gone back by {rearm} %.',
)
UNITS = ((86400, '{count} d'), (3600, '{count} h'), (60, '{count} min'), (1, '{count} s'))
STATES = {
    Status.ACTIVE: 'Active',
    Status.PAUSED: 'Paused',
    Status.FIRED: 'Fired',
    Status.ACKNOWLEDGED: 'Acknowledged',
    Status.EXPIRED: 'Expired',
    Status.DELETED: 'Deleted',
}
SNOOZED = 'snoozed'
STATE_LABELS: dict[str, str] = {**{status.value: words for status, words in STATES.items()}, SNOOZED: 'Snoozed'}
SINCE = {
    Status.ACTIVE: 'It fired last at {time}.',
    Status.PAUSED: 'It fired last at {time}.',
    Status.FIRED: 'It fired at {time}.',
    Status.ACKNOWLEDGED: 'It fired at {time}, which was acknowledged.',
}
SENTENCES = {
    'list_gone': 'Its list was deleted, so it watches nothing.',
    'expires': 'It expires at {time}.',
    'expired': 'It expired at {time}.',
    'snoozed': 'It is silent until {time}.',
    'sent': 'Sent to {channel} at {time}.',
    'due': 'On its way to {channel}.',
    'again': 'Not yet sent to {channel}: {error} The next try is at {time}.',
    'failed': 'Not sent to {channel}: {error}',
}
NOW = {
    'at': 'It stands exactly there now.',
    'above': 'It stands at {price} now, {away} above.',
    'below': 'It stands at {price} now, {away} below.',
    'none': 'It stands at {price} now.',
}
PROMISES = {
    (True, False, False): 'When that happens, every open window shows it.',
    (True, True, False): 'When that happens, every open window shows it, with a tone.',
    (
        True,
        False,
        True,
    ): 'When that happens, every open window shows it, and it is sent to the channels that are chosen.',
    (True, True, True): (
        'When that happens, every open window shows it, with a tone, and it is sent to the channels that are chosen.'
    ),
    (False, False, False): 'When that happens, it is listed and the bell counts it.',
    (False, True, False): 'When that happens, every open window sounds a tone, and the bell counts it.',
    (False, False, True): 'When that happens, it is sent to the channels that are chosen, and the bell counts it.',
    (False, True, True): 'When that happens, a tone sounds, and it is sent to the channels that are chosen.',
}
AWAY = {'at': 'at {level}', 'above': '{away} above {level}', 'below': '{away} below {level}'}
FIRST = {
    'already': 'That is so already: it fires at the next price.',
    'leave': 'The price has to move away first, and then come back.',
    'fall': 'The price has to fall below that first.',
    'rise': 'The price has to rise above that first.',
}


def state_of(alert: Alert, now: datetime) -> str:
    """Its status, or 'snoozed' while it is that."""
    asleep = alert.status is Status.ACTIVE and alert.snoozed is not None and alert.snoozed > now
    return SNOOZED if asleep else alert.status.value


def watch_words(alert: Alert | Draft, name: str, labels: Mapping[str, str], form: int = COIN) -> str:
    """What it watches: 'BTC crosses 70,000.00.'; `name` is the coin's or the list's, `labels` those of plugins."""
    return WATCHES.get(alert.condition, OTHER)[form].format(
        name=name,
        label=labels.get(alert.condition, alert.condition),
        price=exact_price(alert.price),
        percent=_plain(alert.percent),
        window=WINDOW_WORDS.get(alert.window or 0, ''),
        minutes=alert.minutes,
    )


def repeat_words(alert: Alert | Draft, form: int = COIN) -> str:
    """How often it fires."""
    if alert.repeat is Repeat.ONCE:
        return ONCE[form]
    if alert.repeat is Repeat.REARM:
        return REARMED[form].format(rearm=_plain(alert.rearm))
    return (COOLED if alert.cooldown else EVERY)[form].format(cooldown=span_words(alert.cooldown))


def promise_words(draft: Draft) -> str:
    """What will be done when it fires."""
    return PROMISES[draft.toast, draft.sound, bool(draft.channels)]


def state_words(alert: Alert, zone: str, now: datetime) -> str:
    """Where it is in its life, beside the label of its state: when it fired, until when it is silent, its end."""
    if alert.status is Status.EXPIRED:
        return _at(SENTENCES['expired'], alert.expires, zone)
    said = [_at(SENTENCES['snoozed'], alert.snoozed, zone)] if state_of(alert, now) == SNOOZED else []
    said += [_at(SINCE[alert.status], alert.fired, zone)] if alert.fired and alert.status in SINCE else []
    said += [_at(SENTENCES['expires'], alert.expires, zone)] if alert.status in (Status.ACTIVE, Status.PAUSED) else []
    return ' '.join(filter(None, said))


def delivery_words(delivery: Delivery, channel: str, zone: str) -> str:
    """Where a firing is on its way to a channel, and why it is not there."""
    if delivery.state in ('due', 'sending'):
        words = SENTENCES['again' if delivery.error else 'due']
    else:
        words = SENTENCES[delivery.state]
    moment = delivery.sent or delivery.due
    return words.format(channel=channel, error=_ended(delivery.error), time=format_time(moment, zone))


def distance_words(level: Decimal | None, price: Decimal) -> str:
    """Where the live price is: 'It stands at 67,000.12 now, 4.28 % below.'"""
    if level is None:
        return NOW['none'].format(price=format_price(price))
    return NOW[_place(price, level)].format(price=format_price(price), away=_away(price, level))


def away_words(level: Decimal, price: Decimal) -> str:
    """The same for beside the live price: '4.28 % below 70,000.00'."""
    return AWAY[_place(price, level)].format(away=_away(price, level), level=exact_price(level))


def first_words(draft: Draft, price: Decimal) -> str:
    """What has to happen before it can fire, or that it fires at once; '' where that goes without saying."""
    level, condition = draft.price, draft.condition
    if level is None:
        return ''
    if price == level:
        return FIRST['leave'] if condition not in (Condition.ABOVE, Condition.BELOW) else ''
    if condition == (Condition.ABOVE if price > level else Condition.BELOW):
        return FIRST['already']
    if condition == (Condition.CROSSES_UP if price > level else Condition.CROSSES_DOWN):
        return FIRST['fall' if price > level else 'rise']
    return ''


def span_words(seconds: int) -> str:
    """A span of time in its largest whole unit: '90 s', '5 min', '2 h'."""
    unit, words = next((unit, words) for unit, words in UNITS if seconds % unit == 0)
    return words.format(count=seconds // unit)


def _place(price: Decimal, level: Decimal) -> str:
    return 'at' if price == level else 'above' if price > level else 'below'


def _away(price: Decimal, level: Decimal) -> str:
    return format_deviation(abs(per_cent(price, level) or Decimal(0))).lstrip('+')


def _at(sentence: str, moment: datetime | None, zone: str) -> str:
    return sentence.format(time=format_time(moment, zone)) if moment else ''


def exact_price(price: Decimal | None) -> str:
    """Every digit, and as many as the price deserves where it has fewer."""
    if price is None:
        return ''
    shown = format_price(price)
    return shown if Decimal(shown.replace(',', '')) == price else format_full(price)


def _plain(number: Decimal | None) -> str:
    return '' if number is None else format_full(number)


def _ended(error: str) -> str:
    """An error is a sentence: it ends like one."""
    return error if error.endswith(('.', '!', '?', '…')) or not error else f'{error}.'
