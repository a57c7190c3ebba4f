"""What a coin's name means on an exchange: its pair, its full name, and where the exchange is. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

NEAREST = {'USD': ('USDT', 'USDC'), 'USDT': ('USDC', 'USD'), 'USDC': ('USD', 'USDT')}


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
