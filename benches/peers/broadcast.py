"""The limit: the same bytes to the same number of sockets by `websockets.broadcast`, and nothing else at all."""

import argparse

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

from benches.peers.ticking import MARKED, obey, pinned


async def main() -> None:
    """Serve on a port; each tick is one message of so many bytes."""
    flags = argparse.ArgumentParser()
    flags.add_argument('--port', type=int)
    flags.add_argument('--size', type=int)
    given = flags.parse_args()
    sockets: set[ServerConnection] = set()

    async def hold(socket: ServerConnection) -> None:
        sockets.add(socket)
        await socket.wait_closed()
        sockets.discard(socket)

    async def submit(number: int, coins: int, rows: bool) -> None:
        broadcast(sockets, f'{MARKED + number:,} '.ljust(given.size, 'x'))

    async with serve(hold, '127.0.0.1', given.port, compression=None, ping_interval=None):
        await obey(submit)


if __name__ == '__main__':
    pinned(0)
    uvloop.run(main())
