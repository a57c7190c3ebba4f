"""Sends what has fired to its channels, each at least once, until it is taken or will never be."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import stamina

from columns import canonical
from desk.alert import Delivery, News
from desk.alerts.channels import Channels
from desk.alerts.letter import Letter
from desk.alerts.undelivered import Undelivered
from desk.crew import Crew
from desk.errors import Unavailable
from desk.store import Store
from desk.store.channel_store import Parcel

AT_ONCE = 8
LOOK_EVERY = 5.0  # seconds; what this process makes due is sent at once, this finds what another left behind
LEASE = timedelta(seconds=90)  # more than two attempts take: another may take up what was claimed and not settled
SHUT_FOR = timedelta(seconds=30)  # then the key is tried again: it may have been put right
QUICK_ATTEMPTS = 2
PAUSES = (10, 30, 60, 120, 300, 600, 1800)  # seconds after each failed attempt
LONGEST_PAUSE = 3600
MOST_ATTEMPTS = 30  # about a day


class Deliverer:
    """Claims what is due, sends it, and writes down what became of it.

    Each of AT_ONCE steps of the crew has one letter in hand; a channel has one at a time, in the order of the firings.
    A letter may arrive twice (the desk dies between sending and writing that down) but is not lost: receivers know
    doubles by the firing's id. What this process has no key for is left to another that has.
    """

    def __init__(self, store: Store, channels: Channels, announce: Callable[[News], None]) -> None:
        self.store, self.channels, self.clock, self.announce = store.channels, channels, channels.clock, announce
        self._turn, self._woken = asyncio.Lock(), asyncio.Event()
        self._in_hand: set[int] = set()
        channels.couriers.back = self.wake
        self.waiting = 0  # of all programs on this database, as of the last look
        self.outcomes = dict.fromkeys(('sent', 'again', 'failed'), 0)
        self.replay = ''  # the session that this desk replays
        self._shut: dict[int, datetime] = {}  # until when

    def start(self, crew: Crew) -> None:
        """Deliver from now on, until the crew is stopped."""
        for _ in range(AT_ONCE):
            crew.every(0, 'deliveries', self.work)
        crew.every(2 * LOOK_EVERY, 'channels of others', self.channels.load)
        crew.every(LOOK_EVERY, 'deliveries that wait', self._count)

    async def _count(self) -> None:
        self.waiting = await self.store.waiting()

    def wake(self) -> None:
        """Something is due, or a channel is free again."""
        self._woken.set()

    async def work(self) -> None:
        """Wait until something is due, send it, settle it."""
        async with self._turn:  # one of the crew looks, the others wait behind it
            parcel, claimed, address = await self._next()
            self._in_hand.add(parcel.channel.id)
        try:
            await self._deliver(parcel, claimed, address)
        finally:
            self._in_hand.discard(parcel.channel.id)
            self.wake()

    async def _next(self) -> tuple[Parcel, Delivery, str]:
        while True:
            self._woken.clear()
            parcel = await self.store.next(self._in_hand | self._closed() | self.channels.couriers.out)
            now = self.clock()
            if parcel is None or parcel.delivery.due > now:
                await self._rest(parcel.delivery.due - now if parcel else None)
            elif (address := await self._address(parcel)) and (claimed := await self.store.claim(parcel, now + LEASE)):
                return parcel, claimed, address

    def _closed(self) -> set[int]:
        now = self.clock()
        self._shut = {channel_id: until for channel_id, until in self._shut.items() if until > now}
        return set(self._shut)

    async def _address(self, parcel: Parcel) -> str:
        """'' where the key is another; a program that has the right one may come."""
        try:
            return await self.channels.unsealed(parcel.address)
        except Unavailable as error:
            self._shut[parcel.channel.id] = self.clock() + SHUT_FOR
            self.channels.failed(parcel.channel.id, str(error), for_good=True)
            return ''

    async def _rest(self, until_due: timedelta | None) -> None:
        pause = LOOK_EVERY if until_due is None else min(LOOK_EVERY, until_due.total_seconds())
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):  # wait_for loses a cancellation that comes together with the event
                await self._woken.wait()

    async def _deliver(self, parcel: Parcel, claimed: Delivery, address: str) -> None:
        try:
            async for attempt in stamina.retry_context(_at_once_again, attempts=QUICK_ATTEMPTS, wait_initial=0.5):
                with attempt:
                    await self.channels.send(parcel.channel.id, address, _letter(parcel, self.replay))
        except Undelivered as error:
            await self._failed(parcel, claimed, error)
        else:
            self.channels.worked(parcel.channel.id)
            self.outcomes['sent'] += 1
            await self._settle(claimed, state='sent', sent=self.clock())

    async def _failed(self, parcel: Parcel, claimed: Delivery, error: Undelivered) -> None:
        self.channels.failed(parcel.channel.id, str(error), for_good=error.permanent)
        if error.permanent or claimed.attempts >= MOST_ATTEMPTS:
            self.outcomes['failed'] += 1
            await self._settle(claimed, state='failed', error=str(error))
        else:
            self.outcomes['again'] += 1
            due = self.clock() + pause_after(claimed.attempts, error.pause)
            await self._settle(claimed, state='due', due=due, error=str(error))

    async def _settle(self, claimed: Delivery, **outcome: object) -> None:
        async for attempt in stamina.retry_context(Unavailable, attempts=5):  # it was sent: do not send it again
            with attempt:
                settled = await self.store.settle(claimed, **outcome)
        if settled:
            self.announce(News(deliveries=(settled,)))


def pause_after(attempts: int, asked: float | None) -> timedelta:
    """How long to wait after this many failed attempts: ever longer, and as long as the service asks; 1 h at most."""
    usual = PAUSES[attempts - 1] if attempts <= len(PAUSES) else LONGEST_PAUSE
    return timedelta(seconds=min(max(usual, asked or 0), LONGEST_PAUSE))


def _at_once_again(error: Exception) -> bool:
    """A hiccup, rather than silence, a wish to be left alone, or a refusal for good."""
    return isinstance(error, Undelivered) and error.quickly and not error.permanent and error.pause is None


def _letter(parcel: Parcel, replay: str) -> Letter:
    facts = {
        'firing': str(parcel.delivery.firing_id),
        'alert': str(parcel.alert_id),
        'name': parcel.coin,
        'price': canonical(parcel.price),
        'time': parcel.at.isoformat(),
    }
    if replay:
        facts['replay'] = replay
    return Letter(parcel.alert or parcel.coin, parcel.message, parcel.delivery.firing_id, facts, replay)
