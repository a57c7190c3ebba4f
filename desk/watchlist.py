"""A watchlist: a name and coins in an order of one's own. Data only, pure."""

from dataclasses import dataclass

from desk.errors import Invalid
from desk.ticks import parse_name

MOST_LISTS, MOST_COINS = 100, 1000


@dataclass(frozen=True, slots=True)
class Watchlist:
    """Coins by their ids, in the list's own order, each once. `revision` goes up with every change."""

    id: int
    user: str
    name: str
    coin_ids: tuple[int, ...] = ()
    position: int = 0
    revision: int = 1


def parse_list_name(text: str) -> str:
    """A list's name, trimmed: 1 to 50 printable characters; raises Invalid."""
    if not text.strip():
        raise Invalid('Give the list a name, like Favourites.', 'name')
    return parse_name(text)
