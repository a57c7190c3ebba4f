"""What a coin's name means on an exchange: its pair, its full name, its steps, and where the exchange is. Pure."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from columns import FRACTION_DIGITS, INTEGER_DIGITS, canonical

TICK_SIZE, DECIMAL_PLACES = 4, 2  # ccxt's numbers for how an exchange tells its precision
NEAREST = {'USD': ('USDT', 'USDC'), 'USDT': ('USDC', 'USD'), 'USDC': ('USD', 'USDT')}


class Grid(NamedTuple):
    """The step of a market's prices and that of its sizes; None where it is not known."""

    tick_size: Decimal | None = None
    lot_size: Decimal | None = None


def redirected(urls: Any, url: str) -> Any:
    """ccxt's addresses, all replaced: by `url` for REST, by its ws:// twin under /ws for websockets."""
    if isinstance(urls, dict):
        return {key: redirected(value, url) for key, value in urls.items()}
    if not isinstance(urls, str):
        return urls
    parts = urlsplit(url if '//' in url else f'http://{url}')
    secure = 's' if parts.scheme in ('https', 'wss') else ''
    base = parts.netloc + parts.path.rstrip('/')
    return f'ws{secure}://{base}/ws' if urls.startswith('ws') else f'http{secure}://{base}'


def spot_pairs(markets: Mapping[str, Mapping[str, Any]], quote: str) -> dict[str, str]:
    """Coin → its pair among the spot markets that trade: in `quote`, else in the nearest currency the coin has."""
    wanted = (quote, *NEAREST.get(quote, ()))
    found: dict[str, tuple[int, str]] = {}
    for pair, market in markets.items():
        if market.get('spot') and market.get('active') is not False and market['quote'] in wanted:
            rank = wanted.index(market['quote']), pair
            found[market['base']] = min(rank, found.get(market['base'], rank))
    return {name: pair for name, (_, pair) in found.items()}


def full_names(
    markets: Mapping[str, Mapping[str, Any]], currencies: Mapping[str, Mapping[str, Any]], pairs: Mapping[str, str]
) -> dict[str, str]:
    """Coin → its name in full, where the exchange tells it."""
    names = {}
    for name, pair in pairs.items():
        said = (markets[pair].get('info') or {}).get('base_name') or currencies.get(name, {}).get('name')
        if isinstance(said, str) and said and said.upper() != name:
            names[name] = said
    return names


def precisions(
    markets: Mapping[str, Mapping[str, Any]], pairs: Iterable[str], mode: int
) -> dict[str, tuple[str | None, str | None]]:
    """Pair → how precise its prices and its sizes are, as texts of steps, where the exchange tells it."""
    found = {}
    for pair in pairs:
        said = markets[pair].get('precision') or {}
        found[pair] = _step(said.get('price'), mode), _step(said.get('amount'), mode)
    return {pair: both for pair, both in found.items() if any(both)}


def grid(texts: Iterable[str | None]) -> Grid:
    """The steps of one market, from the texts of `precisions`."""
    return Grid(*(None if text is None else Decimal(text) for text in texts))


def _step(said: Any, mode: int) -> str | None:
    """A step as plain text; None for what is none, as with exchanges that count significant digits."""
    try:
        number = Decimal(str(said))
    except InvalidOperation:  # nothing said, or nothing that is a number
        return None
    if not number.is_finite() or mode not in (TICK_SIZE, DECIMAL_PLACES):
        return None
    text = canonical(Decimal(1).scaleb(-int(number)) if mode == DECIMAL_PLACES else number)
    whole, _, fraction = text.partition('.')
    return text if Decimal(text) > 0 and len(whole) <= INTEGER_DIGITS and len(fraction) <= FRACTION_DIGITS else None


def other_quotes(pairs: Iterable[str], quote: str, exchange: str) -> str:
    """Says so where pairs are not in the desk's quote currency; '' where all are."""
    others: dict[str, list[str]] = {}
    count = 0
    for pair in pairs:
        name, _, currency = pair.partition('/')
        count += 1
        if currency != quote:
            others.setdefault(currency, []).append(name)
    if not others:
        return ''
    if len(others) == 1 and sum(map(len, others.values())) == count:
        return f'{exchange} has no {quote} market for these coins: their prices are in {next(iter(others))}.'
    parts = [f'{", ".join(sorted(names))} in {currency}' for currency, names in sorted(others.items())]
    return f'For want of a {quote} market on {exchange}: {"; ".join(parts)}.'
