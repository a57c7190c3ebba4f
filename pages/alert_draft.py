"""What is written in the form of an alert, as texts, and the desk's draft that is made of it."""

import re
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from desk.alert import Alert, Condition, Draft, Repeat
from desk.errors import Invalid
from desk.ticks import parse_price, parse_timestamp
from pages.formats import format_full

COIN, LIST, ALL = 'coin', 'list', 'all'
NEEDS = {
    Condition.RISES: ('percent', 'window'),
    Condition.FALLS: ('percent', 'window'),
    Condition.SILENT: ('minutes',),
    Condition.NEW_HIGH: (),
    Condition.NEW_LOW: (),
    **dict.fromkeys(
        (Condition.ABOVE, Condition.BELOW, Condition.CROSSES, Condition.CROSSES_UP, Condition.CROSSES_DOWN), ('price',)
    ),
}
PAUSES = {Repeat.EVERY: ('cooldown',), Repeat.REARM: ('rearm',)}
TOGETHER = (  # what the form's sentence says of them is what is kept, whatever another window has done meanwhile
    {'condition', 'coin', 'watchlist_id', 'price', 'percent', 'window', 'minutes'},
    {'repeat', 'cooldown', 'rearm'},
)
CALLED = {'scope': 'watchlist_id', 'watchlist': 'watchlist_id'}
MINUTE, MOST_MINUTES = 60, 525_600
ROUNDED = Decimal('0.003')  # seconds: four decimals of a minute


@dataclass
class Texts:
    """As they are typed. `scope` says which of `coin` and `watchlist` counts; `cooldown` is in minutes."""

    coin: str = ''
    scope: str = COIN
    watchlist: int | None = None
    condition: str = Condition.CROSSES
    price: str = ''
    percent: str = '5'
    window: int = 3600
    minutes: str = '10'
    repeat: Repeat = Repeat.ONCE
    cooldown: str = '5'
    rearm: str = '1'
    name: str = ''
    note: str = ''
    message: str = ''
    toast: bool = True
    sound: bool = False
    channels: tuple[int, ...] = ()
    expires: str = ''

    @property
    def shown(self) -> set[str]:
        """The fields that this condition, scope and repetition need, beyond those that all have."""
        found = {*NEEDS.get(Condition(self.condition), ())} if self.condition in set(Condition) else set()
        found |= {*PAUSES.get(self.repeat, ())}
        return found | {COIN: {'coin'}, LIST: {'watchlist'}, ALL: set()}[self.scope]

    def draft(self, zone: str) -> Draft:
        """The draft; raises Invalid with the field that is wrong. Times are in `zone`."""
        shown = self.shown
        return Draft(
            condition=self.condition,
            coin=self._coin() if 'coin' in shown else '',
            watchlist_id=self._list() if 'watchlist' in shown else None,
            price=parse_price(self.price) if 'price' in shown else None,
            percent=_number(self.percent, 'percent') if 'percent' in shown else None,
            window=self.window if 'window' in shown else None,
            minutes=_minutes(self.minutes, 'minutes') if 'minutes' in shown else None,
            repeat=self.repeat,
            cooldown=_seconds(self.cooldown) if 'cooldown' in shown else 0,
            rearm=_number(self.rearm, 'rearm') if 'rearm' in shown else None,
            name=self.name.strip(),
            note=self.note.strip(),
            message=self.message.strip(),
            toast=self.toast,
            sound=self.sound,
            channels=self.channels,
            expires=_moment(self.expires, zone),
        )

    def _coin(self) -> str:
        if not self.coin.strip():
            raise Invalid('Say which coin to watch, like BTC.', 'coin')
        return self.coin.strip()

    def _list(self) -> int:
        if self.watchlist is None:
            raise Invalid('Choose one of your lists.', 'watchlist')
        return self.watchlist


def texts_of(alert: Alert, coin: str, zone: str) -> Texts:
    """An alert as texts, to be changed; `coin` is the name of its coin."""
    found = Texts(
        coin=coin,
        scope=COIN if alert.coin_id is not None else LIST if alert.watchlist_id is not None else ALL,
        watchlist=alert.watchlist_id,
        condition=alert.condition,
        repeat=alert.repeat,
        name=alert.name,
        note=alert.note,
        message=alert.message,
        toast=alert.toast,
        sound=alert.sound,
        channels=alert.channels,
        window=alert.window or Texts.window,
        expires=f'{alert.expires.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}' if alert.expires else '',
        cooldown=price_text(round(Decimal(alert.cooldown) / MINUTE, 4))
        if alert.repeat is Repeat.EVERY
        else Texts.cooldown,
    )
    for name in ('price', 'percent', 'minutes', 'rearm'):
        if (number := getattr(alert, name)) is not None:
            setattr(found, name, price_text(Decimal(number)))
    return found


def written_over(begun: Texts, now: Texts) -> set[str]:
    """The fields of a Draft that are asked otherwise than when a form began, with those that belong to them."""
    names = {field.name for field in fields(Texts) if getattr(begun, field.name) != getattr(now, field.name)}
    found = {CALLED.get(name, name) for name in names}
    return found.union(*(group for group in TOGETHER if not group.isdisjoint(found)))


def price_text(price: Decimal) -> str:
    """Every digit, as one writes it into a field."""
    return format_full(price).replace(',', '')


def _number(text: str, field: str) -> Decimal:
    """A percentage as it is written; what is too much of it the desk says."""
    try:
        return parse_price(text.replace('%', ''), field)
    except Invalid:
        raise Invalid('Give a percentage greater than zero, like 5 or 0.5.', field) from None


def _minutes(text: str, field: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdecimal() and int(text[:9]) <= MOST_MINUTES):
        raise Invalid('Give a whole number of minutes, like 5.', field)
    return int(text)


def _seconds(text: str) -> int:
    """A cooldown, written in minutes: 1.5 is 90 seconds, 1.6667 is 100, 0 is none."""
    written = re.fullmatch(r'\d{1,6}(\.\d{1,4})?', text.strip(), re.ASCII)
    seconds = Decimal(written[0]) * MINUTE if written else Decimal('0.5')
    if abs(seconds - round(seconds)) > ROUNDED:
        raise Invalid('Give a number of minutes, like 5, or 0 for none.', 'cooldown')
    return round(seconds)


def _moment(text: str, zone: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        return parse_timestamp(text, ZoneInfo(zone))
    except Invalid:
        raise Invalid('Give a day and a time, like 2026-01-31 14:30.', 'expires') from None
