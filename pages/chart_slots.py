"""The places of candles on the time axis, and what of them is in sight. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from desk.candles import INTERVALS

Slots = Sequence[datetime | None]
Window = tuple[float, float]  # what is in sight, from and to, in per cent of the places
SHOWN_AT_FIRST, LONGEST_GAP, NARROWEST = 120, 12, 8
MOST_IN_RANGE = 400
RANGES = {'1D': 86_400, '1W': 7 * 86_400, '1M': 30 * 86_400, '1Y': 365 * 86_400, 'All': 0}


def slots(starts: Sequence[datetime], interval: str) -> list[datetime | None]:
    """Places on the time axis: one a candle, and empty ones (None) for a gap, at most twelve however long it is."""
    length = timedelta(seconds=INTERVALS[interval])
    places: list[datetime | None] = []
    for number, start in enumerate(starts):
        missing = (start - starts[number - 1]) // length - 1 if number else 0
        places += [None] * min(missing, LONGEST_GAP)
        places.append(start)
    return places


def slot_labels(places: Slots, interval: str, zone: str) -> list[str]:
    """What stands under each candle."""
    return [slot_label(start, interval, zone) for start in places]


def slot_label(start: datetime | None, interval: str, zone: str) -> str:
    """What stands under a candle: a time of day within a day, a date above; days and weeks are those of UTC."""
    if start is None:
        return ''
    if INTERVALS[interval] >= INTERVALS['1d']:
        return f'{start.day} {start:%b %Y}'
    local = start.astimezone(ZoneInfo(zone))
    return f'{local.day} {local:%b %H:%M}'


def held(window: Window, before: Slots, after: Slots) -> Window:
    """The window, in per cent of the places `after`, that shows what `window` showed of the places `before`."""
    places = {slot: place for place, slot in enumerate(after) if slot is not None}
    common = next(((place, places[slot]) for place, slot in enumerate(before) if slot in places), None)
    if common is None or len(after) < 2:
        return window
    shift, last = common[1] - common[0], len(after) - 1
    if shift == 0 and len(before) == len(after):
        return window
    start, end = (min(100.0, max(0.0, 100 * (edge / 100 * (len(before) - 1) + shift) / last)) for edge in window)
    return start, end


def newest(places: Slots) -> Window:
    """What is shown at first."""
    return 100 - 100 * min(1.0, SHOWN_AT_FIRST / max(1, len(places))), 100.0


def since(places: Slots, start: datetime) -> Window:
    """From a moment to the newest candle."""
    first = next((place for place, slot in enumerate(places) if slot is not None and slot >= start), 0)
    last = max(1, len(places) - 1)
    return min(100 * first / last, max(0.0, 100 - 100 * NARROWEST / last)), 100.0


def left_edge(places: Slots, window: Window) -> datetime | None:
    """The first candle in sight."""
    first = round(window[0] / 100 * (len(places) - 1)) if places else 0
    return next((slot for slot in places[first:] if slot is not None), None)


def interval_for(seconds: float) -> str:
    """The shortest candles of which at most 400 make so long a time."""
    return next((name for name, length in INTERVALS.items() if seconds / length <= MOST_IN_RANGE), '1w')
