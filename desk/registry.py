"""The coins that the desk knows, by name without regard to case. Memory only, pure."""

from collections.abc import Iterable

from desk.errors import NotFound
from desk.followers import Followers
from desk.ticks import name_key, name_look
from models import NAME_LENGTH, Coin

MOST_SPELLINGS = 10_000


class Registry:
    """Coins by key and id; a coin that was merged or renamed away leads to the one that took its place.

    `version` is another whenever a coin came or changed. `moved` tells the id of one that has another name now, or has
    become part of another.
    """

    def __init__(self, coins: Iterable[Coin] = ()) -> None:
        self._by_key: dict[str, Coin] = {}
        self._by_look: dict[str, Coin] = {}
        self._by_id: dict[int, Coin] = {}
        self._away: dict[int, Coin] = {}
        self._spelled: dict[str, Coin] = {}  # what was found under a name, written just so
        self.version = 0
        self.moved = Followers[int]()
        self._standing: dict[int, tuple[str, int | None]] = {}
        for coin in coins:
            self.put(coin)

    def __len__(self) -> int:
        """How many coins there ever were."""
        return len(self._by_id)

    def put(self, coin: Coin) -> None:
        """Remember a coin as it is stored now."""
        assert coin.id is not None
        self.version += 1
        self._spelled.clear()
        before = self._by_id.get(coin.id)
        if before is not None:
            self._by_key = {key: other for key, other in self._by_key.items() if other.id != coin.id}
            self._by_look = {look: other for look, other in self._by_look.items() if other.id != coin.id}
        self._by_id[coin.id] = coin
        self._by_key[coin.key] = coin
        self._by_look.setdefault(name_look(coin.name), coin)
        self._away.pop(coin.id, None)
        if coin.merged_into is not None:
            self._away[coin.id] = coin
        standing = coin.name, coin.merged_into
        if self._standing.setdefault(coin.id, standing) != standing:
            self._standing[coin.id] = standing
            self.moved.tell(coin.id)

    def find(self, name: str) -> Coin | None:
        """The coin of this name, or of one that looks the same, through merges; None where there is none."""
        coin = self._spelled.get(name)
        if coin is None and (coin := self._named(name)) is not None:
            coin = self._root(coin)
            if len(name) <= NAME_LENGTH and len(self._spelled) < MOST_SPELLINGS:
                self._spelled[name] = coin
        return coin

    def get(self, name: str) -> Coin:
        """The coin of this name; raises NotFound with the nearest names."""
        coin = self.find(name)
        if coin is not None:
            return coin
        start = name_key(name.strip())[:1]
        near = sorted(coin.name for coin in self.all() if coin.key.startswith(start))[:5]
        hint = f' Known names that begin alike: {", ".join(near)}.' if start and near else ''
        raise NotFound(f'There is no coin called “{name.strip()[:50]}” on this desk.{hint}', 'name')

    def name(self, number: int) -> str:
        """What the coin of this id is called now, through merges."""
        return self.coin(number).name

    def coin(self, number: int) -> Coin:
        """The coin that this id stands for now, through merges."""
        return self._root(self._by_id[number])

    def knows(self, number: int) -> bool:
        """Whether there is a coin of this id; another process may have made one."""
        return number in self._by_id

    def root(self, number: int) -> int:
        """The id of the coin that stands for this one now, through merges."""
        return self._root(self._by_id[number]).id or 0

    def all(self) -> list[Coin]:
        """The coins that stand for themselves, by name."""
        own = (coin for coin in self._by_id.values() if coin.merged_into is None)
        return sorted(own, key=lambda coin: coin.key)

    def ids(self, coin: Coin) -> list[int]:
        """The coin's id, then those of the coins that were merged into it."""
        assert coin.id is not None
        return [coin.id, *(number for number, other in self._away.items() if self._root(other) is coin)]

    def merged(self, coin: Coin) -> list[Coin]:
        """The coins that point straight at this one."""
        return [other for other in self._away.values() if other.merged_into == coin.id]

    def _named(self, name: str) -> Coin | None:
        return self._by_key.get(name_key(name.strip())) or self._by_look.get(name_look(name))

    def _root(self, coin: Coin) -> Coin:
        while coin.merged_into is not None:
            coin = self._by_id[coin.merged_into]
        return coin
