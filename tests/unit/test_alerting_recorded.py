"""A fixed set of alerts among recorded Binance trades, and the trades at which they fire."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from desk.alert import Alert, Repeat
from desk.alerting.conditions import Conditions
from desk.alerting.hits import Expired, Fired, Hit, Rearmed
from desk.alerting.watch import Watch
from desk.ticks import Tick
from tests.unit.alerting_world import an_alert
from tests.unit.recorded_trades import FILES, FOLDER, trades

pytestmark = pytest.mark.skipif(
    not all((FOLDER / file).is_file() for file in FILES.values()), reason=f'no recorded trades in {FOLDER}'
)
D = Decimal
ONCE, REARM = Repeat.ONCE, Repeat.REARM
BTC, ETH = 1, 2
FIVE = 300


def _at(minute: int, second: int) -> datetime:
    return datetime(2024, 8, 8, 23, minute, second, tzinfo=UTC)


# Made when each coin has had its first trade: BTC at 61837.63, ETH at 2683.80.
ALERTS: dict[str, tuple[int | None, Alert]] = {
    'under 61800': (BTC, an_alert(1, 'crosses_down', price=D(61800), repeat=ONCE)),
    'up and back': (BTC, an_alert(2, 'crosses_up', price=D(61700), repeat=REARM, rearm=D('0.1'))),
    'each minute': (BTC, an_alert(3, 'crosses', price=D(61700), cooldown=60)),
    'above': (BTC, an_alert(4, 'above', price=D(61850), repeat=REARM, rearm=D('0.05'))),
    'fall': (BTC, an_alert(5, 'falls', percent=D('0.2'), window=FIVE, repeat=REARM, rearm=D('0.1'))),
    'low': (BTC, an_alert(6, 'new_low', cooldown=60)),
    'snoozed': (BTC, an_alert(7, 'below', price=D(61800), repeat=ONCE, snoozed=_at(57, 0))),
    'expiring': (BTC, an_alert(8, 'crosses_down', price=D(61600), repeat=ONCE, expires=_at(58, 0))),
    'eth below': (ETH, an_alert(9, 'below', price=D(2680), cooldown=60)),
    'eth line': (ETH, an_alert(10, 'crosses_up', price=D(2685), repeat=REARM, rearm=D('0.05'))),
    'eth high': (ETH, an_alert(11, 'new_high', repeat=REARM, rearm=D('0.1'))),
    'eth silent': (ETH, an_alert(12, 'silent', minutes=1, repeat=ONCE)),
    'rise of any': (None, an_alert(13, 'rises', percent=D('0.2'), window=FIVE, repeat=ONCE)),
}

# Of each alert: the number of the trade of its coin (from 1), its time, its price, and what it did.
HITS = {
    # 1744 was 61800.01 at 23:55:46.376, 1745 is the first at the level. That it goes on to 61700 is the same crossing.
    'under 61800': ['1745 23:55:46.858 61800 fired'],
    # The price fell through 61700 at 4035. 5487 was 61699.00, 5488 is back at the level: fired. 5491, 5494, 5499 reach
    # it again, disarmed. Armed at 61700 × 0.999 = 61638.30: 5877 was 61638.37, 5878 is 61637.98. 8078 was
    # 61699.47, 8079 is 61700.00.
    'up and back': [
        '5488 23:58:08.096 61700 fired',
        '5878 23:58:22.382 61637.98 armed',
        '8079 23:58:54.122 61700 fired',
    ],
    # 4034 was 61700.01, 4035 is at the level. The crossings from 5488 to 7357 come within 60 s of that and are lost;
    # the cooldown is over at 23:58:52.875, and 8079 is the first crossing after it.
    'each minute': ['4035 23:57:52.875 61700 fired', '8079 23:58:54.122 61700 fired'],
    # 512 was 61850.00: not above. Armed at 61851.99 × 0.9995 = 61821.064005: 1659 was 61821.88, 1660 is 61820.60. The
    # price is not above 61850 any more until the end.
    'above': ['513 23:54:43.397 61851.99 fired', '1660 23:55:43.269 61820.6 armed'],
    # The highest was 61860.80, at 23:55:10.387; × 0.998 = 61737.0784. 2938 was 61738.20. Armed would be
    # at 61735.20 × 1.001 = 61796.9352: the price does not get there.
    'fall': ['2939 23:56:46.275 61735.2 fired'],
    # The first five trades were 61837.63. Then the first new low a minute or more after the firing before: the lowest
    # had been 61824.00, 61756.00, 61713.45. After 23:58:52.837 there is none: the lowest, 61583.22, came at 23:58:35.
    'low': [
        '6 23:54:15.617 61837.62 fired',
        '1598 23:55:34.255 61823.4 fired',
        '2799 23:56:36.724 61755.14 fired',
        '3949 23:57:52.837 61713.25 fired',
    ],
    # Below since 23:55:47. 3141 came at 23:56:59.67, 3142 is the first when the snooze is over.
    'snoozed': ['3142 23:57:00.634 61727.66 fired'],
    # 61600 was reached at trade 6888, 35 s after its end; 5211 is the first trade after that.
    'expiring': ['5211 23:58:00.135 61652 expired'],
    # 3348 was 2680.00: not below. Below at times until 23:58:23.750, all within the minute.
    'eth below': ['3349 23:57:52.905 2679.8 fired'],
    # 4804 was 2684.96. Armed at 2685 × 0.9995 = 2683.6575: 5795 was 2683.67, 5796 is 2683.64. 5875 was 2682.34, 5876
    # is past the level. 5914 was 2683.69, 5915 is 2683.60.
    'eth line': [
        '4805 23:59:03.771 2685 fired',
        '5796 23:59:48.721 2683.64 armed',
        '5876 23:59:48.726 2685.15 fired',
        '5915 23:59:49.375 2683.6 armed',
    ],
    # None was higher than 2683.80 before 399. Armed at 2683.90 × 0.999 = 2681.2161: 2837 was 2681.22, 2838 is 2681.20.
    # The highest was 2684.60, of trade 466, while it was disarmed: 4757 with 2684.57 is no new high, 4758 is.
    'eth high': [
        '399 23:54:40.714 2683.9 fired',
        '2838 23:57:15.398 2681.2 armed',
        '4758 23:59:01.514 2684.61 fired',
    ],
    # The last trade came at 00:00:00.982; a minute later.
    'eth silent': ['6106 00:01:00.982 2682.51 fired'],
    # BTC: the lowest was 61583.22, trade 7287 at 23:58:35.302; × 1.002 = 61706.38644. 8093 was 61706.22.
    # ETH: the lowest was 2679.00, trade 3842 at 23:58:22.390; × 1.002 = 2684.358. 4738 was 2684.30. Once for each coin.
    'rise of any': ['8094 23:58:54.124 61707.3 fired', '4739 23:59:01.514 2684.37 fired'],
}
MESSAGES = {
    'fall': 'BTC fell 0.203 % within 5 minutes, to 61,735.20.',  # (61860.80 − 61735.20) / 61860.80 = 0.20303…
    'eth silent': 'ETH has had no price for 1 minute; the last was 2,682.51.',
}


def test_alerts_fire_at_the_recorded_trades_that_were_worked_out() -> None:
    hits, said = _replayed(trades())
    assert hits == HITS
    assert {name: said[name] for name in MESSAGES} == MESSAGES


def _replayed(ticks: Sequence[Tick]) -> tuple[dict[str, list[str]], dict[str, str]]:
    names = {alert.id: name for name, (_, alert) in ALERTS.items()}
    found: dict[str, list[str]] = {name: [] for name in ALERTS}
    said: dict[str, str] = {}
    live: dict[int, Tick] = {}
    seen = {BTC: 0, ETH: 0}
    now = ticks[0].timestamp
    watch = Watch(live.get, lambda: now, Conditions())

    def note(hits: Sequence[Hit], coin: int) -> None:
        for hit in hits:
            alert_id = hit.firing.alert_id if isinstance(hit, Fired) else hit.alert_id
            price = format(live[coin].price.normalize(), 'f')
            found[names[alert_id]].append(
                f'{seen[coin]} {now:%H:%M:%S}.{now.microsecond // 1000:03} {price} {_what(hit)}'
            )
            if isinstance(hit, Fired):
                said[names[alert_id]] = hit.firing.message

    for tick in ticks:
        coin = list(FILES).index(tick.name) + 1
        now = max(now, tick.timestamp)
        seen[coin] += 1
        live[coin] = tick._replace(received=now)
        note(watch.tick(coin, live[coin]), coin)
        if sum(seen.values()) == len(live) == len(FILES):
            for where, alert in ALERTS.values():
                watch.put(alert, None if where is None else [where])
            for unseeded in watch.needs_history():
                watch.seed(unseeded, [])
    for millisecond in (-1, 0, 1):
        now = live[ETH].timestamp + timedelta(minutes=1, milliseconds=millisecond)
        note(watch.pass_time(now), ETH)
    return found, said


def _what(hit: Hit) -> str:
    return {Fired: 'fired', Rearmed: 'armed', Expired: 'expired'}[type(hit)]
