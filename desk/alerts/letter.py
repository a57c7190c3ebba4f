"""What is sent to a channel. Data only."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Letter:
    """`facts` go into a webhook's payload, `number` (a firing's id; 0: a test) into headers and the last line too.

    `replay` is the session that it comes from, '' for a desk that is live: the title says so, and the facts.
    """

    title: str
    text: str
    number: int = 0
    facts: Mapping[str, str] = field(default_factory=dict)
    replay: str = ''
