"""How a feed is doing: what it keeps count of, and the words that people read. Pure."""

import logging
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

State = Literal['off', 'loading', 'live', 'reconnecting', 'failed', 'stopped']
STATES: tuple[State, ...] = get_args(State)
STALE_AFTER = timedelta(seconds=60)
RATE_WINDOW = timedelta(seconds=10)
QUIET = timedelta(seconds=30)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FeedState:
    """One feed at one moment. Times are aware UTC; `words` is for people, like “Coinbase · live”.

    `missing` are followed coins that the feed lacks, `stale` those it has been silent about for 60 s. `note` says
    what people should know while all is well (another quote currency), `history` what is not yet back-filled and why,
    `error` what last went wrong ('' once mended); `rejected` counts what could not be read or was refused.
    """

    name: str
    label: str
    state: State
    words: str
    since: datetime
    last_message: datetime | None
    last_price: datetime | None
    reconnects: int
    restarts: int
    ticks_per_second: float
    ticks: int
    conflated: int
    clamped: int
    rejected: int
    missing: list[str]
    stale: list[str]
    note: str
    history: str
    error: str


class Words:
    """An attribute that is a text whatever a feed puts there: of an exception its reason, of None nothing."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = f'_{name}'

    def __get__(self, notes: object, owner: type) -> str:
        said: str = getattr(notes, self._name)
        return said

    def __set__(self, notes: object, said: object) -> None:
        setattr(notes, self._name, worded(said))


class Health:
    """A feed's own notes, of which `report()` makes a FeedState. `changed` is called when the state changes."""

    name, label, note, history, error = Words(), Words(), Words(), Words(), Words()

    def __init__(self, name: str, label: str, clock: Callable[[], datetime], changed: Callable[[], None]) -> None:
        self.name, self.label = name, label
        self.clock, self.changed = clock, changed
        self.state: State = 'off'
        self.since = clock()
        self.last_message: datetime | None = None
        self.last_price: datetime | None = None
        self.reconnects = self.restarts = self.ticks = self.conflated = self.clamped = self.rejected = 0
        self.missing: list[str] = []
        self.note = self.history = self.error = ''
        self._heard: dict[str, datetime] = {}
        self._recent: deque[tuple[datetime, int]] = deque()

    def become(self, state: State, error: str | BaseException = '') -> None:
        """Enters a state; an empty `error` says that what was wrong is mended. Raises ValueError for no state."""
        said = worded(error)
        if state not in STATES:
            raise ValueError(f'{state!r:.40} is no state of a feed; take one of {", ".join(STATES)}.')
        if (state, said) == (self.state, self.error):
            return
        if state != self.state:
            self.since = self.clock()
        self.state, self.error = state, said
        self.changed()

    def expect(self, names: Iterable[str]) -> None:
        """From now on these coins are waited for: silent ones count as stale."""
        now = self.clock()
        self._heard = {name: self._heard.get(name, now) for name in names}

    def received(self, names: Iterable[str], count: int) -> None:
        """`count` prices of these coins have just come."""
        now = self.last_message = self.last_price = self.clock()
        self.ticks += count
        for name in names:
            if name in self._heard:
                self._heard[name] = now
        if self._recent and now - self._recent[-1][0] < timedelta(seconds=1):
            self._recent[-1] = (self._recent[-1][0], self._recent[-1][1] + count)
        else:
            self._recent.append((now, count))
        self._forget(now)

    def reject(self, count: int, why: str) -> None:
        """`count` ticks or candles were of no use."""
        self.rejected += count
        log.debug('%s: %s', self.label, why)

    def report(self) -> FeedState:
        """The present state, with words."""
        now = self.clock()
        self._forget(now)
        rate = sum(count for _, count in self._recent) / RATE_WINDOW.total_seconds()
        stale = sorted(name for name, heard in self._heard.items() if now - heard >= STALE_AFTER)
        return FeedState(
            name=self.name,
            label=self.label,
            state=self.state,
            words=self._words(now),
            since=self.since,
            last_message=self.last_message,
            last_price=self.last_price,
            reconnects=self.reconnects,
            restarts=self.restarts,
            ticks_per_second=round(rate, 1),
            ticks=self.ticks,
            conflated=self.conflated,
            clamped=self.clamped,
            rejected=self.rejected,
            missing=[worded(name) for name in self.missing],
            stale=stale if self.state in ('live', 'reconnecting') else [],
            note=self.note,
            history=self.history,
            error=self.error,
        )

    def _forget(self, now: datetime) -> None:
        while self._recent and now - self._recent[0][0] > RATE_WINDOW:
            self._recent.popleft()

    def _words(self, now: datetime) -> str:
        match self.state:
            case 'off':
                return f'{self.label} · off'
            case 'loading':
                return f'loading {self.label}…'
            case 'live':
                quiet = self.last_price and now - self.last_price >= QUIET
                return f'{self.label} · live{f", {self._last_price(now)}" if quiet else ""}'
            case 'reconnecting' if self.last_price is None:
                return f'{self.label} · not reached yet, trying again'
            case 'reconnecting':
                return f'{self.label} · reconnecting, {self._last_price(now)}'
            case 'failed':
                return f'{self.label} · failed: {self.error}'
            case 'stopped':
                return f'{self.label} · stopped'

    def _last_price(self, now: datetime) -> str:
        return f'last price {spoken(now - self.last_price)} ago' if self.last_price else 'no price yet'


def reason(error: BaseException) -> str:
    """What went wrong, in the words of the first that did."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    try:
        return str(error) or type(error).__name__
    except Exception:  # noqa: BLE001 - what a plugin made may have no words for itself
        return type(error).__name__


def worded(said: object) -> str:
    """A text that stands for what should have been one."""
    match said:
        case None:
            return ''
        case BaseException():
            return reason(said)
    return str(said)


def spoken(span: timedelta) -> str:
    """A length of time in its largest whole unit: “14 s”, “3 min”, “2 h”, “5 d”."""
    seconds = max(0, int(span.total_seconds()))
    for unit, length in (('d', 86400), ('h', 3600), ('min', 60)):
        if seconds >= length:
            return f'{seconds // length} {unit}'
    return f'{seconds} s'
