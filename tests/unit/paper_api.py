"""What the tests of the paper account's API say to it, on a desk where BTC is asked for and offered at one price."""

import asyncio
from typing import Any

import httpx

BUY = {'name': 'BTC', 'side': 'buy', 'type': 'market', 'size': '1'}
REST = {'name': 'BTC', 'side': 'buy', 'type': 'limit', 'size': '2', 'limit_price': '90'}


async def price(http: httpx.AsyncClient, price: str, name: str = 'BTC') -> None:
    answer = await http.post('/api/prices', json={'name': name, 'price': price, 'bid': price, 'ask': price})
    assert answer.status_code == 201, answer.text


async def place(http: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    return await place_this(http, {**REST, **changes})


async def place_this(http: httpx.AsyncClient, asked: dict[str, Any]) -> dict[str, Any]:
    answer = await http.post('/api/orders', json=asked)
    assert answer.status_code == 201, answer.text
    order: dict[str, Any] = answer.json()
    return order


async def ended(http: httpx.AsyncClient, order_id: int) -> dict[str, Any]:
    """The order's story once it is over: what a price decides is committed a moment after the price."""
    async with asyncio.timeout(10):
        while (story := await get(http, f'/api/orders/{order_id}'))['status'] == 'open':
            pass
    told: dict[str, Any] = story
    return told


async def get(http: httpx.AsyncClient, path: str, **params: Any) -> Any:
    answer = await http.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()
