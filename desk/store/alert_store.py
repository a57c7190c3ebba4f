"""The part of the store that keeps alerts: `store.alerts`."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from desk.alert import Alert, Delivery, Firing, Status
from desk.alerting.hits import Hit
from desk.store import alert_claims, alert_queries, alert_writes
from desk.store.access import Access
from desk.store.alert_claims import Claims
from desk.store.alert_queries import AlertNews, AlertState, AsOf
from desk.store.alert_writes import Seen
from desk.store.records import Page


class AlertStore:
    """Alerts, how far each has come with its coins, their firings and where these went.

    Everything raises Unavailable while the database is locked, full or gone, and Invalid for a cursor of somebody else.
    """

    def __init__(self, access: Access, clock: Callable[[], datetime]) -> None:
        self._write, self._read, self._clock = access.write, access.read, clock

    async def state(self) -> AlertState:
        """What a process starts from."""
        return await self._read(alert_queries.state)

    async def news(self, since: AsOf) -> AlertNews:
        """What any process has changed since."""
        return await self._read(alert_queries.news, since)

    async def add(self, alert: Alert) -> Alert:
        """Store a new alert; as it is stored, with its id."""
        return await self._write(alert_writes.add, alert, self._clock())

    async def change(self, alert: Alert, fields: Mapping[str, Any], rearm: bool = False) -> Alert:
        """Change fields of an alert, and arm it anew for all coins; raises Overtaken if it is not as it is given."""
        return await self._write(alert_writes.change, alert, fields, rearm, self._clock())

    async def move(
        self, ids: Collection[int], states: Sequence[Status], fields: Mapping[str, Any], rearm: bool = False
    ) -> list[Alert]:
        """Change fields of those that are in one of these states; all of them as they are now, deleted ones too."""
        return await self._write(alert_writes.move, ids, states, fields, rearm, self._clock(), rows=len(ids))

    async def acknowledge(self, user: str, firing_ids: Collection[int] | None) -> Seen:
        """Note that firings were seen (None: all of a user)."""
        return await self._write(alert_writes.acknowledge, user, firing_ids, self._clock())

    async def merge(self, roots: Mapping[int, int]) -> list[Alert]:
        """Coins became part of others, their roots: what is said of them is said of these; the alerts that changed."""
        return await self._write(alert_writes.merge, roots, self._clock())

    async def claim(self, hits: Sequence[Hit]) -> Claims:
        """Store what was decided, in its order: each firing once, whichever process saw it first."""
        return await self._write(alert_claims.claim, hits, self._clock(), rows=3 * len(hits))

    async def firings(self, user: str, alert_id: int | None, limit: int, cursor: str) -> Page[Firing]:
        """Firings newest first, of one alert or of all."""
        return await self._read(alert_queries.firings, user, alert_id, limit, cursor)

    async def deliveries(self, firing_ids: Collection[int], user: str) -> dict[int, list[Delivery]]:
        """Where each of these firings went."""
        return await self._read(alert_queries.deliveries, firing_ids, user)
