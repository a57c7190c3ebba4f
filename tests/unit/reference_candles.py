"""The rules of candles said once more for the tests: parts laid over one another and folded, one by one."""

from collections.abc import Iterable
from datetime import datetime

from desk.candles import DELIVERED, Candle, Part, floor, gather, overlay
from models import CandleOrigin


def fold(parts: Iterable[tuple[datetime, Part]], interval: int) -> dict[datetime, Part]:
    """Parts by their start → the same prices in buckets of `interval` seconds."""
    return gather((floor(start, interval), part) for start, part in parts)


def assemble(parts: Iterable[tuple[CandleOrigin, datetime, Part]], interval: int) -> list[Candle]:
    """Candles of `interval` seconds, oldest first, from stored parts of every making.

    In each stored bucket the delivered ones count once, and so does what was recorded in the meantime.
    """
    known = list(parts)
    recorded = gather((start, part) for origin, start, part in known if origin not in DELIVERED)
    delivered = gather(((start, part) for origin, start, part in known if origin in DELIVERED), overlay)
    whole = gather([*recorded.items(), *delivered.items()], overlay)
    return [
        Candle(start, part.open, part.high, part.low, part.close, part.volume)
        for start, part in sorted(fold(whole.items(), interval).items())
    ]
