"""A price that was wrong is replaced or withdrawn, with a reason; what was said before stays readable."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from decimal import Decimal

from desk.acting import Right, needing, signed
from desk.audit import entry
from desk.audit_entry import Action
from desk.errors import DeskError, Invalid
from desk.intake import Intake, checked, record_of, tick_of
from desk.memory import Memory
from desk.registry import Registry
from desk.store import Store
from desk.ticks import Tick
from models import Coin, Cryptocurrency, Origin


class Corrections:
    """Amends records. `aged` and `changed` are called with the coins whose price or past may be another now."""

    def __init__(
        self,
        store: Store,
        registry: Registry,
        intake: Intake,
        memory: Memory,
        clock: Callable[[], datetime],
        changed: Callable[[Iterable[Coin]], None],
        aged: Callable[[Iterable[Coin]], None],
    ) -> None:
        self.store, self.registry, self.intake, self.memory = store, registry, intake, memory
        self.clock, self.changed, self.aged = clock, changed, aged

    @needing(Right.PRICES)
    async def correct(self, record_id: int, price: Decimal, reason: str, author: str) -> Cryptocurrency:
        """Replace a record by a new one of the same moment."""
        author = signed(author)
        old = await self._amendable(record_id, reason)
        tick = checked(
            Tick(
                old.name,
                price,
                old.timestamp,
                old.source,
                Origin(old.origin),
                old.volume,
                author=author,
                note=old.note,
                seq=self.intake.number(),
            ),
            self.clock(),
        )
        coin = self.registry.get(old.name)
        told = entry(Action.CORRECTED, f'{coin.name}, record {record_id}', reason.strip())
        new = await self.store.amend(record_id, record_of(tick, coin), reason.strip(), author, told)
        assert new is not None
        await self._recall(coin)
        return new.model()

    @needing(Right.PRICES)
    async def withdraw(self, record_id: int, reason: str, author: str) -> None:
        """Take a record back."""
        old = await self._amendable(record_id, reason)
        told = entry(Action.WITHDRAWN, f'{old.name}, record {record_id}', reason.strip())
        await self.store.amend(record_id, None, reason.strip(), signed(author), told)
        await self._recall(self.registry.get(old.name))

    async def _amendable(self, record_id: int, reason: str) -> Tick:
        if not reason.strip():
            raise Invalid('Say why, in a few words: the reason is kept with the record.', 'reason')
        record = (await self.store.record(record_id)).record
        if record.origin == Origin.FEED:
            raise Invalid('This price came from an exchange; only hand-entered, API and CSV prices are corrected.')
        return tick_of(record)

    async def _recall(self, coin: Coin) -> None:
        """What was said of a record is committed; if it cannot be read now, the desk goes on, and tells /status."""
        self.aged([coin])
        with suppress(DeskError):
            await self.memory.recall([coin])
        self.changed([coin])
