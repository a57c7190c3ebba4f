"""What waits for a moment, the next one first. Pure."""

import heapq
from datetime import UTC, datetime
from typing import Generic, Protocol, TypeVar

SLACK = 64  # entries that may lie about before they are swept
NEVER = datetime.max.replace(tzinfo=UTC)


class Stamped(Protocol):
    """What can wait: once its stamp has changed it has left."""

    stamp: int


Waiting = TypeVar('Waiting', bound=Stamped)


class Times(Generic[Waiting]):
    """`next` is the moment of the first, or one that was and has left."""

    __slots__ = ('_heap', '_swept', 'next')

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, Waiting]] = []
        self._swept = 0
        self.next = NEVER

    def __len__(self) -> int:
        """How many entries are kept; of what has left, a few."""
        return len(self._heap)

    def put(self, waiting: Waiting, moment: datetime) -> None:
        """Take it as it is stamped."""
        heapq.heappush(self._heap, (moment, waiting.stamp, waiting))
        if len(self._heap) > SLACK + 2 * self._swept:
            self._heap = [entry for entry in self._heap if entry[2].stamp == entry[1]]
            heapq.heapify(self._heap)
            self._swept = len(self._heap)
        self.next = self._heap[0][0]

    def pop(self, now: datetime) -> list[Waiting]:
        """All whose moment has come; they leave."""
        heap, due = self._heap, list[Waiting]()
        while heap and heap[0][0] <= now:
            _, stamp, waiting = heapq.heappop(heap)
            if waiting.stamp == stamp:
                due.append(waiting)
        self.next = heap[0][0] if heap else NEVER
        return due
