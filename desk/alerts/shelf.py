"""Alerts as they are committed: by their ids and their users. Memory only, pure."""

from dataclasses import replace

from desk.alert import Alert, Mark, Status


class Shelf:
    """All alerts that are not deleted."""

    def __init__(self) -> None:
        self._alerts: dict[int, Alert] = {}
        self._users: dict[str, dict[int, None]] = {}

    def __contains__(self, alert_id: int) -> bool:
        return alert_id in self._alerts

    def find(self, alert_id: int) -> Alert | None:
        """One of them; None: there is none, or it was deleted."""
        return self._alerts.get(alert_id)

    def all(self) -> list[Alert]:
        """All of all users, oldest first."""
        return list(self._alerts.values())

    def of(self, user: str) -> list[Alert]:
        """A user's, newest first."""
        return [self._alerts[number] for number in sorted(self._users.get(user, ()), reverse=True)]

    def count(self, user: str) -> int:
        """How many a user has."""
        return len(self._users.get(user, ()))

    def coins(self) -> set[int]:
        """Those that an alert is on, or has fired for."""
        marked = {mark.coin_id for alert in self._alerts.values() for mark in alert.marks}
        return marked | {alert.coin_id for alert in self._alerts.values() if alert.coin_id is not None}

    def put(self, alert: Alert) -> bool:
        """Take an alert as it is stored; False if what is known is newer."""
        known = self._alerts.get(alert.id)
        if known is not None and known.revision > alert.revision:
            return False
        if alert.status == Status.DELETED:
            self._alerts.pop(alert.id, None)
            self._users.get(alert.user, {}).pop(alert.id, None)
        else:
            self._alerts[alert.id] = alert
            self._users.setdefault(alert.user, {})[alert.id] = None
        return True

    def mark(self, alert_id: int, mark: Mark) -> None:
        """How far an alert has come with a coin."""
        alert = self._alerts.get(alert_id)
        if alert is not None:
            others = (each for each in alert.marks if each.coin_id != mark.coin_id)
            self._alerts[alert_id] = replace(alert, marks=(*others, mark))
