"""An order as people and programs ask for it, made into a Ticket: each rule of combination with its sentence. Pure."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from desk.errors import Invalid
from desk.matching.account import Estimate
from desk.orders import Kind, Side, Ticket, TimeInForce
from desk.ticks import parse_name, parse_price, parse_timestamp

Choice = TypeVar('Choice', bound=StrEnum)
CLIENT_ORDER_ID_LENGTH = 64
NUMBERS = {
    'size': 'size',
    'quote_size': 'amount of money',
    'limit_price': 'limit price',
    'stop_price': 'stop price',
    'trail_amount': 'distance',
    'trail_percent': 'distance in per cent',
    'take_profit': 'take-profit price',
    'stop_loss': 'stop-loss price',
}
NEEDS: dict[Kind, tuple[str, ...]] = {
    Kind.MARKET: (),
    Kind.LIMIT: ('limit_price',),
    Kind.STOP: ('stop_price',),
    Kind.STOP_LIMIT: ('stop_price', 'limit_price'),
    Kind.TRAILING_STOP: (),
}
TIMES: dict[Kind, tuple[TimeInForce, ...]] = {
    Kind.MARKET: (TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK),
    Kind.LIMIT: tuple(TimeInForce),
    Kind.STOP: (TimeInForce.GTC, TimeInForce.GTD),
    Kind.STOP_LIMIT: (TimeInForce.GTC, TimeInForce.GTD),
    Kind.TRAILING_STOP: (TimeInForce.GTC, TimeInForce.GTD),
}
WORDS = {
    Kind.MARKET: 'market order',
    Kind.LIMIT: 'limit order',
    Kind.STOP: 'stop order',
    Kind.STOP_LIMIT: 'stop-limit order',
    Kind.TRAILING_STOP: 'trailing stop',
}
KNOWN = {'type', *(field.name for field in fields(Ticket))} - {'kind'}
UNASKED = {'name', 'client_order_id'}


def parse_ticket(asked: Mapping[str, Any]) -> Ticket:
    """The order that these fields ask for, texts as they were typed; '' and None count as not given.

    The names are those of `Ticket`, and `type` for its kind. Raises Invalid with the name of the field that is wrong.
    That `good_till` lies ahead is for `check_good_till`, which has a clock.
    """
    given = {name: value for name, value in asked.items() if not _is_blank(value)}
    for name in sorted(given.keys() - KNOWN):
        raise Invalid(f'An order has no “{str(name)[:40]}”; it has {", ".join(sorted(KNOWN))}.', str(name))
    kind = _choice(given, 'type', Kind, 'type of order')
    numbers = {name: parse_number(given[name], name) for name in NUMBERS if name in given}
    ticket = Ticket(
        name=parse_name(_text(given.get('name', ''), 'name')),
        side=_choice(given, 'side', Side, 'side'),
        kind=kind,
        time_in_force=_choice({'time_in_force': 'gtc', **given}, 'time_in_force', TimeInForce, 'time in force'),
        good_till=_moment(given['good_till']) if 'good_till' in given else None,
        post_only=_flag(given.get('post_only', False)),
        client_order_id=_client_order_id(_text(given.get('client_order_id', ''), 'client_order_id')),
        **numbers,
    )
    return check_ticket(ticket, 'quote_size' if 'quote_size' in asked and 'size' not in asked else 'size')


def check_ticket(ticket: Ticket, sized: str = 'size') -> Ticket:
    """The ticket itself if its parts go together; raises Invalid. A missing size is told of the field `sized`."""
    _check_size(ticket, sized)
    _check_prices(ticket)
    _check_trail(ticket)
    _check_time(ticket)
    _check_bracket(ticket)
    return ticket


def check_good_till(ticket: Ticket, now: datetime) -> None:
    """Raises Invalid where the order would have expired before it is placed."""
    if ticket.good_till is not None and ticket.good_till <= now:
        raise Invalid(
            f'{ticket.good_till:%Y-%m-%d %H:%M:%S} UTC is over; an order is good till a later time.', 'good_till'
        )


def parse_number(value: Any, field: str) -> Decimal:
    """A size or a price of an order, `field` as in NUMBERS; raises Invalid, which names it."""
    if isinstance(value, bool | float) or not isinstance(value, str | int | Decimal):
        raise Invalid('Send numbers as text, like "0.25": then no digit is lost.', field)
    try:
        return parse_price(value if isinstance(value, str) else format(value, 'f'), field)
    except Invalid as error:  # the rules of a price, said of this number
        raise Invalid(_said_of(NUMBERS[field], str(error)), field) from None


def _said_of(noun: str, words: str) -> str:
    article = 'an' if noun[0] in 'aeiou' else 'a'
    return words.replace('A price', f'{article.capitalize()} {noun}').replace('Give a price', f'Give {article} {noun}')


def asked_text(ticket: Ticket) -> str:
    """What was asked for, but for the coin and the `client_order_id`: equal exactly if two tickets ask the same."""
    given = ((field.name, getattr(ticket, field.name)) for field in fields(Ticket) if field.name not in UNASKED)
    return ' '.join(f'{name}={_plain(value)}' for name, value in given if value not in (None, False))


def ticket_words(ticket: Ticket, estimate: Estimate | None, quote: str) -> str:
    """What the button says: “Buy 0.25 BTC at market”; `quote` is the currency of prices and money."""
    return f'{ticket.side.capitalize()} {_amount(ticket, estimate, quote)} {_terms(ticket, quote)}'


def _check_size(ticket: Ticket, sized: str) -> None:
    if ticket.size is not None and ticket.quote_size is not None:
        raise Invalid('Give a size in coins or an amount of money, not both.', 'quote_size')
    if ticket.size is None and ticket.quote_size is None:
        raise Invalid('Say how much: a size in coins, like 0.25, or an amount of money, like 1000.', sized)


def _check_prices(ticket: Ticket) -> None:
    needs = NEEDS[ticket.kind]
    for name in ('limit_price', 'stop_price'):
        given = getattr(ticket, name) is not None
        if name in needs and not given:
            raise Invalid(f'A {WORDS[ticket.kind]} needs a {NUMBERS[name]}.', name)
        if given and name not in needs:
            raise Invalid(f'A {WORDS[ticket.kind]} takes no {NUMBERS[name]}{_rather(ticket.kind, name)}.', name)


def _rather(kind: Kind, name: str) -> str:
    """Which type of order is likely meant where a price is one too many."""
    if kind is Kind.TRAILING_STOP:
        return '; its stop follows the price at a distance'
    rather = {
        (Kind.MARKET, 'limit_price'): Kind.LIMIT,
        (Kind.MARKET, 'stop_price'): Kind.STOP,
        (Kind.LIMIT, 'stop_price'): Kind.STOP_LIMIT,
        (Kind.STOP, 'limit_price'): Kind.STOP_LIMIT,
    }[kind, name]
    return f'; a {WORDS[rather]} does'


def _check_trail(ticket: Ticket) -> None:
    given = [name for name in ('trail_amount', 'trail_percent') if getattr(ticket, name) is not None]
    if ticket.kind is not Kind.TRAILING_STOP:
        if given:
            raise Invalid(f'A {WORDS[ticket.kind]} keeps no distance; a trailing stop does.', given[0])
        return
    if len(given) == 2:
        raise Invalid('Give the distance as an amount or in per cent, not both.', 'trail_percent')
    if not given:
        raise Invalid('A trailing stop needs its distance: an amount, or per cent of the best price.', 'trail_percent')
    if ticket.trail_percent is not None and ticket.trail_percent >= 100:
        raise Invalid('A distance in per cent lies between 0 and 100, like 2.5.', 'trail_percent')


def _check_time(ticket: Ticket) -> None:
    allowed, time = TIMES[ticket.kind], ticket.time_in_force
    if time not in allowed:
        raise Invalid(f'A {WORDS[ticket.kind]} is {_either(allowed)}, not {time}.', 'time_in_force')
    if time is TimeInForce.GTD and ticket.good_till is None:
        raise Invalid('Say till when the order is good, like 2026-01-31 14:30.', 'good_till')
    if time is not TimeInForce.GTD and ticket.good_till is not None:
        raise Invalid(f'Only an order that is gtd ends at a time; this one is {time}.', 'good_till')
    if ticket.post_only and ticket.kind is not Kind.LIMIT:
        raise Invalid(
            f'Post only is for limit orders; a {WORDS[ticket.kind]} takes what the market gives.', 'post_only'
        )
    if ticket.post_only and time in (TimeInForce.IOC, TimeInForce.FOK):
        raise Invalid(
            f'A post only order waits in the book, and {time} does not wait; choose one of the two.', 'post_only'
        )


def _check_bracket(ticket: Ticket) -> None:
    legs = [name for name in ('take_profit', 'stop_loss') if getattr(ticket, name) is not None]
    if legs and ticket.side is not Side.BUY:
        raise Invalid('A bracket sells what its entry has bought: only a buy has take-profit and stop-loss.', legs[0])
    if ticket.take_profit is not None and ticket.stop_loss is not None and ticket.stop_loss >= ticket.take_profit:
        raise Invalid(
            f'The stop-loss ({ticket.stop_loss}) must lie below the take-profit ({ticket.take_profit}).', 'stop_loss'
        )


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _text(value: Any, field: str) -> str:
    if not isinstance(value, str):
        raise Invalid(f'Send {field} as text.', field)
    return value


def _choice(given: Mapping[str, Any], field: str, among: type[Choice], noun: str) -> Choice:
    value = given.get(field, '')
    try:
        return among(value.strip().lower() if isinstance(value, str) else value)
    except ValueError:
        said = f'“{str(value)[:40]}” is no {noun}' if value else f'Choose the {noun}'
        raise Invalid(f'{said}; take {_either(tuple(among))}.', field) from None


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        value = value.isoformat()
    try:
        return parse_timestamp(_text(value, 'good_till'))
    except Invalid as error:
        raise Invalid(str(error), 'good_till') from None


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in ('true', 'false'):
        return value.strip().lower() == 'true'
    raise Invalid(f'Post only is true or false, not “{str(value)[:40]}”.', 'post_only')


def _client_order_id(text: str) -> str:
    if len(text) > CLIENT_ORDER_ID_LENGTH or not text.isprintable():
        raise Invalid(
            f'A client_order_id has at most {CLIENT_ORDER_ID_LENGTH} characters, all of them printable.',
            'client_order_id',
        )
    return text


def _either(words: tuple[str, ...]) -> str:
    return f'{", ".join(words[:-1])} or {words[-1]}'


def _plain(value: Any) -> str:
    return format(value.normalize(), 'f') if isinstance(value, Decimal) else str(value)


def _shown(number: Decimal) -> str:
    return format(number.normalize(), ',f')


def _amount(ticket: Ticket, estimate: Estimate | None, quote: str) -> str:
    if ticket.size is not None:
        return f'{_shown(ticket.size)} {ticket.name}'
    about = f'about {_shown(estimate.size)} ' if estimate is not None and estimate.size else ''
    return f'{about}{ticket.name} for {_shown(ticket.quote_size or Decimal(0))} {quote}'


def _terms(ticket: Ticket, quote: str) -> str:
    match ticket.kind:
        case Kind.MARKET:
            return 'at market'
        case Kind.LIMIT:
            return f'at {_price(ticket.limit_price, quote)}'
        case Kind.TRAILING_STOP:
            best = 'above the lowest' if ticket.side is Side.BUY else 'below the highest'
            return f'{_trail(ticket, quote)} {best} price'
    reached = f'{"rises" if ticket.side is Side.BUY else "falls"} to {_price(ticket.stop_price, quote)}'
    if ticket.kind is Kind.STOP:
        return f'at market once it {reached}'
    return f'at {_price(ticket.limit_price, quote)} once it {reached}'


def _trail(ticket: Ticket, quote: str) -> str:
    return (
        f'{_shown(ticket.trail_percent)} %' if ticket.trail_percent is not None else _price(ticket.trail_amount, quote)
    )


def _price(price: Decimal | None, quote: str) -> str:
    return f'{_shown(price or Decimal(0))} {quote}'
