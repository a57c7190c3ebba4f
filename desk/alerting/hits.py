"""What becomes of alerts: data only."""

from dataclasses import dataclass

from desk.alert import Firing, Mark


@dataclass(frozen=True, slots=True)
class Fired:
    """An alert fired for a coin. `mark` is how far it has come with that."""

    firing: Firing
    mark: Mark


@dataclass(frozen=True, slots=True)
class Rearmed:
    """The price has gone back: the alert may fire again for this coin."""

    alert_id: int
    mark: Mark


@dataclass(frozen=True, slots=True)
class Expired:
    """The alert's time is over; the Watch has dropped it."""

    alert_id: int


Hit = Fired | Rearmed | Expired
