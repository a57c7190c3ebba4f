"""A book's figures and positions as HTML, made once for all browsers. Names are user input: everything is escaped."""

from datetime import datetime
from decimal import Decimal
from html import escape

from desk.orders import Book
from desk.portfolio import ZERO, Portfolio, Position
from pages.formats import (
    MINUS,
    NONE,
    direction,
    format_age,
    format_change,
    format_count,
    format_deviation,
    format_full,
    format_money,
    format_price,
    format_size,
)

EXPLAINED = {
    'Realised': 'What sales brought above the weighted average cost of what they sold, before fees',
    'Unrealised': 'What the positions are worth above their cost, before fees',
    'Fees': 'All fees of this book',
    'Drawdown': 'The deepest fall of the equity below its highest point before',
    'Win rate': 'Sales that brought more than what they sold had cost, the fees of both included',
    'Profit factor': 'What the winning sales won per unit that the losing ones lost, after fees',
}
SHADES, LEAST_PART = 5, Decimal(2)
Part = tuple[str, Decimal, int]


def money_html(amount: Decimal, signed: bool = False) -> str:
    """To the cent; every digit in the tooltip. A signed one has the colour of its direction."""
    text, full = format_money(amount, signed), format_full(amount).replace('-', MINUS)
    way = direction(amount) if signed else ''
    attributes = (f' title="{full}"' if full != text.lstrip('+') else '') + (f' class="{way}"' if way else '')
    return f'<span{attributes}>{text}</span>' if attributes else text


def share_html(share: Decimal | None) -> str:
    """A part in per cent."""
    return NONE if share is None else format_deviation(share).lstrip('+')


def profit_html(book: Portfolio) -> str:
    """What the deposit has become, in money and per cent."""
    way = direction(book.profit)
    return (
        f'<span class="{way}">{format_change(book.profit_percent)}</span> {money_html(book.profit, signed=True)} '
        f'<span class="muted">on the deposit of {format_money(book.deposit)}</span>'
    )


def figures(book: Portfolio) -> dict[str, str]:
    """The statistics, by what they are called."""
    won = f'<small>{format_count(book.wins)} of {format_count(book.closings)} sales</small>' if book.closings else ''
    fifo = '' if book.realised == book.realised_fifo else f'<small>FIFO {money_html(book.realised_fifo, True)}</small>'
    fell = f'{MINUS}{share_html(book.drawdown)}' if book.drawdown else share_html(ZERO)
    return {
        'Realised': money_html(book.realised, True) + fifo,
        'Unrealised': money_html(book.unrealised, True),
        'Fees': money_html(book.fees),
        'Drawdown': fell,
        'Win rate': share_html(book.win_rate) + won,
        'Profit factor': NONE if book.profit_factor is None else format_price(book.profit_factor, 2),
    }


def cash_html(book: Portfolio) -> str:
    """The cash, and what of it open orders hold."""
    held = book.cash != book.available
    aside = f'<small>{money_html(book.available)} available</small>' if held else ''
    return money_html(book.cash) + aside


def parts(book: Portfolio) -> list[Part]:
    """What the equity consists of: name, share, shade. Greatest first, small ones together, cash (shade 0) last."""
    held = [(each.name, each.share or ZERO) for each in book.positions if each.value]
    shown = [part for part in held if part[1] >= LEAST_PART][:SHADES]
    rest = sum((share for _, share in held[len(shown) :]), ZERO)
    named = [(name, share, shade + 1) for shade, (name, share) in enumerate(shown)]
    others = [('Others', rest, SHADES + 1)] if rest else []
    return [*named, *others, ('Cash', book.cash_share or ZERO, 0)]


def allocation_html(book: Portfolio) -> str:
    """One bar, and what it is made of beneath."""
    found = parts(book)
    bar = ''.join(f'<i class="shade-{shade}" style="flex-grow:{share}"></i>' for _, share, shade in found if share)
    words = ''.join(
        f'<span><i class="shade-{shade}"></i>{escape(name)} <b>{share_html(share)}</b></span>'
        for name, share, shade in found
    )
    return f'<div class="bar" aria-hidden="true">{bar}</div><div class="legend">{words}</div>'


def position_html(position: Position, now: datetime) -> dict[str, str]:
    """What stands in a position's row, by column; what is beneath is secondary."""
    if not position.size:
        return {**dict.fromkeys(COLUMNS, NONE), 'held': 'sold', 'size': '0', **_done(position)}
    age = format_age(position.opened or now, now)
    average = '' if position.average_cost is None else f'at {_price(position.average_cost)}'
    return {
        'held': f'held {age}' if age else 'just bought',
        'size': _two(_size(position.size), average),
        'last': NONE if position.last is None else _price(position.last),
        'value': _two(money_html(position.value), share_html(position.share)),
        'unrealised': _two(money_html(position.unrealised, True), _signed(position.unrealised_percent)),
        **_done(position),
    }


def _done(position: Position) -> dict[str, str]:
    differs = position.realised != position.realised_fifo
    fifo = f'FIFO {money_html(position.realised_fifo, True)}' if differs else _signed(position.realised_percent)
    realised = _two(money_html(position.realised, True), fifo) if position.sold else NONE
    return {'realised': realised, 'fees': money_html(position.fees)}


COLUMNS = {
    'held': '',
    'size': 'Size <span>average cost</span>',
    'last': 'Last',
    'value': 'Value <span>share</span>',
    'unrealised': 'Unrealised',
    'realised': 'Realised',
    'fees': 'Fees',
}


def book_words(book: Book) -> str:
    """A book in the list of all: 'Book 2, open since 20 Nov 2026'; days are those of UTC."""
    opened = _day(book.opened)
    if book.closed is None:
        return f'Book {book.number}, open since {opened}'
    closed = _day(book.closed)
    return f'Book {book.number}, {opened}' + (f' to {closed}' if closed != opened else '')


def _day(moment: datetime) -> str:
    return f'{moment.day} {moment:%b %Y}'


def _size(size: Decimal) -> str:
    return f'<span title="{format_full(size)}">{format_size(size)}</span>'


def _price(price: Decimal) -> str:
    text, full = format_price(price), format_full(price)
    return text if text == full else f'<span title="{full}">{text}</span>'


def _signed(per_cent: Decimal | None) -> str:
    return '' if per_cent is None else format_deviation(per_cent)


def _two(above: str, beneath: str) -> str:
    return f'{above}<small>{beneath}</small>' if beneath else above
