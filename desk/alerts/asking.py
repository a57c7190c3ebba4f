"""What is asked of an alert, as a draft and as the columns of its row. Memory only."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any

from desk.alert import Alert, Draft, Status
from desk.alerting.conditions import Conditions
from desk.alerting.drafts import NUMBERS, check_draft
from desk.registry import Registry
from desk.watchlists import Watchlists

ALIKE = tuple(field.name for field in fields(Draft) if field.name != 'coin')
WATCHED = {'condition', 'coin_id', 'watchlist_id', 'price', 'percent', 'window', 'minutes'}
REVIVING = WATCHED | {'repeat', 'expires'}  # one that has ended is active again with another of these
ENDED = (Status.FIRED, Status.ACKNOWLEDGED, Status.EXPIRED)


class Asking:
    """Makes the columns of alerts, with what is on this desk."""

    def __init__(
        self, registry: Registry, watchlists: Watchlists, conditions: Conditions, clock: Callable[[], datetime]
    ) -> None:
        self.registry, self.watchlists, self.conditions, self.clock = registry, watchlists, conditions, clock

    def row(self, draft: Draft, user: str) -> dict[str, Any]:
        """The columns that a checked draft sets; raises NotFound for its coin, or its list, which is the user's."""
        row = asdict(draft)
        name = row.pop('coin')
        if draft.watchlist_id is not None:
            self.watchlists.get(draft.watchlist_id, user)
        return {**row, 'coin_id': self.registry.get(name).id if name else None}

    def changes(self, alert: Alert, asked: Mapping[str, Any], there: Collection[int]) -> dict[str, Any]:
        """The columns that change, checked as a whole; an alert that had ended is active where it matters.

        `there` are those of its channels that have not been removed; the others go without a word.
        """
        before = draft_of(alert, self.coin_name)
        if 'expires' not in asked:
            before = replace(before, expires=ahead(before.expires, self.clock()))
        if 'channels' in asked:
            gone = set(alert.channels).difference(there)
            asked = {**asked, 'channels': tuple(number for number in asked['channels'] if number not in gone)}
        row = self.row(check_draft(amended(before, asked), self.conditions, self.clock()), alert.user)
        expires = row['expires'] if 'expires' in asked else row.pop('expires')
        changed = {name: value for name, value in row.items() if getattr(alert, name) != value}
        if alert.status in ENDED and not REVIVING.isdisjoint(changed):
            changed |= {'status': Status.ACTIVE, 'expires': expires}
        return changed

    def coin_name(self, coin_id: int) -> str:
        """What a coin is called now, through merges; '' for one that this process does not know yet."""
        return self.registry.name(coin_id) if self.registry.knows(coin_id) else ''


def draft_of(alert: Alert, name: Callable[[int], str]) -> Draft:
    """What was asked of an alert, its coin by the name that it has now."""
    coin = '' if alert.coin_id is None else name(alert.coin_id)
    return Draft(coin=coin, **{field: getattr(alert, field) for field in ALIKE})


def amended(draft: Draft, asked: Mapping[str, Any]) -> Draft:
    """The draft with other fields; what belonged to those that were there before, and is not asked for, goes."""
    fresh: dict[str, Any] = {}
    if 'condition' in asked:
        fresh |= {name: None for name, takers in NUMBERS.items() if asked['condition'] not in takers}
    if 'repeat' in asked and asked['repeat'] != draft.repeat:
        fresh |= {'cooldown': 0, 'rearm': None}
    if asked.get('coin'):
        fresh |= {'watchlist_id': None}
    if asked.get('watchlist_id') is not None:
        fresh |= {'coin': ''}
    return replace(draft, **{**fresh, **asked})


def ahead(moment: datetime | None, now: datetime) -> datetime | None:
    """The moment if it is still to come, else None."""
    return moment if moment is not None and moment > now else None
