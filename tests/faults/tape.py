"""Prices at speed, seeded: odd names, all sizes of prices, new coins, renamed and merged ones."""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from urllib.parse import quote

import httpx

HALVES = ('east', 'west')  # each coin has one of them in its name, so that two searches show every coin
ODD = (
    '<b>Bold</b>',
    '</script><img src=x>',
    'R&D "coin"',
    "O'Hara",
    '`tick` ${x}',
    '&amp; &lt;i&gt;',
    'a/b?c=d#e',
    '100%2F',
    '日本円',
    'שלום',
    'рубль Ёё',
    'Große İ',
    '🚀',
    '\\n {{x}}',
    'x' * 44,
)
LEAST, MOST, STEP = 10**9, 10**10, 10**8


@dataclass(slots=True)
class Listed:
    """A coin: its price is so many units of 10 ** size."""

    name: str
    half: str
    units: int
    size: int


class Tape:
    """Sends prices of all coins, batch by batch, until it is told to stop. `sent` counts prices, `deeds` the rest."""

    def __init__(self, http: httpx.AsyncClient, seed: int, coins: int) -> None:
        self.http, self.random = http, Random(seed)
        self.sent, self.deeds = 0, Counter[str]()
        self.coins: list[Listed] = []
        for _ in range(coins):
            self._list()

    async def send(self, share: float = 1.0) -> None:
        """Another price of about this share of the coins, committed."""
        batch = [self._moved(coin) for coin in self.coins if self.random.random() < share]
        answer = await self.http.post('/api/prices', json=batch)
        assert answer.status_code == 201, answer.text
        self.sent += len(batch)

    async def run(self, every: float, until: asyncio.Event) -> None:
        """A batch each `every` seconds, or as fast as they are committed; now and then something rare."""
        now = asyncio.get_running_loop().time
        due = now()
        while not until.is_set():
            await self.send(self.random.choice((0.02, 0.8, 1.0)))
            if self.random.random() < 0.2:
                await self.random.choice((self._rename, self._merge, self._another))()
            due = max(due + every, now())
            await rest(until, due - now())

    async def _rename(self) -> None:
        coin = self.random.choice(self.coins)
        new = f'{coin.name.split()[0][:30]} {self.deeds["rename"]} {coin.half}'
        await self._amend(coin, 'rename', name=new)
        coin.name = new

    async def _merge(self) -> None:
        coin, into = self.random.sample(self.coins, 2)
        await self._amend(coin, 'merge', into=into.name)
        self.coins.remove(coin)

    async def _another(self) -> None:
        self._list()

    async def _amend(self, coin: Listed, deed: str, **given: str) -> None:
        address = f'/api/coins/{quote(coin.name, safe="")}/{deed}'
        answer = await self.http.post(address, json=given)
        assert answer.status_code == 200, f'{address} {given}: {answer.text}'
        self.deeds[deed] += 1

    def _list(self) -> None:
        number = self.deeds['listed']
        name, half = ODD[number] if number < len(ODD) else f'C{number}', HALVES[number % 2]
        size = self.random.choice((-18, -14, -10, -6, -2))
        self.coins.append(Listed(f'{name} {half}', half, self.random.randrange(LEAST, MOST), size))
        self.deeds['listed'] += 1

    def _moved(self, coin: Listed) -> dict[str, str]:
        coin.units = max(LEAST, coin.units + self.random.choice((-1, 1)) * self.random.randrange(1, STEP))
        return {'name': coin.name, 'price': f'{Decimal(coin.units).scaleb(coin.size):f}'}


async def rest(until: asyncio.Event, seconds: float) -> None:
    """Let time pass, but not beyond the end."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await until.wait()
