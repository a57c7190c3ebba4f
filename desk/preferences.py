"""What was set in the browser: kept in the store, read from memory."""

from desk.acting import Right, needing
from desk.store import Store


class Preferences:
    """Texts by key."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._values: dict[str, str] = {}

    async def load(self) -> None:
        """Read them all."""
        self._values = await self.store.preferences()

    def get(self, key: str, default: str = '') -> str:
        """One of them."""
        return self._values.get(key, default)

    @needing(Right.ADMINISTER)
    async def set(self, key: str, value: str) -> None:
        """Keep one; it counts once it is committed."""
        await self.store.set_preference(key, value)
        self._values[key] = value
