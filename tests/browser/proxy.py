"""A network between a browser and the desk that a test can cut and restore: a TCP relay on loopback."""

import asyncio
import threading
from types import TracebackType

CHUNK = 65536


class Proxy:
    """Relays to the desk's port. `cut` swallows everything, as a dead wire does; `refuse` breaks and refuses.

    `carried` counts the bytes that went to browsers.
    """

    def __init__(self) -> None:
        self.target = self.carried = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._whole = asyncio.Event()
        self._whole.set()
        self._refusing = False
        self._writers: set[asyncio.StreamWriter] = set()

    def __enter__(self) -> 'Proxy':
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, '127.0.0.1', 0), self._loop
        ).result()
        self.port = int(self._server.sockets[0].getsockname()[1])
        self.url = f'http://127.0.0.1:{self.port}'
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut(self) -> None:
        """From now on nothing gets through, and nobody is told: what is sent waits, as TCP's retransmissions do."""
        self._loop.call_soon_threadsafe(self._whole.clear)

    def refuse(self) -> None:
        """Break every connection and refuse new ones, as a restarted router does."""

        def do() -> None:
            self._refusing = True
            for writer in self._writers:
                writer.transport.abort()

        self._loop.call_soon_threadsafe(do)

    def restore(self) -> None:
        """The network is back."""

        def do() -> None:
            self._refusing = False
            self._whole.set()

        self._loop.call_soon_threadsafe(do)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            writer.transport.abort()
            return
        try:
            await self._whole.wait()
            up_reader, up_writer = await asyncio.open_connection('127.0.0.1', self.target)
        except OSError:  # the desk is not there: the browser is told so by the broken connection
            writer.transport.abort()
            return
        pair = {writer, up_writer}
        self._writers |= pair
        await asyncio.gather(self._pump(reader, up_writer), self._pump(up_reader, writer, down=True))
        self._writers -= pair

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, down: bool = False) -> None:
        try:
            while data := await reader.read(CHUNK):
                self.carried += len(data) * down
                await self._whole.wait()
                writer.write(data)
                await writer.drain()
        except OSError:  # one side broke: closing tells the other
            pass
        finally:
            writer.close()

    async def _close(self) -> None:
        self._server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in self._writers:
            writer.transport.abort()
