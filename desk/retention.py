"""What the desk forgets by itself, some at a time: others write in between."""

from collections.abc import Callable
from datetime import datetime, timedelta

from desk.settings import Settings
from desk.store import Store
from desk.store.retention import ALERTING, REFUSALS, STEP


async def forget_prices(store: Store, clock: Callable[[], datetime], settings: Settings) -> None:
    """Single prices of feeds, older than --feed-record-days."""
    before = clock() - timedelta(days=settings.feed_record_days)
    while await store.prune(before, STEP) == STEP:
        pass


async def forget_outcomes(store: Store, clock: Callable[[], datetime], settings: Settings) -> None:
    """Firings with their deliveries, what deleted alerts leave behind, and refused orders, older than --keep-days."""
    before = clock() - timedelta(days=settings.keep_days)
    for rule in (*ALERTING, *REFUSALS):
        while await store.drop(rule, before) == STEP:
            pass
