"""An alert as it is made without any wishes, for `dataclasses.replace`."""

from datetime import UTC, datetime

from desk.alert import Alert, Condition, Repeat, Status

MADE = datetime(2026, 1, 31, 12, tzinfo=UTC)
PLAIN = Alert(
    id=1,
    user='local',
    coin_id=1,
    watchlist_id=None,
    condition=Condition.CROSSES,
    price=None,
    percent=None,
    window=None,
    minutes=None,
    repeat=Repeat.ONCE,
    cooldown=0,
    rearm=None,
    name='',
    note='',
    message='',
    toast=True,
    sound=False,
    channels=(),
    status=Status.ACTIVE,
    snoozed=None,
    expires=None,
    created=MADE,
    changed=MADE,
    revision=1,
)
