"""Alerts in a coin's chart: where they fired, of before and live; lines that say the same are drawn once."""

from decimal import Decimal
from functools import partial

from desk.acting import LOCAL
from desk.desk import Desk
from desk.ticks import Tick
from models import Origin, utc_now
from pages.alert_marks import alert_levels
from pages.chart_firings import LONGEST, Fired
from tests import waiting
from tests.unit.alert_desk import above, crosses


async def price(desk: Desk, amount: str, name: str = 'BTC') -> None:
    await desk.submit(Tick(name, Decimal(amount), utc_now(), 'api', Origin.PROGRAM))


until = partial(waiting.until, seconds=5)


async def test_firings_are_spots_at_their_prices_those_of_before_too(desk: Desk) -> None:
    await price(desk, '90')
    await price(desk, '5', 'ETH')
    await desk.alerts.create(above('100', message='x' * 200))
    await price(desk, '101')
    fired = Fired(desk)
    await fired.read(LOCAL)
    assert len(fired.spots('BTC', LOCAL)) == 1
    await desk.alerts.create(above('102'))
    await price(desk, '103')
    await until(lambda: len(fired.spots('BTC', LOCAL)) == 2)
    first, second = fired.spots('BTC', LOCAL)
    assert (first.price, second.price) == (Decimal(101), Decimal(103))
    assert second.way == 'alert'
    assert len(first.label) == LONGEST
    assert '102' in second.label
    assert fired.spots('ETH', LOCAL) == fired.spots('BTC', 'ben') == ()


async def test_a_firing_that_is_seen_stays_one_spot_and_goes_with_its_coin(desk: Desk) -> None:
    fired = Fired(desk)
    await fired.read(LOCAL)
    await price(desk, '90')
    await price(desk, '5', 'XBT')
    await desk.alerts.create(above('100'))
    await price(desk, '101')
    await until(lambda: len(fired.spots('BTC', LOCAL)) == 1)
    await desk.alerts.acknowledge()
    assert len(fired.spots('BTC', LOCAL)) == 1
    await desk.merge('BTC', 'XBT')
    assert len(fired.spots('XBT', LOCAL)) == 1


async def test_alerts_at_one_level_that_say_the_same_are_one_line(desk: Desk) -> None:
    await price(desk, '90')
    for _ in range(3):
        await desk.alerts.create(crosses('100'))
    await desk.alerts.create(crosses('100', name='Mine'))
    levels = alert_levels(desk.alerts.all(), desk.coin('BTC').id or 0)
    assert [level.label for level in levels] == ['Mine', 'Alert when crossed']
