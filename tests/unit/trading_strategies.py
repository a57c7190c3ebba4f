"""What hypothesis draws for the trading desk: small grids, so that prices touch, tie and ask for more than there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

from hypothesis import strategies as st

from desk.orders import Kind, Side, Steps, Terms, Ticket, TimeInForce
from desk.ticks import Tick
from models import Coin, Origin

D = Decimal
T = TypeVar('T')


@dataclass(frozen=True)
class Grid:
    """A coin to draw for: the prices and sizes that occur (some off its steps); with a pair, an exchange governs it."""

    coin: Coin
    steps: Steps
    prices: tuple[Decimal, ...]
    sizes: tuple[Decimal, ...]
    distances: tuple[Decimal, ...]


def _coin(number: int, name: str, pair: str = '') -> Coin:
    return Coin(id=number, name=name, key=name.casefold(), pair=pair)


GRIDS = {
    grid.coin.id or 0: grid
    for grid in (
        Grid(
            _coin(1, 'COARSE'),
            Steps(D(1), D('0.1')),
            tuple(map(D, ('10', '1', '2', '9', '11', '12', '20', '10.5'))),
            tuple(map(D, ('1', '0.1', '2.5', '5', '10', '40', '0.25'))),
            tuple(map(D, ('1', '2', '15'))),
        ),
        Grid(
            _coin(2, 'LISTED', pair='LISTED/USD'),
            Steps(D('0.5'), D('0.01')),
            tuple(map(D, ('100', '98', '99', '99.5', '100.5', '101', '103', '100.25'))),
            tuple(map(D, ('0.5', '0.01', '0.2', '1', '3.33', '9.95'))),
            tuple(map(D, ('0.5', '0.7', '2'))),
        ),
        Grid(
            _coin(3, 'FREE'),
            Steps(),
            tuple(map(D, ('7.77', '0.00001', '6.333333333333333333', '6.35', '7.8', '33.3'))),
            tuple(map(D, ('0.1', '0.50000001', '3', '7', '123.45678901', '2900'))),
            tuple(map(D, ('0.000003', '0.01', '5'))),
        ),
    )
}


@cache
def among(options: Sequence[T]) -> st.SearchStrategy[T]:
    """One of these; kept, since hypothesis looks every new strategy over."""
    return st.sampled_from(options)


@cache
def sampled(*texts: str) -> st.SearchStrategy[Decimal]:
    return among(tuple(D(text) for text in texts))


TENTHS = st.integers(0, 9)


@dataclass(frozen=True)
class Mood:
    """What an example is about: kinds of orders, how many buys of ten are brackets, how scarce volume is."""

    kinds: tuple[Kind, ...] = tuple(Kind)
    brackets: int = 3
    scarce: bool = False


STOPS = (Kind.STOP, Kind.STOP_LIMIT, Kind.TRAILING_STOP)
moods = st.sampled_from(
    [
        Mood(),
        Mood(scarce=True),
        Mood((Kind.LIMIT, Kind.MARKET), brackets=10, scarce=True),
        Mood(STOPS),
        Mood((Kind.MARKET, Kind.STOP), brackets=1, scarce=True),
        Mood((Kind.TRAILING_STOP,)),
        Mood((Kind.LIMIT,), scarce=True),
        Mood((Kind.LIMIT, Kind.STOP_LIMIT)),
    ]
)


@cache
def terms(mood: Mood) -> st.SearchStrategy[Terms]:
    """Settings of an account."""
    some = st.builds(
        Terms,
        maker_fee=sampled('0.1', '0', '0.5'),
        taker_fee=sampled('0.2', '0', '0.3333'),
        spread=sampled('0.1', '0', '3'),
        slippage=sampled('5', '0', '150'),
        touch=st.booleans(),
        participation=sampled('10', '20', '50', '100') if mood.scarce else sampled('0', '0', '10', '50'),
        cut=st.booleans(),
    )
    return st.one_of(st.just(Terms(participation=D(10) if mood.scarce else D(0))), some, some)


@st.composite
def ticks(draw: st.DrawFn, coin_id: int, now: datetime) -> Tick:
    """A price from any door, of any age, with and without a quote and a volume; some quotes are crossed."""
    grid = GRIDS[coin_id]
    price, bid, ask = (draw(among(grid.prices)) for _ in range(3))
    quoted = draw(among(('no', 'no', 'sound', 'half', 'any')))
    if quoted == 'sound':
        bid, ask = min(bid, price, ask), max(bid, price, ask)
    return Tick(
        grid.coin.name,
        price,
        now - timedelta(seconds=draw(among((0, 0, 0, 0, 0, 0, 0, 59, 60, 61, 300, -4)))),
        'feed',
        draw(among((*[Origin.FEED] * 7, Origin.PERSON, Origin.PROGRAM, Origin.FILE))),
        draw(among((None, None, *grid.sizes[:4] * 2, D(1000), D(0)))),
        None if quoted in ('no', 'half') else bid,
        None if quoted == 'no' else ask,
    )


@st.composite
def tickets(draw: st.DrawFn, mood: Mood, coin_id: int, now: datetime, cash: Decimal, coins: Decimal) -> Ticket:
    """An order whose parts go together; often for all the cash or coins that are available."""
    grid = GRIDS[coin_id]
    kind, side = draw(among(mood.kinds)), draw(among((Side.BUY, Side.BUY, Side.SELL)))
    asked: dict[str, Any] = {'name': grid.coin.name, 'side': side, 'kind': kind}
    how_much = draw(among(('size', 'size', 'all', 'amount')))
    if how_much == 'all' and (cash if side is Side.BUY else coins):
        asked |= {'quote_size': cash} if side is Side.BUY else {'size': coins}
    elif how_much == 'amount':
        asked['quote_size'] = draw(sampled('5', '1', '0.01', '99.99', '333.33333333'))
    else:
        asked['size'] = draw(among(grid.sizes))
    prices = among(grid.prices)
    if kind in (Kind.LIMIT, Kind.STOP_LIMIT):
        asked['limit_price'] = draw(prices)
    if kind in (Kind.STOP, Kind.STOP_LIMIT):
        asked['stop_price'] = draw(prices)
    if kind is Kind.TRAILING_STOP:
        by = draw(among(('trail_amount', 'trail_percent')))
        asked[by] = draw(among(grid.distances) if by == 'trail_amount' else sampled('0.5', '10', '99'))
    asked |= draw(_times(kind, now))
    if side is Side.BUY and draw(TENTHS) < mood.brackets:
        asked |= draw(_brackets(grid))
    return Ticket(**asked)


@st.composite
def _times(draw: st.DrawFn, kind: Kind, now: datetime) -> dict[str, Any]:
    allowed = {
        Kind.MARKET: (TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK),
        Kind.LIMIT: (TimeInForce.GTC, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK, TimeInForce.GTD),
    }.get(kind, (TimeInForce.GTC, TimeInForce.GTD))
    time_in_force = draw(among(allowed))
    asked: dict[str, Any] = {'time_in_force': time_in_force}
    if time_in_force is TimeInForce.GTD:
        asked['good_till'] = now + timedelta(seconds=draw(among((1, 30, 100, 1000))))
    if kind is Kind.LIMIT and time_in_force in (TimeInForce.GTC, TimeInForce.GTD):
        asked['post_only'] = draw(TENTHS) < 2
    return asked


@st.composite
def _brackets(draw: st.DrawFn, grid: Grid) -> dict[str, Any]:
    low, high = sorted(draw(st.lists(among(grid.prices), min_size=2, max_size=2, unique=True)))
    legs = draw(among((('take_profit', 'stop_loss'), ('take_profit',), ('stop_loss',))))
    return {leg: high if leg == 'take_profit' else low for leg in legs}
