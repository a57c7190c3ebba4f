"""What the tests of alerts share: a clock, prices, drafts, and firings as they are committed."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from desk.alert import Draft, Firing
from desk.desk import Desk
from desk.settings import Settings
from desk.ticks import Tick
from models import Origin

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


class Clock:
    """The time, as a test tells it."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def above(price: str, coin: str = 'BTC', **fields: Any) -> Draft:
    return Draft('above', coin, price=Decimal(price), **fields)


def crosses(price: str, coin: str = 'BTC', **fields: Any) -> Draft:
    """In whatever direction."""
    condition = fields.pop('condition', 'crosses')
    return Draft(condition, coin, price=Decimal(price), **fields)


async def fired(desk: Desk) -> list[Firing]:
    """All firings that are committed, newest first."""
    return (await desk.alerts.firings(limit=1000)).items


async def prices(desk: Desk, *each: str, name: str = 'BTC') -> None:
    """A person enters prices, now."""
    for price in each:
        await desk.submit(Tick(name, Decimal(price), desk.clock(), 'form', Origin.PERSON))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def desk(settings: Settings, clock: Clock) -> AsyncIterator[Desk]:
    """A desk by a clock of its own; BTC is at 100."""
    desk = Desk(settings, clock)
    await desk.start()
    await prices(desk, '100')
    yield desk
    await desk.stop()
