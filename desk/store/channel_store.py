"""The part of the store that keeps channels and what is on its way to them: `store.channels`."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, func, insert, select, text, update
from sqlmodel import SQLModel

from alert_models import UNDELIVERED
from desk.alert import Channel, Delivery
from desk.errors import Conflict, Invalid, NotFound
from desk.store.access import Access
from desk.store.tables import COIN
from desk.store.trade_rows import Shape
from models import NOTE_LENGTH

ALERT, FIRING = (SQLModel.metadata.tables[name] for name in ('alert', 'firing'))
CHANNELS, DELIVERIES = Shape(Channel, 'channel'), Shape(Delivery, 'delivery')
CHANNEL, DELIVERY = CHANNELS.table, DELIVERIES.table
REMOVED = 'The channel was removed before this could be sent.'


@dataclass(frozen=True, slots=True)
class Parcel:
    """A delivery that is to be made, with what is sent; `address` is sealed."""

    delivery: Delivery
    channel: Channel
    address: str
    alert_id: int
    alert: str
    coin: str
    price: Decimal
    at: datetime
    message: str


class ChannelStore:
    """Channels and deliveries. Everything raises Unavailable while the database is locked, full or gone."""

    def __init__(self, access: Access) -> None:
        self._write, self._read = access.write, access.read

    async def all(self) -> list[Channel]:
        """Every channel of every user that was not removed, oldest first."""
        return await self._read(_channels)

    async def add(self, channel: Channel, address: str, most: int) -> Channel:
        """Keep a channel with its sealed address; it comes back with its id.

        Raises Conflict for a name that another of the user's has, Invalid where the user has so many already.
        """
        return await self._write(_add, channel, address, most)

    async def address(self, channel_id: int) -> str:
        """The sealed address; raises NotFound."""
        return await self._read(_address, channel_id)

    async def rename(self, channel: Channel) -> None:
        """Call it as it is called here; raises NotFound, and Conflict for a name that another of the user's has."""
        await self._write(_rename, channel)

    async def remove(self, channel_id: int, now: datetime) -> list[Delivery]:
        """Forget its address and give up what is on its way there; those deliveries. Raises NotFound."""
        return await self._write(_remove, channel_id, now)

    async def next(self, busy: Collection[int]) -> Parcel | None:
        """What is due first, now or later, but not for the channels that are busy."""
        return await self._read(_next, busy)

    async def waiting(self) -> int:
        """How many deliveries are still to be made."""
        return await self._read(_waiting)

    async def claim(self, parcel: Parcel, until: datetime) -> Delivery | None:
        """Take it as one's own until a moment; None where another program was quicker."""
        return await self._write(_claim, parcel.delivery, until)

    async def settle(self, claimed: Delivery, **outcome: Any) -> Delivery | None:
        """Write what became of a claimed delivery; None where the claim had run out and another took it up."""
        return await self._write(_settle, claimed, outcome)


def _channels(connection: Connection) -> list[Channel]:
    query = select(*(CHANNEL.c[name] for name in CHANNELS.names)).where(CHANNEL.c.gone.is_(None))
    return [CHANNELS.read(row) for row in connection.execute(query.order_by(CHANNEL.c.id))]


def _add(connection: Connection, channel: Channel, address: str, most: int) -> Channel:
    if len(_others(connection, channel)) >= most:
        raise Invalid(f'There are {most} channels already; remove one first.', 'name')
    _check_name(connection, channel)
    values = dict(zip(CHANNELS.names, CHANNELS.values(channel), strict=True))
    del values['id']
    made = connection.execute(insert(CHANNEL).values(**values, address=address).returning(CHANNEL.c.id))
    return CHANNELS.read((made.scalar_one(), *CHANNELS.values(channel)[1:]))


def _address(connection: Connection, channel_id: int) -> str:
    query = select(CHANNEL.c.address).where(CHANNEL.c.id == channel_id, CHANNEL.c.gone.is_(None))
    found: str | None = connection.execute(query).scalar_one_or_none()
    if found is None:
        raise _unknown(channel_id)
    return found


def _change(connection: Connection, channel_id: int, values: dict[str, Any]) -> None:
    there = CHANNEL.c.id == channel_id, CHANNEL.c.gone.is_(None)
    if connection.execute(update(CHANNEL).where(*there).values(values)).rowcount == 0:
        raise _unknown(channel_id)


def _rename(connection: Connection, channel: Channel) -> None:
    _check_name(connection, channel)
    _change(connection, channel.id, {'name': channel.name})


def _check_name(connection: Connection, channel: Channel) -> None:
    """The write lock is held: nobody takes the name in between."""
    if any(other.name.casefold() == channel.name.casefold() for other in _others(connection, channel)):
        raise Conflict(f'There is a channel “{channel.name}” already; choose another name.', 'name')


def _others(connection: Connection, channel: Channel) -> list[Channel]:
    return [other for other in _channels(connection) if other.user == channel.user and other.id != channel.id]


def _remove(connection: Connection, channel_id: int, now: datetime) -> list[Delivery]:
    _change(connection, channel_id, {'gone': now, 'address': ''})
    pending = DELIVERY.c.channel_id == channel_id, text(UNDELIVERED)
    given_up = update(DELIVERY).where(*pending).values(state='failed', error=REMOVED)
    rows = connection.execute(given_up.returning(*(DELIVERY.c[name] for name in DELIVERIES.names)))
    return [DELIVERIES.read(row) for row in rows]


def _next(connection: Connection, busy: Collection[int]) -> Parcel | None:
    columns = (*(DELIVERY.c[name] for name in DELIVERIES.names), *(CHANNEL.c[name] for name in CHANNELS.names))
    rest = CHANNEL.c.address, ALERT.c.id, ALERT.c.name, COIN.c.name, FIRING.c.price, FIRING.c.at, FIRING.c.message
    joined = (
        DELIVERY.join(CHANNEL, CHANNEL.c.id == DELIVERY.c.channel_id)
        .join(FIRING, FIRING.c.id == DELIVERY.c.firing_id)
        .join(ALERT, ALERT.c.id == FIRING.c.alert_id)
        .join(COIN, COIN.c.id == FIRING.c.coin_id)
    )
    waiting = text(UNDELIVERED.replace('state', 'delivery.state')), CHANNEL.c.gone.is_(None)
    query = select(*columns, *rest).select_from(joined).where(*waiting)
    if busy:
        query = query.where(DELIVERY.c.channel_id.not_in(busy))
    row = connection.execute(query.order_by(DELIVERY.c.due, DELIVERY.c.id).limit(1)).one_or_none()
    return None if row is None else _parcel(tuple(row))


def _waiting(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(DELIVERY).where(text(UNDELIVERED))).scalar_one())


def _parcel(row: tuple[Any, ...]) -> Parcel:
    here, there = len(DELIVERIES.names), len(DELIVERIES.names) + len(CHANNELS.names)
    address, alert_id, alert, coin, price, at, message = row[there:]
    delivery, channel = DELIVERIES.read(row[:here]), CHANNELS.read(row[here:there])
    return Parcel(delivery, channel, address, alert_id, alert, coin, price, at, message)


def _claim(connection: Connection, seen: Delivery, until: datetime) -> Delivery | None:
    values = {'state': 'sending', 'due': until, 'attempts': seen.attempts + 1}
    return _move(connection, seen, values)


def _settle(connection: Connection, claimed: Delivery, outcome: dict[str, Any]) -> Delivery | None:
    return _move(connection, claimed, {**outcome, 'error': outcome.get('error', '')[:NOTE_LENGTH]})


def _move(connection: Connection, seen: Delivery, values: dict[str, Any]) -> Delivery | None:
    """Only from what was seen: the attempts and the state tell whose claim it is."""
    as_seen = DELIVERY.c.id == seen.id, DELIVERY.c.state == seen.state, DELIVERY.c.attempts == seen.attempts
    moved = update(DELIVERY).where(*as_seen).values(values)
    row = connection.execute(moved.returning(*(DELIVERY.c[name] for name in DELIVERIES.names))).one_or_none()
    return None if row is None else DELIVERIES.read(row)


def _unknown(channel_id: int) -> NotFound:
    return NotFound(f'There is no channel {channel_id}.')
