"""What alerts have fired of late, as it is drawn into charts."""

from contextlib import suppress

from desk.alert import Firing, News
from desk.desk import Desk
from desk.errors import Unavailable
from pages.chart_marks import Spot

MOST, LONGEST = 500, 90


class Fired:
    """The newest firings of all coins by user, from the store when first asked for, then as they are committed."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._firings: dict[str, dict[int, Firing]] = {}
        desk.alerts.subscribe(self._hear)

    async def read(self, user: str) -> None:
        """Read those of before, unless that is done; while the database is away there are none."""
        if user and user not in self._firings:
            with suppress(Unavailable):
                found = (await self.desk.alerts.firings(limit=MOST, user=user)).items
                self._firings.setdefault(user, {})
                self._put(user, found)

    def spots(self, name: str, user: str) -> tuple[Spot, ...]:
        """Where a user's alerts fired for the coin of this name, oldest first; raises NotFound for the name."""
        ids = set(self.desk.registry.ids(self.desk.coin(name)))
        return tuple(_spot(firing) for firing in self._firings.get(user, {}).values() if firing.coin_id in ids)

    def _hear(self, news: News) -> None:
        for user in self._firings:
            self._put(user, [firing for firing in news.firings if firing.user == user])

    def _put(self, user: str, firings: list[Firing]) -> None:
        if firings:
            known = self._firings[user] | {firing.id: firing for firing in firings}
            self._firings[user] = {number: known[number] for number in sorted(known)[-MOST:]}


def _spot(firing: Firing) -> Spot:
    words = firing.message if len(firing.message) <= LONGEST else f'{firing.message[: LONGEST - 1]}…'
    return Spot(firing.tick_time, firing.price, words, 'alert')
