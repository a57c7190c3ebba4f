"""By what an account trades: the desk's defaults, their bounds, and as a text to keep."""

import json
from dataclasses import asdict, replace
from decimal import Decimal

from desk.errors import Invalid
from desk.orders import Terms
from desk.settings import GREATEST_TERMS, Settings

NOUNS = {
    'maker_fee': ('A maker fee', 'per cent'),
    'taker_fee': ('A taker fee', 'per cent'),
    'spread': ('A spread', 'per cent'),
    'slippage': ('A slippage', 'basis points'),
    'participation': ('A participation', 'per cent'),
}


def default_terms(settings: Settings) -> Terms:
    """What the desk was started with."""
    return Terms(
        maker_fee=settings.maker_fee,
        taker_fee=settings.taker_fee,
        spread=settings.spread,
        slippage=settings.slippage,
        touch=settings.limit_fills == 'touch',
        participation=settings.participation,
        cut=settings.on_gap == 'cut',
    )


def check_terms(terms: Terms) -> Terms:
    """The terms themselves if each number lies within its bounds; raises Invalid with the field's name."""
    for field, (noun, unit) in NOUNS.items():
        number: Decimal = getattr(terms, field)
        if not number.is_finite() or not 0 <= number <= GREATEST_TERMS[field]:
            raise Invalid(f'{noun} lies between 0 and {GREATEST_TERMS[field]:,} {unit}.', field)
        if number != round(number, 8):
            raise Invalid(f'{noun} has at most 8 digits after the point.', field)
    return terms


def terms_text(terms: Terms) -> str:
    """The terms as JSON, exact."""
    return json.dumps(asdict(terms), default=lambda number: format(number, 'f'))


def parse_terms(text: str, default: Terms) -> Terms:
    """The terms of such a text; the default where there is none."""
    if not text:
        return default
    kept = json.loads(text)
    numbers = {field: Decimal(kept[field]) for field in NOUNS if field in kept}
    return replace(default, **numbers, touch=bool(kept.get('touch')), cut=bool(kept.get('cut', True)))
