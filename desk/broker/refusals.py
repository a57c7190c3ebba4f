"""Orders whose decisions the database does not take, however often: they end, and cost the others nothing. Pure."""

import logging
from collections.abc import Collection

from desk.orders import Change

log = logging.getLogger(__name__)


class Refusals:
    """`asked`: orders that are to end, each with the reason; those where even that is not taken are `left_out`."""

    def __init__(self) -> None:
        self.asked: dict[int, str] = {}
        self.left_out: set[int] = set()

    @property
    def problem(self) -> str:
        """A sentence for /status; '' while there is none."""
        numbers = ', '.join(map(str, sorted(self.left_out)))
        return f'Left out of trading, since the database takes nothing about it: order {numbers}.' if numbers else ''

    def forget(self, there: Collection[int]) -> None:
        """These orders are open: of the others nothing more is to be said."""
        self.asked = {order_id: reason for order_id, reason in self.asked.items() if order_id in there}
        self.left_out &= self.asked.keys()

    def blame(self, culprit: Change, error: Exception | None) -> None:
        """A change that was refused again, alone: the order that was filled, or the first that it is about."""
        concerned = [*(fill.order_id for fill in culprit.fills), *(order.id for order in culprit.orders)]
        for order_id in concerned[:1]:
            log.error('what became of order %d is not taken by the database: %s', order_id, error)
            if order_id in self.asked:
                self.left_out.add(order_id)
            self.asked[order_id] = f'The database does not take what became of it: {error}'
