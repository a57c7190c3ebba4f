"""A coin's statistics as a table: worked out once for all who look at the coin, again every half minute."""

from datetime import datetime
from decimal import Decimal
from functools import partial
from time import monotonic

from desk.candles import Candle
from desk.crew import Crew
from desk.desk import Desk
from desk.errors import DeskError, NotFound
from desk.market import Quote
from desk.statistics import Extreme, Range, Statistics, Volatility, read_statistics
from models import Coin
from pages.formats import NONE, format_full, format_price, format_volume, full_price
from pages.live import Live
from pages.live_cell import Cell

EVERY = 30.0
NAMES = {'1h': '1 h', '24h': '24 h', '7d': '7 d', '30d': '30 d', '1y': '1 y'}
HEADINGS = ('Open', 'High', 'Low', 'Volume')
VOLATILITY = {
    '1d': 'Volatility is the standard deviation of the logarithmic returns of {} daily closes, for a year of 365 days.',
    '1h': 'Volatility is the standard deviation of the logarithmic returns of {} hourly closes, for a year of 365 '
    'days: there are too few daily ones yet.',
}
NO_VOLATILITY = 'The volatility needs eight daily closes, or a day of hourly ones.'
EMPTY = 'They begin with the first price.'
REACHED = {'tabindex': '0', 'role': 'group', 'aria-label': 'Statistics'}  # a narrow window scrolls it
UNREADABLE = 'The statistics cannot be read: {}'


class CoinStatistics:
    """A cell a coin, made when first asked for; those that somebody shows are kept up to date."""

    def __init__(self, desk: Desk, live: Live) -> None:
        self.desk, self.live = desk, live
        self._cells: dict[int, tuple[Coin, Cell]] = {}
        self._read_at: dict[int, float] = {}

    def start(self, crew: Crew) -> None:
        """Begin to keep them up to date."""
        crew.every(EVERY, 'statistics of coins', self._refresh)

    async def cell(self, coin: Coin) -> Cell:
        """The coin's table, not older than half a minute."""
        number = coin.id or 0
        if number not in self._cells:
            self._cells[number] = coin, self.live.cell(f'statistics-{number}', 'div', 'statistics', (), **REACHED)
        if monotonic() - self._read_at.get(number, -EVERY) >= EVERY:
            await self._render(number)
        return self._cells[number][1]

    async def _refresh(self) -> None:
        for number, (_, cell) in list(self._cells.items()):
            if self.live.watched(cell):
                await self._render(number)

    async def _render(self, number: int) -> None:
        self._read_at[number] = monotonic()
        coin, cell = self._cells[number]
        self.live.set(cell, await self._html(coin))

    async def _html(self, coin: Coin) -> str:
        try:
            quote = self.desk.quote(coin.name)
        except NotFound:
            return f'<p class="muted">{EMPTY}</p>'
        try:
            found = await read_statistics(partial(_read, self.desk, coin.name), self.desk.clock())
        except DeskError as error:
            return f'<p class="muted">{UNREADABLE.format(error)}</p>'
        return statistics_html(found, quote)


async def _read(desk: Desk, name: str, interval: str, start: datetime | None, limit: int) -> list[Candle]:
    return await desk.candles(name, interval, start=start, limit=limit)


def statistics_html(found: Statistics, quote: Quote) -> str:
    """The table and, below it, what is of all time. A day's range is the board's own."""
    heads = ''.join(f'<th scope="col" class="number">{name}</th>' for name in HEADINGS)
    rows = ''.join(_row(name, _as_board(name, spread, quote)) for name, spread in found.ranges.items())
    return (
        f'<table class="plain"><thead><tr><th scope="col">Window</th>{heads}</tr></thead><tbody>{rows}</tbody></table>'
        f'<dl class="figures">{_extreme("All-time high", found.highest)}{_extreme("All-time low", found.lowest)}'
        f'{_volatility(found.volatility)}</dl><p class="small muted">{_help(found.volatility)}</p>'
    )


def _as_board(name: str, spread: Range | None, quote: Quote) -> Range | None:
    if name != '24h' or spread is None or quote.high_24h is None or quote.low_24h is None:
        return spread
    return Range(spread.open, quote.high_24h, quote.low_24h, quote.volume_24h)


def _row(name: str, spread: Range | None) -> str:
    if spread is None:
        cells = f'<td class="number">{NONE}</td>' * len(HEADINGS)
    else:
        prices = (spread.open, spread.high, spread.low)
        volume = f' title="{format_full(spread.volume)}"' if spread.volume is not None else ''
        cells = ''.join(f'<td class="number">{_price(price)}</td>' for price in prices)
        cells += f'<td class="number"{volume}>{format_volume(spread.volume)}</td>'
    return f'<tr><th scope="row">{NAMES[name]}</th>{cells}</tr>'


def _price(price: Decimal) -> str:
    shown = format_price(price)
    full = full_price(price, shown)
    return f'<span title="{full}">{shown}</span>' if full else shown


def _extreme(label: str, extreme: Extreme | None) -> str:
    if extreme is None:
        return ''
    day = f'{extreme.day.day} {extreme.day:%b %Y}'
    words = f'{_price(extreme.price)} <span class="small muted">{day}</span>'
    return f'<div><dt>{label}</dt><dd>{words}</dd></div>'


def _volatility(volatility: Volatility | None) -> str:
    shown = f'{volatility.per_cent:,.1f} % <span class="small muted">a year</span>' if volatility else NONE
    return f'<div><dt>Volatility</dt><dd>{shown}</dd></div>'


def _help(volatility: Volatility | None) -> str:
    return VOLATILITY[volatility.interval].format(volatility.returns) if volatility else NO_VOLATILITY
