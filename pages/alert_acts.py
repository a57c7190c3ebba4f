"""What one can do with an alert, by the state that it is in. Pure."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from desk.alert import Alert, Status
from pages.alert_words import SNOOZED, state_of

MORNING = time(8)
MONDAY = 0


class Do(StrEnum):
    """An act on one alert."""

    PAUSE = 'pause'
    RESUME = 'resume'
    SNOOZE = 'snooze'
    WAKE = 'wake'
    ACKNOWLEDGE = 'acknowledge'
    ACTIVATE = 'activate'
    DUPLICATE = 'duplicate'
    EDIT = 'edit'
    DELETE = 'delete'


@dataclass(frozen=True, slots=True)
class Act:
    """What to do, what its button says, until when where it is a snooze, and what the button is called in full."""

    do: Do
    words: str
    until: datetime | None = None
    named: str = ''


PAUSE = Act(Do.PAUSE, 'Pause', named='Pause: {alert}')
RESUME = Act(Do.RESUME, 'Resume', named='Resume: {alert}')
WAKE = Act(Do.WAKE, 'Wake up', named='Wake up: {alert}')
ACKNOWLEDGE = Act(Do.ACKNOWLEDGE, 'Acknowledge', named='Acknowledge: {alert}')
ACTIVATE = Act(Do.ACTIVATE, 'Re-activate', named='Re-activate: {alert}')
ALWAYS = (Act(Do.EDIT, 'Edit…'), Act(Do.DUPLICATE, 'Duplicate'), Act(Do.DELETE, 'Delete…'))
FIRST = {
    Status.ACTIVE.value: PAUSE,
    SNOOZED: WAKE,
    Status.PAUSED.value: RESUME,
    Status.FIRED.value: ACKNOWLEDGE,
}


def first_act(alert: Alert, now: datetime) -> Act:
    """What one most likely wants to do with it."""
    return FIRST.get(state_of(alert, now), ACTIVATE)


def more_acts(alert: Alert, now: datetime, zone: str) -> tuple[Act, ...]:
    """All else."""
    state = state_of(alert, now)
    if state == Status.ACTIVE:
        return (*snoozes(now, zone), *ALWAYS)
    if state == SNOOZED:
        return (*snoozes(now, zone), PAUSE, *ALWAYS)
    if state == Status.FIRED:
        return (ACTIVATE, *ALWAYS)
    return ALWAYS


def snoozes(now: datetime, zone: str) -> tuple[Act, ...]:
    """How long it can be kept silent: an hour, until tomorrow, until Monday; mornings are those of the zone."""
    today = now.astimezone(ZoneInfo(zone)).date()
    days_to_monday = (MONDAY - today.weekday() - 1) % 7 + 1
    tomorrow, monday = (
        datetime.combine(today + timedelta(days), MORNING, ZoneInfo(zone)) for days in (1, days_to_monday)
    )
    return (
        Act(Do.SNOOZE, 'Snooze for 1 hour', now + timedelta(hours=1)),
        Act(Do.SNOOZE, 'Snooze until tomorrow, 08:00', tomorrow),
        Act(Do.SNOOZE, 'Snooze until Monday, 08:00', monday),
    )
