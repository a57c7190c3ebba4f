"""Alerts as they are committed: for pages and the API from memory, firings and deliveries from the store."""

from collections.abc import Callable, Collection, Iterable

from desk.acting import whose
from desk.alert import Alert, Delivery, Draft, Firing, News
from desk.alerts.asking import draft_of
from desk.alerts.shelf import Shelf
from desk.errors import NotFound
from desk.followers import Followers
from desk.registry import Registry
from desk.store import Page
from desk.store.alert_store import AlertStore


class AlertReader:
    """The reading half. Everything that is awaited raises Unavailable while the database is away."""

    def __init__(self, store: AlertStore, registry: Registry) -> None:
        self.store, self.registry = store, registry
        self._shelf, self._unread = Shelf(), dict[str, int]()
        self._followers = Followers[News]()

    def all(self, user: str | None = None) -> list[Alert]:
        """A user's alerts, newest first, without those that were deleted."""
        return self._shelf.of(whose(user))

    def get(self, alert_id: int, user: str | None = None) -> Alert:
        """One of a user's alerts; raises NotFound."""
        return self._own_alert(alert_id, user)

    def coin_name(self, coin_id: int) -> str:
        """What a coin is called now, through merges; '' for one that this process does not know yet."""
        return self.registry.name(coin_id) if self.registry.knows(coin_id) else ''

    def draft(self, alert_id: int, user: str | None = None) -> Draft:
        """What was asked of an alert, for a dialog or for another like it; raises NotFound."""
        return draft_of(self._own_alert(alert_id, user), self.coin_name)

    def unread(self, user: str | None = None) -> int:
        """How many firings a user has not acknowledged."""
        return self._unread.get(whose(user), 0)

    async def firings(
        self, alert_id: int | None = None, limit: int = 50, cursor: str = '', user: str | None = None
    ) -> Page[Firing]:
        """Firings newest first, of one alert (deleted ones too) or of all; raises Invalid for a cursor of others."""
        return await self.store.firings(whose(user), alert_id, limit, cursor)

    async def deliveries(self, firing_ids: Collection[int], user: str | None = None) -> dict[int, list[Delivery]]:
        """Where each of these firings was sent, or is to be; of somebody else's nothing is said."""
        return await self.store.deliveries(firing_ids, whose(user))

    def subscribe(self, callback: Callable[[News], None]) -> Callable[[], None]:
        """Call back with what changed, after its commit, on the event loop; returns how to stop that."""
        return self._followers.subscribe(callback)

    def tell(self, news: News) -> None:
        """Something was committed that belongs to alerts: a delivery has been sent, a channel is new."""
        self._followers.tell(news)

    def _of(self, ids: Iterable[int]) -> list[Alert]:
        return [alert for number in dict.fromkeys(ids) if (alert := self._shelf.find(number))]

    def _tell(self, alerts: Iterable[Alert], firings: Iterable[Firing] = ()) -> None:
        """Each alert once, as it is now."""
        last = {alert.id: alert for alert in alerts}
        self._followers.tell(News(alerts=tuple(last.values()), firings=tuple(firings)))

    def _own_alert(self, alert_id: int, user: str | None) -> Alert:
        alert = self._shelf.find(alert_id)
        if alert is None or alert.user != whose(user):
            raise NotFound(f'There is no alert {alert_id}.')
        return alert
