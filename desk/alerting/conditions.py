"""The conditions that there are: those that are built in, and those that plugins add. Pure."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from desk.alert import Condition
from desk.errors import Conflict, Invalid
from desk.market import Quote
from models import NAME_LENGTH

CROSSES = frozenset({Condition.CROSSES, Condition.CROSSES_UP, Condition.CROSSES_DOWN})
LEVELS = frozenset({Condition.ABOVE, Condition.BELOW}) | CROSSES
MOVES = frozenset({Condition.RISES, Condition.FALLS})
HIGHS = frozenset({Condition.NEW_HIGH, Condition.NEW_LOW})
KEY = re.compile(r'[a-z][a-z0-9_]*')
Test = Callable[[Quote], bool]


class Conditions:
    """The known conditions by their key. A plugin's is a state: its test is asked at every price of a watched coin."""

    def __init__(self) -> None:
        self._tests: dict[str, Test] = {}
        self._labels: dict[str, str] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._tests or key in set(Condition)

    def add(self, key: str, label: str, test: Test) -> None:
        """Take a plugin's condition. `key` is its name in the API, `label` what people read, like “spread is wide”.

        `test` gets the coin as the board shows it. It is called on the way of every price: it must not wait for
        anything. Raises Invalid, Conflict.
        """
        if not KEY.fullmatch(key) or len(key) > NAME_LENGTH:
            raise Invalid(
                f'“{key[:40]}” is no key of a condition: take up to {NAME_LENGTH} small letters, digits and '
                'underscores, like wide_spread.',
                'condition',
            )
        if key in self:
            raise Conflict(f'There is a condition {key} already.', 'condition')
        if not label.strip():
            raise Invalid(f'Give the condition {key} a label that people read.', 'condition')
        self._tests[key], self._labels[key] = test, label.strip()

    @property
    def added(self) -> Mapping[str, str]:
        """The labels of plugins' conditions by key, as they were added."""
        return MappingProxyType(self._labels)

    def test(self, key: str) -> Test | None:
        """A plugin's test; None: the condition is built in, or its plugin is not there."""
        return self._tests.get(key)
