"""Where firings are sent besides the pages: apprise addresses, checked, kept sealed, shown masked."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from desk.acting import LOCAL, Right, may, needing, whose
from desk.alert import Channel, News
from desk.alerts.couriers import Couriers
from desk.alerts.letter import Letter
from desk.errors import Invalid, NotFound
from desk.sealing import Vault
from desk.store import Store
from desk.ticks import parse_name

MOST_CHANNELS = 20
ANEW = ', or remove the channel and add it anew'
FAILING = 3  # times in a row, from which on /status tells it
TEST_TITLE, TEST_TEXT = 'Cointape', 'This is a test. Alerts that are sent to this channel arrive like this.'


class Channels:
    """The channels of every user. Addresses are sealed in the database and are in no answer, error or log.

    apprise is imported when first needed, in a thread: that takes 0.1 s, which most starts need not pay.
    """

    def __init__(
        self, key_file: Path, store: Store, clock: Callable[[], datetime], announce: Callable[[News], None]
    ) -> None:
        self._vault = Vault(key_file)
        self.store, self.clock, self.announce = store.channels, clock, announce
        self.couriers = Couriers()
        self.administers: Callable[[str], bool] = lambda user: user == LOCAL  # whose channels may lead anywhere
        self._known: dict[int, Channel] = {}
        self._failing: dict[int, tuple[int, str]] = {}

    async def load(self) -> None:
        """Read them all, and tell if other programs on this database have changed them."""
        before = self._known
        found = {channel.id: channel for channel in await self.store.all()}
        if self._known is before and found != before:  # else one of ours was changed meanwhile: the next look sees all
            self._known = found
            self.announce(News(channels=True))

    def all(self, user: str | None = None) -> list[Channel]:
        """The channels of a user, oldest first."""
        user = whose(user)
        return [channel for channel in self._known.values() if channel.user == user]

    def get(self, channel_id: int, user: str | None = None) -> Channel:
        """One of the user's channels; raises NotFound."""
        channel = self._known.get(channel_id)
        if channel is None or channel.user != whose(user):
            raise NotFound(f'There is no channel {channel_id}.')
        return channel

    def there(self, ids: Iterable[int], user: str | None = None) -> tuple[int, ...]:
        """Those of them that are channels of the user; the others were removed."""
        own = {channel.id for channel in self.all(user)}
        return tuple(number for number in ids if number in own)

    @needing(Right.ORDERS)
    async def add(self, name: str, address: str, user: str | None = None) -> Channel:
        """Keep a new channel; raises Invalid for an address that apprise cannot send to, Conflict for a name taken."""
        name = _checked_name(name)
        kind, shown, sealed = await asyncio.to_thread(self._prepared, address.strip(), may(Right.ADMINISTER))
        channel = await self.store.add(Channel(0, whose(user), name, kind, shown, self.clock()), sealed, MOST_CHANNELS)
        self._known = {**self._known, channel.id: channel}
        self.announce(News(channels=True))
        return channel

    @needing(Right.ORDERS)
    async def rename(self, channel_id: int, name: str, user: str | None = None) -> Channel:
        """Call it otherwise; raises NotFound, Invalid, Conflict."""
        channel = replace(self.get(channel_id, user), name=_checked_name(name))
        await self.store.rename(channel)
        self._known = {**self._known, channel_id: channel}
        self.announce(News(channels=True))
        return channel

    @needing(Right.KEEP)
    async def remove(self, channel_id: int, user: str | None = None) -> None:
        """Forget a channel and its address; what was on its way there is given up. Raises NotFound."""
        self.get(channel_id, user)
        given_up = await self.store.remove(channel_id, self.clock())
        self._known = {number: channel for number, channel in self._known.items() if number != channel_id}
        self.announce(News(deliveries=tuple(given_up), channels=True))

    @needing(Right.ORDERS)
    async def test(self, channel_id: int, user: str | None = None) -> None:
        """Send a test; raises Undelivered with what the service answered, Unavailable, NotFound."""
        self.get(channel_id, user)
        address = await self.unsealed(await self.store.address(channel_id))
        await self.send(channel_id, address, Letter(TEST_TITLE, TEST_TEXT))
        self._failing.pop(channel_id, None)

    async def unsealed(self, token: str) -> str:
        """An address as it was given; raises Unavailable where the key is another."""
        return await asyncio.to_thread(self._vault.unseal, token, 'the address of this channel', ANEW)

    async def send(self, channel_id: int, address: str, letter: Letter) -> None:
        """Send to the address of a channel; raises Undelivered, also where its user may not have it sent there."""
        if channel_id not in self._known:  # another program has just made it
            await self.load()
        channel = self._known.get(channel_id)
        anywhere = channel is not None and self.administers(channel.user)
        await self.couriers.carry(channel_id, lambda: _send(address, letter, anywhere))

    def worked(self, channel_id: int) -> None:
        """A firing was taken."""
        self._failing.pop(channel_id, None)

    def failed(self, channel_id: int, why: str, for_good: bool) -> None:
        """A firing was not."""
        times, _ = self._failing.get(channel_id, (0, ''))
        self._failing[channel_id] = FAILING if for_good else times + 1, why

    def trouble(self, channel_id: int) -> str:
        """Why a channel keeps failing; '' while it works, and while that may be a hiccup."""
        times, why = self._failing.get(channel_id, (0, ''))
        return why if times >= FAILING else ''

    @property
    def failing(self) -> int:
        """How many channels keep failing."""
        return sum(bool(self.trouble(channel_id)) for channel_id in self._known)

    @property
    def problem(self) -> str:
        """Which channels keep failing, and why, in sentences; '' when none does."""
        said = ((channel.name, self.trouble(channel.id)) for channel in self._known.values())
        return ' '.join(f'The channel “{name}” keeps failing: {why}' for name, why in said if why)

    def _prepared(self, address: str, anywhere: bool) -> tuple[str, str, str]:
        from desk.alerts import sending

        checked = sending.check(address, anywhere)
        return checked.kind, checked.shown, self._vault.seal(address)


def _checked_name(name: str) -> str:
    name = ' '.join(name.split())
    if not name:
        raise Invalid('A channel needs a name, like Telegram.', 'name')
    return parse_name(name)


def _send(address: str, letter: Letter, anywhere: bool) -> None:
    from desk.alerts import sending

    sending.send(address, letter, anywhere)
