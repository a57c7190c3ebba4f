"""What a book has come to: positions, profit and figures, from its fills and the prices now. Pure.

Money is exact to 8 digits. When a part of a holding is sold it takes its share of the cost with it, rounded towards
zero, once; the rest of the cost stays with the rest of the coins, and the last sale takes all of it. So, to the
last digit, `equity − deposit = realised + unrealised − fees`, and the profit by weighted average cost and by FIFO
agree once all is sold. Costs are without fees: those stand beside. A coin that has no price counts at its cost.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal, localcontext

from desk.orders import MONEY_QUANTUM, Book, Fill, Side, shortest_price
from desk.ticks import MONEY
from desk.trading import value

CENT = Decimal('0.01')
ZERO = Decimal(0)
PROFITS_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Position:
    """One coin in a book; `size` 0 once all is sold. Money in the quote currency, per cents to 0.01.

    `average_cost` is weighted, without fees. `realised` counts by that cost, `realised_fifo` by the oldest coins
    first; both before fees. `last` is None for a coin without a price. `opened` is since when some of it is held.
    `bought` and `sold` are what was paid and taken in all, without fees. `share` is the value's part of the equity.
    """

    coin_id: int
    name: str
    size: Decimal
    cost: Decimal
    average_cost: Decimal | None
    last: Decimal | None
    value: Decimal
    share: Decimal | None
    unrealised: Decimal
    unrealised_percent: Decimal | None
    realised: Decimal
    realised_percent: Decimal | None
    realised_fifo: Decimal
    fees: Decimal
    bought: Decimal
    sold: Decimal
    opened: datetime | None


@dataclass(frozen=True, slots=True)
class Portfolio:
    """A whole book: `profit` = `equity` − `deposit` = `realised` + `unrealised` − `fees`.

    Positions held come first, the most valuable on top, then those sold out. `drawdown` is the deepest fall of the
    equity below its highest point before, in per cent. A closing fill (a sale) wins if it brings more than what it
    sells has cost, the fees of both included; `profit_factor` is what the winning ones won per unit that the losing
    ones lost: None while none has lost. `available` is the cash that no open order holds. `profits`: see `Tally`.
    """

    book: Book
    deposit: Decimal
    cash: Decimal
    available: Decimal
    equity: Decimal
    cash_share: Decimal | None
    positions: tuple[Position, ...]
    realised: Decimal
    realised_fifo: Decimal
    unrealised: Decimal
    fees: Decimal
    profit: Decimal
    profit_percent: Decimal | None
    drawdown: Decimal
    closings: int
    wins: int
    win_rate: Decimal | None
    profit_factor: Decimal | None
    profits: Mapping[int, Decimal]


@dataclass(slots=True)
class Holding:
    """The running sums of one coin. `cost` and `entry_fees` belong to the coins that are held now."""

    size: Decimal = ZERO
    cost: Decimal = ZERO
    entry_fees: Decimal = ZERO
    sold_cost: Decimal = ZERO
    realised: Decimal = ZERO
    realised_fifo: Decimal = ZERO
    fees: Decimal = ZERO
    bought: Decimal = ZERO
    sold: Decimal = ZERO
    opened: datetime | None = None
    lots: deque[tuple[Decimal, Decimal]] | None = None

    def buy(self, fill: Fill) -> None:
        """More of it: a lot of its own for FIFO."""
        self.opened = self.opened or fill.at
        self.size += fill.size
        self.cost += fill.value
        self.bought += fill.value
        self.entry_fees += fill.fee
        self.fees += fill.fee
        self.lots = self.lots or deque()
        self.lots.append((fill.size, fill.value))

    def sell(self, fill: Fill) -> Decimal:
        """Less of it; what this sale brought after the fees of both sides."""
        cost = share(self.cost, fill.size, self.size)
        entry_fee = share(self.entry_fees, fill.size, self.size)
        self.size -= fill.size
        self.cost -= cost
        self.entry_fees -= entry_fee
        self.sold += fill.value
        self.sold_cost += cost
        self.fees += fill.fee
        self.realised += fill.value - cost
        self.realised_fifo += fill.value - self._oldest(fill.size)
        self.opened = self.opened if self.size else None
        return fill.value - cost - fill.fee - entry_fee

    def _oldest(self, size: Decimal) -> Decimal:
        """Give up the oldest coins; what they cost."""
        cost, lots = ZERO, self.lots or deque()
        while size:
            lot, paid = lots.popleft()
            taken = min(lot, size)
            part = share(paid, taken, lot)
            if taken < lot:
                lots.appendleft((lot - taken, paid - part))
            cost, size = cost + part, size - taken
        return cost


class Tally:
    """A book's fills in running sums, oldest first.

    `profits` has what each of the newest 10,000 sales brought after the fees of both sides, by fill.
    """

    def __init__(self, book: Book, deposit: Decimal, fills: Iterable[tuple[int, Fill]] = ()) -> None:
        self.book, self.deposit = book, deposit
        self.cash = deposit
        self.holdings: dict[int, Holding] = {}
        self.profits: dict[int, Decimal] = {}
        self.won = self.lost = ZERO
        self.wins = self.closings = self.count = self.last_fill = 0
        for coin_id, fill in fills:
            self.add(coin_id, fill)

    def add(self, coin_id: int, fill: Fill) -> None:
        """Count a fill once; `coin_id` is its coin as it is known now, through merges."""
        if fill.id <= self.last_fill:
            return
        self.last_fill = fill.id
        self.count += 1
        holding = self.holdings.setdefault(coin_id, Holding())
        with localcontext(MONEY):
            if fill.side == Side.BUY:
                holding.buy(fill)
                self.cash -= fill.value + fill.fee
            else:
                self._close(fill.id, holding.sell(fill))
                self.cash += fill.value - fill.fee

    def held(self) -> list[int]:
        """The coins of which there are some."""
        return [coin_id for coin_id, holding in self.holdings.items() if holding.size]

    def _close(self, fill_id: int, profit: Decimal) -> None:
        self.closings += 1
        self.profits[fill_id] = profit
        if len(self.profits) > PROFITS_KEPT:
            del self.profits[next(iter(self.profits))]
        if profit > 0:
            self.wins += 1
            self.won += profit
        else:
            self.lost -= profit


def portfolio(
    tally: Tally,
    price_of: Callable[[int], Decimal | None],
    name_of: Callable[[int], str],
    available: Decimal | None = None,
    fell: Callable[[Decimal], Decimal] = lambda equity: ZERO,
) -> Portfolio:
    """The book at these prices; `fell` says what the drawdown is when the equity is this."""
    with localcontext(MONEY):
        prices = {coin_id: price_of(coin_id) for coin_id in tally.held()}
        worth = {coin_id: _worth(tally.holdings[coin_id], price) for coin_id, price in prices.items()}
        equity = tally.cash + sum(worth.values(), ZERO)
        found = [
            _position(coin_id, name_of(coin_id), holding, prices.get(coin_id), worth.get(coin_id, ZERO), equity)
            for coin_id, holding in tally.holdings.items()
        ]
        realised = sum((each.realised for each in found), ZERO)
        return Portfolio(
            book=tally.book,
            deposit=tally.deposit,
            cash=tally.cash,
            available=tally.cash if available is None else available,
            equity=equity,
            cash_share=per_cent(tally.cash, equity),
            positions=tuple(sorted(found, key=lambda each: (not each.size, -each.value, each.name))),
            realised=realised,
            realised_fifo=sum((each.realised_fifo for each in found), ZERO),
            unrealised=sum((each.unrealised for each in found), ZERO),
            fees=sum((each.fees for each in found), ZERO),
            profit=equity - tally.deposit,
            profit_percent=per_cent(equity - tally.deposit, tally.deposit),
            drawdown=fell(equity),
            closings=tally.closings,
            wins=tally.wins,
            win_rate=per_cent(Decimal(tally.wins), Decimal(tally.closings)),
            profit_factor=(tally.won / tally.lost).quantize(CENT, ROUND_HALF_EVEN) if tally.lost else None,
            profits=tally.profits,
        )


def _worth(holding: Holding, price: Decimal | None) -> Decimal:
    return holding.cost if price is None else value(holding.size, price)


def _position(
    coin_id: int, name: str, holding: Holding, price: Decimal | None, worth: Decimal, equity: Decimal
) -> Position:
    average = shortest_price(holding.cost, holding.size) if holding.size else None
    return Position(
        coin_id=coin_id,
        name=name,
        size=holding.size,
        cost=holding.cost,
        average_cost=average,
        last=price,
        value=worth,
        share=per_cent(worth, equity),
        unrealised=worth - holding.cost,
        unrealised_percent=per_cent(worth - holding.cost, holding.cost),
        realised=holding.realised,
        realised_percent=per_cent(holding.realised, holding.sold_cost),
        realised_fifo=holding.realised_fifo,
        fees=holding.fees,
        bought=holding.bought,
        sold=holding.sold,
        opened=holding.opened,
    )


def share(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """What of `amount` goes with this part of the coins: all with all, else in proportion, towards zero."""
    return amount if part == whole else (amount * part / whole).quantize(MONEY_QUANTUM, ROUND_DOWN)


def per_cent(part: Decimal, whole: Decimal) -> Decimal | None:
    """`part` in per cent of `whole`, to 0.01 and never −0; None of nothing."""
    return (part / whole * 100).quantize(CENT, ROUND_HALF_EVEN) + ZERO if whole else None
