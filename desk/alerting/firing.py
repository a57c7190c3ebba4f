"""An alert fires: the firing with its message, and the mark that it leaves. Pure."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from desk.alert import Firing, Mark, Repeat
from desk.alerting.hits import Fired
from desk.alerting.messages import Occasion, message
from desk.alerting.post import Post
from desk.market import Quote
from desk.ticks import Tick


def fired(post: Post, tick: Tick, now: datetime, reading: Decimal | None, quote: Quote | None, label: str) -> Fired:
    """What a post leaves that fires on a tick. `quote` is the coin as the board shows it, None where there is none."""
    alert, mark = post.alert, post.mark
    firing = Firing(
        id=0,
        alert_id=alert.id,
        coin_id=post.coin_id,
        nth=mark.count + 1,
        at=now,
        condition=alert.condition,
        level=alert.price,
        percent=alert.percent,
        window=alert.window,
        minutes=alert.minutes,
        reading=reading,
        price=tick.price,
        tick_time=tick.timestamp,
        tick_seq=tick.seq,
        tick_source=tick.source,
        user=alert.user,
    )
    name, change = (quote.name, quote.change_24h) if quote else (tick.name, None)
    said = message(Occasion(alert, firing, name, change, label))
    left = Mark(post.coin_id, mark.count + 1, alert.repeat == Repeat.EVERY, now, tick.price)
    return Fired(replace(firing, message=said), left)
