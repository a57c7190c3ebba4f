"""Open orders that are good till a time, the next one first. Pure."""

import heapq
from datetime import datetime

SLACK = 64  # entries that may lie about before they are swept


class Due:
    """The numbers of open orders by the time at which they end."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int]] = []
        self._times: dict[int, datetime] = {}

    def __len__(self) -> int:
        """How many entries are kept; of orders that have ended, a few."""
        return len(self._heap)

    def put(self, order_id: int, time: datetime) -> None:
        """Take an order; its time never changes."""
        if order_id not in self._times:
            self._times[order_id] = time
            heapq.heappush(self._heap, (time, order_id))

    def discard(self, order_id: int) -> None:
        """Forget an order, if it is here."""
        if self._times.pop(order_id, None) is not None and len(self._heap) > SLACK + 2 * len(self._times):
            self._heap = [(time, number) for number, time in self._times.items()]
            heapq.heapify(self._heap)

    def pop(self, now: datetime) -> int | None:
        """The next order whose time is over; it leaves. None: there is none."""
        while self._heap and self._heap[0][0] <= now:
            _, order_id = heapq.heappop(self._heap)
            if self._times.pop(order_id, None) is not None:
                return order_id
        return None
