"""What is written in the ticket, as texts: the fields of the form bind to it, and the desk makes a ticket of it."""

from dataclasses import dataclass, field
from uuid import uuid4
from zoneinfo import ZoneInfo

from desk.errors import Invalid
from desk.orders import Kind, Side, Ticket, TimeInForce
from desk.ticket import NEEDS, parse_ticket
from desk.ticks import parse_timestamp

COIN, MONEY, PERCENT = 'coin', 'money', 'percent'
SIDES = {Side.BUY: 'Buy', Side.SELL: 'Sell'}
KINDS = {
    Kind.MARKET: 'Market',
    Kind.LIMIT: 'Limit',
    Kind.STOP: 'Stop',
    Kind.STOP_LIMIT: 'Stop-limit',
    Kind.TRAILING_STOP: 'Trailing',
}
TIME_WORDS = {
    TimeInForce.GTC: 'Until cancelled',
    TimeInForce.GTD: 'Until a time',
    TimeInForce.IOC: 'At once, rest cancelled',
    TimeInForce.FOK: 'Whole at once, or not',
}
A_TIME = '2026-01-31 14:30'
PRICES = {**NEEDS, Kind.TRAILING_STOP: ('trail',)}


@dataclass
class Draft:
    """Texts as they are typed. `unit` says what `amount` counts, `trail_unit` what `trail` does."""

    name: str
    side: Side = Side.BUY
    kind: Kind = Kind.MARKET
    amount: str = ''
    unit: str = COIN
    limit_price: str = ''
    stop_price: str = ''
    trail: str = ''
    trail_unit: str = PERCENT
    time_in_force: TimeInForce = TimeInForce.GTC
    good_till: str = ''
    post_only: bool = False
    bracket: bool = False
    take_profit: str = ''
    stop_loss: str = ''
    client_order_id: str = field(default_factory=lambda: uuid4().hex)

    @property
    def shown(self) -> set[str]:
        """The fields that a ticket of this kind and side has beyond those that all have."""
        found = set(PRICES[self.kind])
        if self.time_in_force == TimeInForce.GTD:
            found.add('good_till')
        if self.kind == Kind.LIMIT:
            found.add('post_only')
        if self.side == Side.BUY:
            found |= {'bracket', 'take_profit', 'stop_loss'} if self.bracket else {'bracket'}
        return found

    def ticket(self, zone: str) -> Ticket:
        """The ticket, checked; raises Invalid with the field that is wrong. Times are in `zone`."""
        asked = {
            'name': self.name,
            'side': self.side,
            'type': self.kind,
            'quote_size' if self.unit == MONEY else 'size': self.amount,
            'time_in_force': self.time_in_force,
            'client_order_id': self.client_order_id,
        }
        asked |= {name: getattr(self, name) for name in self.shown - {'trail', 'good_till', 'bracket'}}
        if 'trail' in self.shown:
            asked['trail_percent' if self.trail_unit == PERCENT else 'trail_amount'] = self.trail
        if 'good_till' in self.shown:
            asked['good_till'] = _moment(self.good_till, zone)
        return parse_ticket(asked)

    def renew(self) -> None:
        """It asks for another order from now on: the one before is placed, or written otherwise."""
        self.client_order_id = uuid4().hex


def _moment(text: str, zone: str) -> str:
    """As the desk takes it; raises Invalid, which says how times are written here."""
    try:
        return parse_timestamp(text, ZoneInfo(zone)).isoformat() if text.strip() else ''
    except Invalid as error:
        raise Invalid(str(error).replace('2026-01-31T14:30:00Z', A_TIME), 'good_till') from None
