"""A fixed set of orders among recorded Binance trades: fills, fees and balances to the last digit."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import pytest

from desk.feeds import Grid
from desk.orders import Fill, Order
from models import Coin
from tests.unit.desk_world import DeskWorld
from tests.unit.recorded_trades import FILES, FOLDER, ORDERS, STEPS, Step, trades
from tests.unit.reference_orders import Paper
from tests.unit.trading_world import World

pytestmark = pytest.mark.skipif(
    not all((FOLDER / file).is_file() for file in FILES.values()), reason=f'no recorded trades in {FOLDER}'
)
CASH = Decimal(100_000)

# By the reference. Of each fill: the number of the trade (both coins counted, from 1), size, price, value, fee, rule.
# Worked out by hand from the recording, beside it:
FILLS = {
    # Trade 1 was 61837.63 with a quote of 61837.63 / 61837.64, so 61837.64 × 1.0005 = 61868.55882, up to 61868.56.
    # 0.4 × 61868.56 = 24747.424, of that 0.2 %: 49.494848.
    'market': ['1 0.4 61868.56 24747.424 49.494848 market'],
    # Placed when the ask was 61837.64, above 61825: it rests. Trade 107, at 61824.00, is the first below. Its own
    # price, and the maker's fee: 0.1 × 61825 = 6182.5, of that 0.1 %.
    'resting limit': ['107 0.1 61825 6182.5 6.1825 resting limit'],
    # Since trade 2 the highest was 61860.80 and the stop 100 below. The BTC trade before this was 61762.92, this one
    # 61759.56 ≤ 61760.80, at a bid of 61759.56: × 0.9995 = 61728.68022, down to 61728.68.
    'trailing': ['4075 0.05 61728.68 3086.434 6.172868 trailing stop'],
    # Trade 7357 reached 61700.00 when the bid was 61695.63: × 0.9995 = 61664.782185, down. Not at the stop price.
    'stop': ['7357 0.05 61664.78 3083.239 6.166478 stop'],
    'winning bracket': ['163 0.05 61860.69 3093.0345 6.186069 market'],
    'winning bracket / take_profit': ['948 0.05 61850 3092.5 3.0925 resting limit'],
    'winning bracket / stop_loss': [],
    'losing bracket': ['4075 0.05 61760 3088 3.088 resting limit'],
    'losing bracket / take_profit': [],
    'losing bracket / stop_loss': ['9510 0.05 61611.27 3080.5635 6.161127 stop'],
    # 0.3824 were traded at the price that made the quote; a tenth of that, at the ask of 61730.86, though the limit is
    # 61800. 0.03824 × 61730.86 = 2360.5880864; 0.2 % of it is 4.7211761728, cut to 8 digits. The rest is cancelled.
    'ioc': ['5563 0.03824 61730.86 2360.5880864 4.72117617 marketable limit'],
    'fok': [],
    # Placed right after trade 8373, whose ask was 61653.75: × 1.0005 = 61684.576875, up to 61684.58. With its fee a
    # coin costs 61684.58 × 1.002 = 61807.94916, and 1000 / 61807.94916 = 0.016179…: 0.01617 by lots of 0.00001.
    'by amount': ['8373 0.01617 61684.58 997.4396586 1.99487931 market'],
    'too far': ['10962 0.03 61610 1848.3 1.8483 resting limit'],
    # Trade 12783 was 61730.00 and triggered it, at an ask of 61739.89, above the limit: it rests. 12784
    # goes through it.
    'stop limit': ['12784 0.02 61735 1234.7 1.2347 resting limit'],
    # No quote, so half a spread: 2683.80 × 1.0005 = 2685.1419, up to 2685.15, × 1.0005 = 2686.492575, up to 2686.50.
    'eth market': ['2 5 2686.5 13432.5 26.865 market'],
    # The same ask without slippage, since it is a limit: 2 × 2685.15 = 5370.30, 0.2 % of it 10.7406.
    'marketable': ['2 2 2685.15 5370.3 10.7406 marketable limit'],
    'too large': [],
    'post only': [],
    'touching': ['1039 2 2684.15 5368.3 5.3683 resting limit'],
    'eth trailing': ['6190 1 2677.6 2677.6 5.3552 trailing stop'],
    # A tenth of what was traded below 2680, down to lots of 0.0001: 1.99 ETH in trade 7748 give 0.199.
    'in parts': [
        '7748 0.199 2680 533.32 0.53332 resting limit',
        '7749 0.001 2680 2.68 0.00268 resting limit',
        '7750 0.0003 2680 0.804 0.000804 resting limit',
        '7772 0.1018 2680 272.824 0.272824 resting limit',
        '8050 0.0583 2680 156.244 0.156244 resting limit',
        '8137 0.0005 2680 1.34 0.00134 resting limit',
        '8154 0.0004 2680 1.072 0.001072 resting limit',
        '8176 0.0004 2680 1.072 0.001072 resting limit',
        '8177 0.0004 2680 1.072 0.001072 resting limit',
        '8237 0.0111 2680 29.748 0.029748 resting limit',
        '8238 0.0229 2680 61.372 0.061372 resting limit',
        '8239 0.0039 2680 10.452 0.010452 resting limit',
    ],
    'expiring': [],
    # Its size was set when it was placed: 2684.50 × 1.0005 = 2685.84225, up to 2685.85, × 1.0005 = 2687.192925, up to
    # 2687.20; 2000 / (2687.20 × 1.002) = 0.74278…, so 0.7427. Trade 13229 was 2684.50 exactly: the same price.
    'eth stop': ['13229 0.7427 2687.2 1995.78344 3.99156688 stop'],
    'not wanted': [],
    # 2683.68 × 0.9995 = 2682.33816, down to 2682.33, × 0.9995 = 2680.988835, down; 1500 / 2680.98 = 0.55949…
    'end': ['15618 0.5594 2680.98 1499.740212 2.99948042 market'],
}
ENDED = {
    'cancelled': ['winning bracket / stop_loss', 'losing bracket / take_profit', 'ioc', 'fok', 'not wanted'],
    'refused': ['too large', 'post only'],
    'expired': ['expiring'],
}
# 0.4 + 0.1 − 0.05 − 0.05 + (0.05 − 0.05) + (0.05 − 0.05) + 0.03824 + 0.01617 + 0.03 + 0.02 = 0.50441 BTC;
# 5 + 2 − 2 − 1 + 0.4 + 0.7427 − 0.5594 = 4.5833 ETH. Nothing is open any more.
BALANCES = {None: Decimal('56313.07143422'), 1: Decimal('0.50441'), 2: Decimal('4.5833')}


def test_orders_among_recorded_trades_fill_as_worked_out() -> None:
    ticks = trades()
    coins = {number: Coin(id=number, name=name, key=name) for number, name in enumerate(FILES, 1)}
    world = World(coins, {'ada': CASH}, ticks[0].timestamp)
    papers: dict[str, Paper] = {}
    seen = Counter[str]()
    for tick in ticks:
        number = list(FILES).index(tick.name) + 1
        world.now = max(world.now, tick.timestamp)
        world.apply(number, world.number(number, tick))
        seen[tick.name] += 1
        for name, step in ORDERS.items():
            if (step.name, step.after) == (tick.name, seen[tick.name]):
                _do(world, papers, name, step, number)
    told = {world.numbers[paper.id]: name for name, paper in papers.items()}
    assert _fills(world.kept.orders.values(), world.kept.fills, told) == FILLS
    assert {told_of(order, told): str(order.status) for order in world.kept.orders.values()} == {
        name: next((end for end, names in ENDED.items() if name in names), 'filled') for name in FILLS
    }
    account = world.matcher.accounts['ada']
    assert {asset: account.available(asset) for asset in BALANCES} == BALANCES
    assert world.kept.balances(account.book.id) == BALANCES


@pytest.mark.slow
async def test_the_whole_desk_fills_them_the_same(tmp_path: Path) -> None:
    ticks = trades()
    world = DeskWorld(tmp_path, CASH, ticks[0].timestamp)
    await world.start()
    for name, steps in STEPS.items():
        await world.list_coin(name, Grid(steps.tick_size, steps.lot_size))
    papers: dict[str, Paper] = {}
    seen = Counter[str]()
    for tick in ticks:
        world.now = max(world.now, tick.timestamp)
        await world.price(tick)
        seen[tick.name] += 1
        for name, step in ORDERS.items():
            if (step.name, step.after) == (tick.name, seen[tick.name]):
                await _do_at(world, papers, name, step)
    await world.check()
    told = {world.numbers[paper.id]: name for name, paper in papers.items()}
    orders, fills = (await world.desk.broker.orders(limit=100)).items, await world.desk.broker.all_fills()
    assert _fills(orders, fills, told) == FILLS
    account = world.desk.broker.account()
    assert {asset: account.available(asset) for asset in BALANCES} == BALANCES
    await world.desk.stop()


async def _do_at(world: DeskWorld, papers: dict[str, Paper], name: str, step: Step) -> None:
    if step.ticket is not None:
        paper = await world.place(step.ticket, step.terms)
        assert paper is not None
        papers[name] = paper
    elif step.amends:
        await world.amend(papers[step.amends], limit_price=step.limit_price)
    else:
        await world.cancel(papers[step.cancels])


def _do(world: World, papers: dict[str, Paper], name: str, step: Step, number: int) -> None:
    if step.ticket is not None:
        paper = world.place('ada', number, step.ticket, STEPS[step.name], step.terms)
        assert paper is not None
        papers[name] = paper
    elif step.amends:
        assert step.limit_price is not None
        world.amend(papers[step.amends], limit_price=step.limit_price)
    else:
        world.cancel(papers[step.cancels])


def _fills(orders: Iterable[Order], fills: Iterable[Fill], told: dict[int, str]) -> dict[str, list[str]]:
    """By the name of the order, as in the table above."""
    names = {order.id: told_of(order, told) for order in orders}
    found: dict[str, list[str]] = {name: [] for name in names.values()}
    for fill in fills:
        numbers = (fill.size, fill.price, fill.value, fill.fee)
        words = ' '.join(format(number.normalize(), 'f') for number in numbers)
        found[names[fill.order_id]].append(f'{fill.seq} {words} {fill.rule}')
    return found


def told_of(order: Order, told: dict[int, str]) -> str:
    return told[order.id] if order.parent_id is None else f'{told[order.parent_id]} / {order.leg}'
