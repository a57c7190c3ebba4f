"""A small Coinbase on the loopback interface that can be told to misbehave: for a real ccxt client in a real child."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from aiohttp import WSMsgType, web

HALF_A_FRAME = b'\x81\x7e\x01\x00{"channel":"market_tr'
GARBAGE = '{"channel":"market_trades","events":[{'


class FakeCoinbase:
    """Lists `coins` in USD. `manner`: good, refuse, garbage, half (a frame that never ends) or silent."""

    def __init__(self, *coins: str) -> None:
        self.coins, self.manner = coins, 'good'
        self.connections = 0
        self.candle_requests: list[dict[str, str]] = []
        self.url = ''
        self._trades: list[dict[str, str]] = []
        self._sockets: dict[web.WebSocketResponse, set[tuple[str, str]]] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator['FakeCoinbase']:
        """Listens on a port of its own choice until the block ends."""
        app = web.Application()
        app.router.add_get('/ws', self._websocket)
        app.router.add_get('/{tail:.*}', self._rest)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, '127.0.0.1', 0)
        await site.start()
        self.url = 'http://{}:{}'.format(*runner.addresses[0])
        try:
            yield self
        finally:
            await self.cut()
            await runner.cleanup()

    async def trade(self, coin: str, price: str, size: str = '0.5') -> None:
        """One trade, now, to all who subscribed to it; and to those who will, as part of their snapshot."""
        moment = datetime.now(UTC).isoformat(timespec='microseconds').replace('+00:00', 'Z')
        self._trades.append(
            {
                'trade_id': str(len(self._trades) + 1),
                'product_id': f'{coin}-USD',
                'price': price,
                'size': size,
                'side': 'BUY',
                'time': moment,
            }
        )
        await self._broadcast('market_trades', coin, {'type': 'update', 'trades': self._trades[-1:]})

    async def quote(self, coin: str, price: str, bid: str, ask: str) -> None:
        """Best bid and ask, on the ticker channel."""
        ticker = {'product_id': f'{coin}-USD', 'price': price, 'best_bid': bid, 'best_ask': ask}
        await self._broadcast('ticker', coin, {'type': 'update', 'tickers': [ticker]})

    async def cut(self) -> None:
        """Ends every connection."""
        for socket in list(self._sockets):
            await socket.close()

    def watched(self, channel: str, coin: str) -> bool:
        """Is anybody subscribed to this?"""
        return any((channel, f'{coin}-USD') in topics for topics in self._sockets.values())

    async def _broadcast(self, channel: str, coin: str, event: dict[str, Any]) -> None:
        for socket, topics in list(self._sockets.items()):
            if (channel, f'{coin}-USD') in topics and self.manner == 'good':
                await socket.send_str(_frame(channel, event))

    async def _rest(self, request: web.Request) -> web.Response:
        if self.manner == 'refuse':
            return web.Response(status=503, text='down for a while')
        if request.path.endswith('/candles'):
            self.candle_requests.append({'pair': request.path.split('/')[-2], **request.query})
            return web.json_response({'candles': [_candle(request.query['start'])]})
        if request.path.endswith('/products'):
            return web.json_response({'products': [_product(coin) for coin in self.coins]})
        return web.json_response({})

    async def _websocket(self, request: web.Request) -> web.StreamResponse:
        self.connections += 1
        if self.manner == 'refuse':
            return web.Response(status=503)
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        topics = self._sockets[socket] = set()
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    await self._subscribe(request, socket, topics, json.loads(message.data))
        finally:
            del self._sockets[socket]
        return socket

    async def _subscribe(
        self, request: web.Request, socket: web.WebSocketResponse, topics: set[tuple[str, str]], wish: dict[str, Any]
    ) -> None:
        topics.update((wish['channel'], product) for product in wish['product_ids'])
        if self.manner == 'garbage':
            await socket.send_str(GARBAGE)
        elif self.manner == 'half' and request.transport:
            request.transport.write(HALF_A_FRAME)
        elif self.manner == 'good' and wish['channel'] == 'market_trades':
            for product in wish['product_ids']:
                known = [trade for trade in reversed(self._trades) if trade['product_id'] == product]
                if known:
                    await socket.send_str(_frame('market_trades', {'type': 'snapshot', 'trades': known}))


def _frame(channel: str, event: dict[str, Any]) -> str:
    return json.dumps({'channel': channel, 'timestamp': datetime.now(UTC).isoformat(), 'events': [event]})


def _product(coin: str) -> dict[str, Any]:
    return {
        'product_id': f'{coin}-USD',
        'product_type': 'SPOT',
        'base_currency_id': coin,
        'quote_currency_id': 'USD',
        'base_name': f'{coin.title()} in full',
        'price': '7.5',
        'status': 'online',
        'trading_disabled': False,
        'base_increment': '0.00000001',
        'quote_increment': '0.01',
        'base_min_size': '0.00000001',
        'quote_min_size': '1',
    }


def _candle(start: str) -> dict[str, str]:
    return {'start': start, 'low': '1.5', 'high': '3.25', 'open': '2', 'close': '3', 'volume': '17.25'}


async def gone(pid: int) -> None:
    """Until no process has this number."""
    async with asyncio.timeout(10):
        while _alive(pid):  # noqa: ASYNC110 - a process that is not ours sends no event
            await asyncio.sleep(0.01)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
