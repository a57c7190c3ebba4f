"""Numbers and times in the sentences that the trading desk says about orders. Pure."""

from decimal import Decimal

from desk.ticks import MONEY


def plain(number: Decimal) -> str:
    """A size or a price: grouped, all its digits and no zeros at the end."""
    text = f'{number:,f}'
    return text.rstrip('0').rstrip('.') if '.' in text else text


def money(amount: Decimal) -> str:
    """An amount of money or a price: grouped, with at least two digits after the point."""
    whole, _, fraction = plain(amount).partition('.')
    return f'{whole}.{fraction:0<2}'


def rounded(amount: Decimal) -> str:
    """An amount of money to the cent, for sentences; an amount under a cent in full."""
    cents = amount.quantize(Decimal('0.01'), context=MONEY)
    return f'{cents:,f}' if cents or not amount else plain(amount)


def apart(need: Decimal, has: Decimal) -> tuple[str, str]:
    """Both to the cent, or in full where the cents hide which is more."""
    show = rounded if rounded(need) != rounded(has) else money
    return show(need), show(has)


def counted(count: int, thing: str) -> str:
    """'1 open order', '2 open orders'."""
    return f'{count} {thing}' if count == 1 else f'{count} {thing}s'
