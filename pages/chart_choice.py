"""What somebody wants a chart to show: its kind, its scale, its indicators. Kept per browser as plain JSON. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from desk.indicators import LONGEST, SHORTEST

KINDS = {'candles': 'Candles', 'line': 'Line'}
MOST_LENGTHS, MOST_OTHERS = 3, 4
LEAST_DEVIATIONS, MOST_DEVIATIONS = 0.1, 10.0
USUAL: dict[str, Any] = {'sma': '20', 'ema': '50', 'bollinger': '20, 2', 'rsi': '14', 'macd': '12, 26, 9'}


class Refused(ValueError):
    """What was written is no such parameter; the message is for people."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Lengths count candles; an indicator without parameters is not drawn. `others` are coins to compare with."""

    kind: str = 'candles'
    log: bool = False
    sma: tuple[int, ...] = ()
    ema: tuple[int, ...] = ()
    bollinger: tuple[int, float] | None = None
    vwap: bool = False
    rsi: int = 0
    macd: tuple[int, int, int] | None = None
    others: tuple[str, ...] = ()

    @property
    def panes(self) -> tuple[str, ...]:
        """The parts of the chart below price and volume."""
        return tuple(name for name, on in (('rsi', self.rsi), ('macd', self.macd)) if on)

    @property
    def counts_lines(self) -> bool:
        """Whether any line has to be worked out from the candles."""
        return bool(self.sma or self.ema or self.bollinger or self.vwap or self.panes)

    def kept(self) -> dict[str, Any]:
        """As the browser's storage keeps it; the coins to compare with are of one visit."""
        return {
            'kind': self.kind,
            'log': self.log,
            'sma': list(self.sma),
            'ema': list(self.ema),
            'bollinger': self.bollinger and list(self.bollinger),
            'vwap': self.vwap,
            'rsi': self.rsi,
            'macd': self.macd and list(self.macd),
        }


PLAIN = Choice()


def read_choice(kept: Any) -> Choice:
    """What `kept` gave; what is not understood of it is as if it were not there."""
    choice = PLAIN
    if not isinstance(kept, Mapping):
        return choice
    choice = replace(choice, kind='line' if kept.get('kind') == 'line' else 'candles')
    choice = replace(choice, log=kept.get('log') is True, vwap=kept.get('vwap') is True)
    for name in USUAL:
        try:
            choice = replace(choice, **{name: parameters(name, _text(kept.get(name)))})
        except Refused:
            continue
    return choice


def parameters(name: str, text: str) -> Any:
    """What was written for an indicator, as its field of Choice; nothing: it is not drawn. Raises Refused."""
    if not text.strip():
        return getattr(PLAIN, name)
    if name == 'bollinger':
        return _bollinger(text)
    lengths = _lengths(text)
    if name == 'rsi':
        if len(lengths) != 1:
            raise Refused('One length, as 14.')
        return lengths[0]
    if name == 'macd':
        return _macd(lengths)
    if len(lengths) > MOST_LENGTHS:
        raise Refused('At most three lengths, as 20, 50, 200.')
    return tuple(dict.fromkeys(lengths))


def written(name: str, choice: Choice) -> str:
    """The parameters of an indicator as people write them; '' if it is not drawn."""
    return _text(getattr(choice, name))


def _bollinger(text: str) -> tuple[int, float]:
    parts = text.split(',')
    if len(parts) != 2:
        raise Refused('A length and a number of standard deviations, as 20, 2.')
    length = _lengths(parts[0])[0]
    try:
        deviations = float(parts[1])
    except ValueError:
        raise Refused('A length and a number of standard deviations, as 20, 2.') from None
    if not LEAST_DEVIATIONS <= deviations <= MOST_DEVIATIONS:
        raise Refused('Between 0.1 and 10 standard deviations.')
    return length, deviations


def _macd(lengths: list[int]) -> tuple[int, int, int]:
    if len(lengths) != 3 or lengths[0] >= lengths[1]:
        raise Refused('Three lengths, the first shorter than the second, as 12, 26, 9.')
    return lengths[0], lengths[1], lengths[2]


def _lengths(text: str) -> list[int]:
    try:
        found = [int(part) for part in text.split(',') if part.strip()]
    except ValueError:
        found = []
    if not found:
        raise Refused('Whole numbers of candles, with commas between them.')
    if not all(SHORTEST <= length <= LONGEST for length in found):
        raise Refused(f'Between {SHORTEST} and {LONGEST} candles.')
    return found


def _text(parameter: Any) -> str:
    if isinstance(parameter, tuple | list):
        return ', '.join(f'{each:g}' for each in parameter if isinstance(each, int | float))
    return str(parameter) if parameter else ''
