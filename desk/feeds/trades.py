"""Collects what a ccxt.pro exchange has cached: every trade once, the best bid and ask beside the newest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from desk.feeds.outbox import Row

IDS_KEPT = 2000  # more than any exchange repeats in its snapshot after a reconnect
QUOTE_PACE, LIFE_PACE = 1.0, 10.0  # seconds


@dataclass(slots=True)
class Last:
    """What was last told of a pair."""

    price: Any = None
    moment: int | None = None
    quote: tuple[Any, Any] = (None, None)
    told: float = 0.0
    ticker: Any = None
    since: int = 0
    ids: dict[Any, None] = field(default_factory=dict)


class Trades:
    """`names` maps the pairs to collect to the coins' names; whatever else the exchange sends is dropped.

    The results of ccxt's `watch_…` are not used: of two trades in a burst the second would wait there for a third,
    and of a burst of tickers only the last would show. Its caches hold them all.
    """

    def __init__(self, venue: Any, by_trade: bool = True) -> None:
        self.names: dict[str, str] = {}
        self._venue, self._by_trade = venue, by_trade
        self._last: dict[str, Last] = {}

    def resume(self, pair: str, since: int) -> None:
        """Trades up to this moment (ms) are known already."""
        self._of(pair).since = since

    def unpriced(self) -> list[str]:
        """The pairs that nothing was told about yet."""
        return [pair for pair in self.names if self._of(pair).price is None]

    def sweep(self, now: float) -> list[Row]:
        """What is new, per pair the oldest first; `now` in seconds of any steady clock."""
        return (self._new_trades(now) if self._by_trade else self._new_tickers(now)) + self._new_quotes(now)

    def priced(self, tickers: Mapping[str, Mapping[str, Any]], now: float, moment: int) -> list[Row]:
        """First prices, from a look at the market at `moment` (ms), of the pairs that have none yet."""
        pairs = [pair for pair in self.unpriced() if _price(tickers.get(pair))]
        return [
            self._tell(pair, _price(tickers[pair]), tickers[pair].get('timestamp') or moment, now) for pair in pairs
        ]

    def _new_trades(self, now: float) -> list[Row]:
        rows: list[Row] = []
        newest: dict[str, Row] = {}
        for cache in list(self._venue.trades.values()):
            trades = list(cache)
            cache.clear()
            for trade in in_order(trades):
                pair = self._pair(trade['symbol'])
                if pair and trade['price'] and self._is_new(trade, self._of(pair)):
                    newest[pair] = [self.names[pair], trade['price'], trade['timestamp'], trade['amount'], None, None]
                    rows.append(newest[pair])
        for pair, row in newest.items():
            row[4:] = self._tell(pair, row[1], row[2], now)[4:]
        return rows

    def _is_new(self, trade: Mapping[str, Any], last: Last) -> bool:
        number, moment = trade.get('id'), trade['timestamp']
        if (moment is not None and moment <= last.since) or number in last.ids:
            return False
        if number is not None:
            last.ids[number] = None
            if len(last.ids) > IDS_KEPT:
                del last.ids[next(iter(last.ids))]
        return True

    def _new_tickers(self, now: float) -> list[Row]:
        """One row per change; where messages come but change nothing, one in 10 s as a sign of life."""
        rows = []
        for pair in self.names:
            ticker, last = self._venue.tickers.get(pair), self._of(pair)
            price = _price(ticker)
            if price and ticker is not last.ticker:
                last.ticker, moment = ticker, ticker.get('timestamp')
                if price != last.price or moment not in (None, last.moment) or now - last.told >= LIFE_PACE:
                    rows.append(self._tell(pair, price, moment, now))
        return rows

    def _new_quotes(self, now: float) -> list[Row]:
        """Bids and asks that no trade carried: with the last price and its time, at most one a second and pair."""
        due = [
            (pair, last)
            for pair, last in self._last.items()
            if last.price and now - last.told >= QUOTE_PACE and pair in self.names and self._quote(pair) != last.quote
        ]
        return [self._tell(pair, last.price, last.moment, now) for pair, last in due]

    def _tell(self, pair: str, price: Any, moment: int | None, now: float) -> Row:
        """A row of this price and the bid and ask of now; remembered, unless a newer one is.

        A moment to come counts as now, lest one wrong clock hide all that follows.
        """
        last, quote = self._of(pair), self._quote(pair)
        known = None if moment is None else min(moment, self._venue.milliseconds())
        if known is None or known >= (last.moment or 0):
            last.price, last.moment = price, known
        last.quote, last.told = quote, now
        return [self.names[pair], price, moment, None, *quote]

    def _pair(self, symbol: str) -> str | None:
        """Coinbase has one book for USD and USDC, and calls it USD whichever of the two one asked for."""
        return next((pair for pair in (symbol, f'{symbol}C') if pair in self.names), None)

    def _quote(self, pair: str) -> tuple[Any, Any]:
        tickers = self._venue.tickers
        book = self._venue.bidsasks.get(pair) or tickers.get(pair) or tickers.get(pair.removesuffix('C')) or {}
        return book.get('bid'), book.get('ask')

    def _of(self, pair: str) -> Last:
        return self._last.setdefault(pair, Last())


def in_order(trades: list[Any]) -> list[Any]:
    """By time; of one moment in the order of arrival, also where the exchange sends the newest first."""
    moments = [trade['timestamp'] or 0 for trade in trades[:1] + trades[-1:]]
    return sorted(reversed(trades) if moments != sorted(moments) else trades, key=lambda trade: trade['timestamp'] or 0)


def _price(ticker: Mapping[str, Any] | None) -> Any:
    return (ticker.get('last') or ticker.get('close')) if ticker else None
