"""What waits for a number to rise (or fall) to its own, the next one first. Pure."""

import heapq
from decimal import Decimal

from desk.alerting.post import Post

SLACK = 64  # entries that may lie about before they are swept
Entry = tuple[Decimal, bool, int, Post]  # the number, negated where it is fallen to; strict; the post's stamp then


class Levels:
    """Posts by the number that touches them. A post whose stamp has changed has left; it is skipped when met."""

    __slots__ = ('_falling', '_heap', '_swept')

    def __init__(self, falling: bool = False) -> None:
        self._falling = falling
        self._heap: list[Entry] = []
        self._swept = 0

    def __len__(self) -> int:
        """How many entries are kept; of posts that have left, a few."""
        return len(self._heap)

    def put(self, post: Post, level: Decimal, strict: bool) -> None:
        """Take a post as it is stamped; `strict`: its number must be passed, to reach it is not enough."""
        heapq.heappush(self._heap, (level.copy_negate() if self._falling else level, strict, post.stamp, post))
        if len(self._heap) > SLACK + 2 * self._swept:
            self._heap = [entry for entry in self._heap if entry[3].stamp == entry[2]]
            heapq.heapify(self._heap)
            self._swept = len(self._heap)

    def first(self) -> Decimal | None:
        """The number that touches first."""
        heap = self._heap
        while heap and heap[0][3].stamp != heap[0][2]:
            heapq.heappop(heap)
        if not heap:
            return None
        return heap[0][0].copy_negate() if self._falling else heap[0][0]

    def pop(self, number: Decimal) -> list[Post]:
        """The posts that a number touches; they leave."""
        heap, touched = self._heap, list[Post]()
        bar = (number.copy_negate() if self._falling else number, True)
        while heap and heap[0][:2] < bar:
            _, _, stamp, post = heapq.heappop(heap)
            if post.stamp == stamp:
                touched.append(post)
        return touched
