"""Which program wrote a CSV file, told from its header, and which column means what. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from desk.errors import Invalid

PRICE_ROLES = ('name', 'price', 'timestamp', 'source', 'origin', 'volume', 'bid', 'ask', 'author', 'note')
CANDLE_ROLES = ('name', 'timestamp', 'open', 'high', 'low', 'close', 'volume')
ROLES = tuple(dict.fromkeys(PRICE_ROLES + CANDLE_ROLES))
CANDLE_NEEDS = ('timestamp', 'open', 'high', 'low', 'close')
COLUMN_WORDS = {
    'name': 'the coin',
    'price': 'the price',
    'timestamp': 'the time',
    'open': 'the open',
    'high': 'the high',
    'low': 'the low',
    'close': 'the close',
    'volume': 'the volume',
    'source': 'the source',
    'origin': 'the origin',
    'bid': 'the bid',
    'ask': 'the ask',
    'author': 'the author',
    'note': 'the note',
}
OHLC = {'open': 'open', 'high': 'high', 'low': 'low', 'close': 'close'}
LIKELY = {
    'name': ('name', 'coin', 'symbol', 'ticker', 'asset', 'currency', 'pair'),
    'timestamp': ('timestamp', 'time', 'date', 'datetime', 'unix', 'day', 'open time', 'open_time', 'time utc'),
    'price': ('price', 'rate', 'last', 'close', 'value', 'price usd', 'price (usd)'),
    'open': ('open', 'o', 'open price'),
    'high': ('high', 'h', 'high price'),
    'low': ('low', 'l', 'low price'),
    'close': ('close', 'c', 'close price', 'last'),
    'volume': ('volume', 'vol', 'v', 'vol.', 'amount', 'size', 'quantity'),
    'note': ('note', 'comment'),
}


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: `needs` are the header names (lower case) that give it away, `columns` maps role to header name.

    `own` is Cointape's: numbers as the form takes them, quoted cells restored. `pairs` says that the name column
    holds pairs like BTCUSD, `dollars` that volumes are dollars instead of coins; they are taken as the file has them.
    CoinGecko's total_volume is left out: it is a turnover of 24 hours, not the volume of one price.
    """

    key: str
    words: str
    needs: frozenset[str]
    columns: Mapping[str, str]
    own: bool = False
    pairs: bool = False
    dollars: bool = False


def _prices(key: str, words: str, needs: str, columns: Mapping[str, str], own: bool = False) -> Format:
    return Format(key, words, frozenset(needs.split(',')), columns, own)


def _candles(
    key: str, words: str, needs: str, time: str, name: str = '', pairs: bool = False, dollars: bool = False
) -> Format:
    columns = {'timestamp': time, **OHLC, 'volume': 'volume_base' if pairs else 'volume'}
    named = {'name': name} if name else {}
    return Format(key, words, frozenset(needs.split(',')), {**named, **columns}, pairs=pairs, dollars=dollars)


FORMATS = (
    _prices('cointape', 'Cointape', 'name,price,timestamp', {role: role for role in PRICE_ROLES}, own=True),
    _candles('coinmarketcap_export', 'CoinMarketCap', 'timeclose,timehigh,timelow', 'timeopen', dollars=True),
    _candles('coinmarketcap_kaggle', 'CoinMarketCap', 'symbol,date,marketcap', 'date', 'symbol', dollars=True),
    _candles(
        'cryptodatadownload', 'CryptoDataDownload', 'date,symbol,open,high,low,close', 'date', 'symbol', pairs=True
    ),
    _prices('coingecko', 'CoinGecko', 'snapped_at,price', {'timestamp': 'snapped_at', 'price': 'price'}),
    _candles('yahoo', 'Yahoo Finance', 'date,open,close,adj close', 'date', dollars=True),
    _candles('kraken_daily', 'Kraken', 'time,open,high,low,close,volume,trades', 'time'),
    _candles('coinbase_1m', 'Coinbase', 'time,low,high,open,close,volume', 'time'),
    _prices('prices', 'Prices without a coin', 'price,timestamp', {role: role for role in PRICE_ROLES}),
)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where to find what in a row: `at` maps role to column index."""

    format: Format
    at: Mapping[str, int]

    @property
    def candles(self) -> bool:
        return 'open' in self.at

    @property
    def names_coins(self) -> bool:
        return 'name' in self.at


def recognise(header: Sequence[str]) -> Layout | None:
    """The layout that a known header has; None for a header of no known program."""
    known = _indices(header)
    for form in FORMATS:
        if form.needs <= known.keys():
            found = {role: known[column] for role, column in form.columns.items() if column in known}
            needs = CANDLE_NEEDS if 'open' in form.columns else ('price', 'timestamp')
            if all(role in found for role in needs):
                return Layout(form, found)
    return None


def likely_mapping(header: Sequence[str]) -> dict[str, str]:
    """A first proposal for an unknown header: role → column name."""
    spelled = {name.strip().lower(): name.strip() for name in reversed(header)}
    found = {role: next((spelled[name] for name in names if name in spelled), '') for role, names in LIKELY.items()}
    candles = all(found[role] for role in CANDLE_NEEDS)
    roles = CANDLE_ROLES if candles else PRICE_ROLES
    return {role: column for role, column in found.items() if column and role in roles}


def mapped(header: Sequence[str], mapping: Mapping[str, str]) -> Layout:
    """The layout that a person or a program chose: role → column name. Raises Invalid where it does not work."""
    spelled = {name.strip(): index for index, name in reversed(list(enumerate(header)))}
    chosen = {role: column for role, column in mapping.items() if column}
    for role, column in chosen.items():
        if role not in ROLES:
            raise Invalid(f'There is no “{role}” to map to; take one of {", ".join(ROLES)}.', 'mapping')
        if column.strip() not in spelled:
            raise Invalid(f'The file has no column “{column}”; it has {_listed(header)}.', 'mapping')
    candles = any(role in chosen for role in OHLC)
    missing = [role for role in (CANDLE_NEEDS if candles else ('price', 'timestamp')) if role not in chosen]
    if missing:
        words = ' and '.join(COLUMN_WORDS[role] for role in missing)
        raise Invalid(f'Say which column holds {words}; the file has {_listed(header)}.', 'mapping')
    roles = CANDLE_ROLES if candles else PRICE_ROLES
    at = {role: spelled[column.strip()] for role, column in chosen.items() if role in roles}
    return Layout(Format('mapped', 'Columns as chosen', frozenset(), chosen), at)


def base_of(pair: str, quote: str) -> str:
    """BTCUSD, BTC-USD and BTC/USDT are BTC for a desk that counts in USD; what is in other money keeps its name."""
    found = re.fullmatch(rf'([^\s/_-]+?)[\s/_-]?(?:{_money(quote)})', pair.strip(), re.IGNORECASE)
    return found[1] if found else pair.strip()


def name_in(filename: str, quote: str) -> str:
    """A coin that a file name hints at: BTC of btc-usd-max.csv and converted_BTCUSD_1440.csv, or nothing."""
    pattern = rf'(?:^|[^a-z0-9])([a-z0-9]{{2,10}}?)[-_/]?(?:{_money(quote)})(?![a-z0-9])'
    found = re.search(pattern, filename, re.IGNORECASE)
    return found[1].upper() if found else ''


def _money(quote: str) -> str:
    return '|'.join((quote, 'USDT', 'USDC') if quote == 'USD' else (quote,))


def _indices(header: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for index, name in enumerate(header):
        found.setdefault(name.strip().lower(), index)
    if 'timeclose' in found and 'time' in found:
        found.setdefault('timeopen', found['time'])
    base = [index for name, index in found.items() if re.fullmatch(r'volume[ _].+', name)]
    if base or 'volume' in found:
        found.setdefault('volume_base', base[0] if base else found['volume'])
    return found


def _listed(names: Sequence[str]) -> str:
    text = ', '.join(name.strip() for name in names if name.strip())
    return text if len(text) <= 200 else text[:199] + '…'
