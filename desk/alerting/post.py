"""An alert at one of its coins: its mark, the side that the price is on, and when it may fire. Pure."""

from datetime import datetime, timedelta
from decimal import Decimal

from desk.alert import Alert, Condition, Mark, Repeat, Status
from desk.alerting.conditions import CROSSES
from desk.ticks import MONEY

HUNDRED, ONE = Decimal(100), Decimal(1)
Bounds = tuple[Decimal | None, Decimal | None]  # armed again at or under the first, at or over the second
WANTED = {Condition.CROSSES_UP: (1,), Condition.CROSSES_DOWN: (-1,), Condition.CROSSES: (1, -1)}
BACK_BELOW = frozenset({Condition.ABOVE, Condition.RISES, Condition.NEW_HIGH})
BACK_ABOVE = frozenset({Condition.BELOW, Condition.FALLS, Condition.NEW_LOW})


class Post:
    """`side` is −1 (below the level), 1 (above) or 0 (not known); `reached`: the price has been at the level since.

    `told`: it has fired for the silence that lasts. `stamp` changes whenever it waits for something else.
    """

    __slots__ = ('alert', 'coin_id', 'mark', 'reached', 'side', 'stamp', 'told')

    def __init__(self, alert: Alert, coin_id: int, mark: Mark) -> None:
        self.alert, self.coin_id, self.mark = alert, coin_id, mark
        self.side, self.reached, self.told, self.stamp = 0, False, False, 0

    @property
    def disarmed(self) -> bool:
        """Whether it must be armed first."""
        return not self.mark.armed and self.alert.repeat != Repeat.EVERY

    @property
    def spent(self) -> bool:
        """Whether nothing but a person arms it again."""
        return self.disarmed and self.alert.repeat == Repeat.ONCE

    @property
    def free_at(self) -> datetime | None:
        """From when on neither a snooze nor its cooldown keeps it from firing; None: there is neither."""
        alert, mark = self.alert, self.mark
        free = alert.snoozed
        if alert.repeat == Repeat.EVERY and mark.fired is not None:
            cool = mark.fired + timedelta(seconds=alert.cooldown)
            free = cool if free is None else max(free, cool)
        return free

    def free(self, now: datetime) -> bool:
        """Whether it may fire now."""
        if self.disarmed or self.alert.status != Status.ACTIVE:
            return False
        at = self.free_at
        return at is None or at <= now

    def stand(self, price: Decimal | None) -> None:
        """Take the side of a price, without crossing."""
        level = self.alert.price
        self.side, self.reached = 0, False
        if price is not None and level is not None and price != level:
            self.side = 1 if price > level else -1

    def cross(self, price: Decimal) -> bool:
        """Follow a price; True if that crosses the level in a direction that the alert wants."""
        level = self.alert.price
        assert level is not None
        crossed = 0
        if price == level:
            if self.side and not self.reached:
                crossed, self.reached = -self.side, True
        else:
            side = 1 if price > level else -1
            if self.side not in (0, side) and not self.reached:
                crossed = side
            self.side, self.reached = side, False
        return crossed in WANTED[Condition(self.alert.condition)]

    def bounds(self) -> Bounds:
        """Where a price arms it again."""
        alert, fired = self.alert, self.mark.price
        back, condition = alert.rearm or Decimal(0), alert.condition
        base = alert.price if condition in CROSSES else fired
        if base is None or fired is None:
            return None, Decimal(0)
        low, high = _part(base, HUNDRED - back), _part(base, HUNDRED + back)
        if condition in BACK_BELOW or condition == Condition.CROSSES_UP:
            return low, None
        if condition in BACK_ABOVE or condition == Condition.CROSSES_DOWN:
            return None, high
        if condition == Condition.CROSSES and fired != base:
            return (low, None) if fired > base else (None, high)
        return low, high

    def back(self, price: Decimal) -> bool:
        """Whether a price has gone back far enough to arm it again."""
        low, high = self.bounds()
        return (low is not None and price <= low) or (high is not None and price >= high)


def _part(base: Decimal, per_cent: Decimal) -> Decimal:
    return MONEY.divide(MONEY.multiply(base, per_cent), HUNDRED)
