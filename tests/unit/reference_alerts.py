"""The rules of docs/alert-rules.md in the most obvious way: every alert is looked at, every price is kept. Slow."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from desk.alert import Alert, Mark, Status
from desk.ticks import Tick

STEPS = {300: 1, 3600: 10, 86400: 60}
Said = tuple[str, int, int, int]  # what, the alert's number, the coin's, the firing's


@dataclass
class Price:
    """One that came in. Its moment is its own time, but never before that of the price before it."""

    moment: datetime
    price: Decimal


@dataclass
class One:
    """An alert at one coin."""

    alert: Alert
    coin: int
    mark: Mark
    side: str = ''
    reached: bool = False
    told: bool = False


@dataclass
class Reference:
    """`prices` has every price of a coin in the order in which they came in, `heard` when the last did."""

    prices: dict[int, list[Price]] = field(default_factory=dict)
    heard: dict[int, datetime] = field(default_factory=dict)
    ones: list[One] = field(default_factory=list)

    def make(self, alert: Alert, coins: list[int]) -> None:
        """Take an alert anew: armed or not as its marks say, the sides from the live prices."""
        self.forget(alert.id)
        marks = {mark.coin_id: mark for mark in alert.marks}
        for coin in coins:
            one = One(alert, coin, marks.get(coin, Mark(coin)))
            if self.prices.get(coin):
                one.side = side_of(self.prices[coin][-1].price, alert.price)
            one.told = self._told(one)
            self.ones.append(one)

    def change(self, alert: Alert) -> None:
        """Something that does not take the sides anew."""
        for one in self.ones:
            if one.alert.id == alert.id:
                if one.alert.repeat == 'once' and not one.mark.armed and self.prices.get(one.coin):
                    one.side, one.reached = side_of(self.prices[one.coin][-1].price, alert.price), False
                one.alert = alert

    def forget(self, alert_id: int) -> None:
        """It watches nothing any more."""
        self.ones = [one for one in self.ones if one.alert.id != alert_id]

    def committed(self, alert_id: int, mark: Mark) -> None:
        """Another process has fired: as if on that price here."""
        for one in self.ones:
            if (one.alert.id, one.coin) == (alert_id, mark.coin_id):
                one.mark = mark
                one.told = self._told(one)
                assert mark.price is not None
                if one.alert.price is not None:
                    crosses(one, mark.price)

    def tick(self, coin: int, tick: Tick, now: datetime) -> list[Said]:
        """A price."""
        said = self.pass_time(now)
        before = self.prices.setdefault(coin, [])
        before.append(Price(self._moment(coin, tick.timestamp), tick.price))
        self.heard[coin] = now
        for one in sorted(self.ones, key=lambda one: one.alert.id):
            if one.coin == coin and one.alert.condition == 'silent':
                one.told = False
            elif one.coin == coin:
                said += self.meet(one, tick.price, now)
        return said

    def pass_time(self, now: datetime) -> list[Said]:
        """What comes with the time."""
        said: list[Said] = []
        for alert in sorted({one.alert.id: one.alert for one in self.ones}.values(), key=lambda alert: alert.id):
            if alert.expires is not None and alert.expires <= now:
                self.forget(alert.id)
                said.append(('expired', alert.id, 0, 0))
        for one in sorted(self.ones, key=lambda one: (one.alert.id, one.coin)):
            heard = self.heard.get(one.coin)
            if one.alert.condition != 'silent' or heard is None or one.alert.minutes is None:
                continue
            if now - heard >= timedelta(minutes=one.alert.minutes) and not one.told and may_fire(one, now):
                one.told = True
                said.append(self.fire(one, self.prices[one.coin][-1].price, now))
        return said

    def meet(self, one: One, price: Decimal, now: datetime) -> list[Said]:
        """A price meets an alert that is no silence."""
        crossing = one.alert.condition in ('crosses', 'crosses_up', 'crosses_down')
        happens = crosses(one, price) if crossing else self.holds(one, price)
        if one.alert.repeat == 'rearm' and not one.mark.armed:
            if gone_back(one, price):
                one.mark = replace(one.mark, armed=True)
                return [('armed', one.alert.id, one.coin, one.mark.count)]
            return []
        return [self.fire(one, price, now)] if happens and may_fire(one, now) else []

    def holds(self, one: One, price: Decimal) -> bool:
        """Whether a state is true of the newest price."""
        alert = one.alert
        level, percent = alert.price or Decimal(0), alert.percent or Decimal(0)
        match alert.condition:
            case 'above':
                return price > level
            case 'below':
                return price < level
            case 'rises':
                return price * 100 >= min(self.window(one.coin, alert.window or 0)) * (100 + percent)
            case 'falls':
                return price * 100 <= max(self.window(one.coin, alert.window or 0)) * (100 - percent)
        before = self.window(one.coin, 86400)[:-1]
        if alert.condition == 'new_high':
            return bool(before) and all(price > other for other in before)
        assert alert.condition == 'new_low'
        return bool(before) and all(price < other for other in before)

    def window(self, coin: int, seconds: int) -> list[Decimal]:
        """The prices in the window of the newest one, which is the last of them."""
        step, prices = STEPS[seconds], self.prices[coin]
        newest = step_of(prices[-1].moment, step)
        return [known.price for known in prices if step_of(known.moment, step) > newest - seconds // step]

    def fire(self, one: One, price: Decimal, now: datetime) -> Said:
        """It fires."""
        one.mark = Mark(one.coin, one.mark.count + 1, one.alert.repeat == 'every', now, price)
        return 'fired', one.alert.id, one.coin, one.mark.count

    def _told(self, one: One) -> bool:
        heard = self.heard.get(one.coin)
        return heard is not None and one.mark.fired is not None and one.mark.fired >= heard

    def _moment(self, coin: int, moment: datetime) -> datetime:
        known = self.prices[coin]
        return max(moment, known[-1].moment) if known else moment


def side_of(price: Decimal, level: Decimal | None) -> str:
    """Where a price is."""
    if level is None or price == level:
        return ''
    return 'above' if price > level else 'below'


def crosses(one: One, price: Decimal) -> bool:
    """Follow a price; whether it crosses as the alert wants."""
    now, before, up = side_of(price, one.alert.price), one.side, False
    if not now:
        crossing, up = bool(before) and not one.reached, before == 'below'
        one.reached = one.reached or bool(before)
    else:
        crossing, up = bool(before) and before != now and not one.reached, now == 'above'
        one.side, one.reached = now, False
    wanted = {'crosses': True, 'crosses_up': up, 'crosses_down': not up}
    return crossing and wanted.get(one.alert.condition, False)


def may_fire(one: One, now: datetime) -> bool:
    """Whether neither its life nor its repetition keeps it from firing."""
    alert, mark = one.alert, one.mark
    if alert.status != Status.ACTIVE or (alert.snoozed is not None and now < alert.snoozed):
        return False
    if alert.repeat == 'every':
        return mark.fired is None or now >= mark.fired + timedelta(seconds=alert.cooldown)
    return mark.armed


def gone_back(one: One, price: Decimal) -> bool:
    """Whether a price arms it again."""
    alert, f = one.alert, one.mark.price
    assert f is not None
    assert alert.rearm is not None
    level = alert.price or f
    base = level if 'crosses' in alert.condition else f
    fell = price * 100 <= base * (100 - alert.rearm)
    rose = price * 100 >= base * (100 + alert.rearm)
    match alert.condition:
        case 'above' | 'rises' | 'new_high' | 'crosses_up':
            return fell
        case 'below' | 'falls' | 'new_low' | 'crosses_down':
            return rose
    assert alert.condition == 'crosses'
    return (fell and f >= level) or (rose and f <= level)


def step_of(moment: datetime, step: int) -> int:
    """The number of a moment's step."""
    return int(moment.timestamp()) // step
