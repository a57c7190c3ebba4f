"""An order of the reference matcher: as plain as it gets, changed in place."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from desk.orders import Kind, Leg, Side, Status, Steps, Terms, TimeInForce


@dataclass
class Paper:
    """An order; `amount` is the money that it was asked by, `best` a trailing stop's best price."""

    id: int
    user: str
    book: int
    coin: int
    side: Side
    kind: Kind
    steps: Steps
    terms: Terms
    seq: int
    rank: int
    size: Decimal | None = None
    amount: Decimal | None = None
    limit: Decimal | None = None
    stop: Decimal | None = None
    trail_amount: Decimal | None = None
    trail_percent: Decimal | None = None
    best: Decimal | None = None
    reserve: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.GTC
    good_till: datetime | None = None
    post_only: bool = False
    parent: 'Paper | None' = None
    leg: Leg = Leg.NONE
    status: Status = Status.OPEN
    arrived: bool = False
    triggered: bool = False
    filled: Decimal = Decimal(0)

    @property
    def is_open(self) -> bool:
        return self.status in (Status.OPEN, Status.PARTLY_FILLED)

    @property
    def remaining(self) -> Decimal:
        return Decimal(0) if self.size is None else self.size - self.filled

    @property
    def buys(self) -> bool:
        return self.side is Side.BUY
