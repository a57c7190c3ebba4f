"""The exchange process: `python -m desk.feeds.child coinbase`, JSON lines on stdin and stdout (see wire.py).

It ends when its stdin does, so it never outlives its desk, however that ends.
"""

import argparse
import asyncio
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from typing import BinaryIO

import stamina

from desk.feeds.outbox import Outbox
from desk.feeds.state import reason
from desk.feeds.wire import Message, decode


def main() -> None:
    """Runs until the desk closes our stdin."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole terminal; the desk ends us
    stamina.instrumentation.set_on_retry_hooks([])
    try:
        asyncio.run(serve(_flags()))
    except Exception as error:  # noqa: BLE001 - the end of the process; the desk reads its last line
        traceback.print_exception(error)
        print(reason(error), file=sys.stderr, flush=True)
        os._exit(1)


async def serve(flags: argparse.Namespace) -> None:
    """Listens to the desk from the first moment, and loads ccxt meanwhile."""
    loop, orders = asyncio.get_running_loop(), asyncio.Queue[Message]()
    outbox = Outbox(_claim_stdout().write)
    _thread(_write, outbox)
    _thread(_listen, lambda order: loop.call_soon_threadsafe(orders.put_nowait, order))

    from desk.feeds.session import Session  # imports ccxt, which takes seconds

    session = Session(flags.exchange, flags.quote, flags.url, flags.silence, outbox)
    async with asyncio.TaskGroup() as group:
        group.create_task(session.run())
        while True:
            session.obey(await orders.get())


def _listen(deliver: Callable[[Message], object]) -> None:
    for line in sys.stdin.buffer:
        deliver(decode(line))
    os._exit(0)


def _write(outbox: Outbox) -> None:
    try:
        outbox.run()
    except OSError:
        os._exit(0)


def _claim_stdout() -> BinaryIO:
    """The pipe to the desk. What any library prints goes to stderr from now on, not between our lines."""
    pipe = os.fdopen(os.dup(1), 'wb', buffering=0)
    os.dup2(2, 1)
    return pipe


def _thread(target: Callable[..., None], argument: object) -> None:
    threading.Thread(target=target, args=(argument,), daemon=True).start()


def _flags() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('exchange')
    parser.add_argument('--quote', default='USD')
    parser.add_argument('--url', default='')
    parser.add_argument('--silence', type=float, default=60.0)
    return parser.parse_args()


if __name__ == '__main__':
    main()
