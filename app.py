"""Cointape: settings → Desk → pages and API → ui.run. And the command line."""

import gc

if __name__ in {'__main__', '__mp_main__'}:
    gc.disable()  # until the desk is there: what a start makes is no garbage, and the search for it takes a third of it

import logging
import secrets
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from errno import EADDRINUSE
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from filelock import FileLock, Timeout
from nicegui import app, core, helpers, ui
from nicegui.storage import Storage
from sqlalchemy.exc import SQLAlchemyError

import api
import pages
from desk.desk import Desk
from desk.errors import DeskError, Invalid
from desk.feeds.catalog import problem
from desk.replay.feed import staged
from desk.settings import Settings, load_settings
from desk.store.database import connect, failure

PING_SECONDS, RECONNECT_SECONDS, GOODBYE_SECONDS, MESSAGE_BYTES = 10, 120, 1, 2_000_000
GZIP_LEVEL = 1  # of a page: a quarter of the time that the highest takes, for a quarter more bytes
FAVICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" '
    'fill="#3451c6"/><path d="M6 21l6-7 5 4 9-10" fill="none" stroke="#fff" stroke-width="3"/></svg>'
)
Lifespan = Callable[[Any], AbstractAsyncContextManager[Any]]
commands = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@commands.command()
def run(
    host: Annotated[str | None, typer.Option(help='Address to listen on; loopback only for now. [127.0.0.1]')] = None,
    port: Annotated[str | None, typer.Option(metavar='NUMBER', help='Port to listen on. [8080]')] = None,
    data_dir: Annotated[Path | None, typer.Option(help='Where the database and uploads are kept. [data]')] = None,
    database_url: Annotated[
        str | None,
        typer.Option(help='SQLAlchemy URL, like postgresql+psycopg://user@host/db. [SQLite in the data dir]'),
    ] = None,
    exchange: Annotated[
        str | None, typer.Option(help='Any ccxt exchange with websockets, by its id, or "none". [coinbase]')
    ] = None,
    exchange_url: Annotated[
        str | None, typer.Option(help="Send all of the exchange client's traffic here instead: a relay or a recording.")
    ] = None,
    coins: Annotated[str | None, typer.Option(help='Coins to follow, with commas. [30 well-known ones]')] = None,
    quote: Annotated[str | None, typer.Option(help='Currency of all prices. [USD]')] = None,
    demo: Annotated[
        bool | None,
        typer.Option(
            '--demo/--no-demo', help='Invented coins: at once, or never. [only if the exchange gives nothing]'
        ),
    ] = None,
    demo_rate: Annotated[
        str | None, typer.Option(metavar='NUMBER', help='Ticks a second of the demo market, 5 to 200. [20]')
    ] = None,
    frame_rate: Annotated[
        str | None, typer.Option(metavar='NUMBER', help='Updates a second that a browser gets at most. [10]')
    ] = None,
    feed_record_days: Annotated[
        str | None,
        typer.Option(metavar='NUMBER', help='Days that single prices of a feed are kept; their candles stay. [8]'),
    ] = None,
    odd_price: Annotated[
        str | None,
        typer.Option(metavar='NUMBER', help='Per cent from the last price from which the form asks once more. [20]'),
    ] = None,
    paper_cash: Annotated[
        str | None, typer.Option(metavar='NUMBER', help='What a paper account opens with. [100000]')
    ] = None,
    maker_fee: Annotated[
        str | None, typer.Option(metavar='NUMBER', help='Per cent on paper orders that waited for their price. [0.10]')
    ] = None,
    taker_fee: Annotated[
        str | None, typer.Option(metavar='NUMBER', help='Per cent on paper orders that take what there is. [0.20]')
    ] = None,
    spread: Annotated[
        str | None, typer.Option(metavar='NUMBER', help='Per cent between bid and ask where no feed has them. [0.10]')
    ] = None,
    slippage: Annotated[
        str | None, typer.Option(metavar='NUMBER', help='Basis points that market orders and stops lose. [5]')
    ] = None,
    limit_fills: Annotated[
        str | None, typer.Option(help='Resting limits fill at prices "through" them, or at a "touch". [through]')
    ] = None,
    participation: Annotated[
        str | None, typer.Option(metavar='NUMBER', help="Per cent of a price's volume that orders take; 0: all. [0]")
    ] = None,
    on_gap: Annotated[
        str | None, typer.Option(help='"cut" or "refuse" what the money no longer pays for after a gap. [cut]')
    ] = None,
    replay: Annotated[
        Path | None, typer.Option(help='A CSV file of recorded prices to trade on, or the folder of an earlier replay.')
    ] = None,
    speed: Annotated[
        str | None, typer.Option(metavar='NUMBER', help='Recorded seconds of a replay in a real one. [60]')
    ] = None,
    trusted_origins: Annotated[
        str | None, typer.Option(help='Other origins that may call this desk, with commas, like https://desk.example.')
    ] = None,
    log_level: Annotated[str | None, typer.Option(help='debug, info, warning or error. [warning]')] = None,
) -> None:
    """A live cryptocurrency board. Each flag is also a variable: --data-dir is COINTAPE_DATA_DIR."""
    try:
        settings = load_settings(
            host=host,
            port=port,
            data_dir=data_dir,
            database_url=database_url,
            exchange=exchange,
            exchange_url=exchange_url,
            coins=coins,
            quote=quote,
            demo=demo,
            demo_rate=demo_rate,
            frame_rate=frame_rate,
            feed_record_days=feed_record_days,
            odd_price=odd_price,
            paper_cash=paper_cash,
            maker_fee=maker_fee,
            taker_fee=taker_fee,
            spread=spread,
            slippage=slippage,
            limit_fills=limit_fills,
            participation=participation,
            on_gap=on_gap,
            replay=replay,
            speed=speed,
            trusted_origins=trusted_origins,
            log_level=log_level,
        )
        prepare_port(settings.host, settings.port)
        if settings.replay:
            print(f'Reading {settings.replay} …', flush=True)
        settings = staged(settings)
        lock = prepare(settings)
    except DeskError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
    serve(settings, lock)


def prepare(settings: Settings) -> FileLock:
    """A known exchange, a data dir to write in, a database that answers; raises DeskError."""
    if trouble := problem(settings.exchange):
        raise Invalid(f'--exchange: {trouble}')
    prepare_data_dir(settings.data_dir)
    prepare_database(settings.database)
    return prepare_lock(settings.data_dir)


def prepare_data_dir(data_dir: Path) -> None:
    """Make it if need be; raises Invalid where it cannot be written."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        probe = data_dir / '.writable'
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Invalid(f'--data-dir: {data_dir} cannot be written: {error.strerror}.') from None


def prepare_database(url: str) -> None:
    """Raises DeskError where there is none that answers."""
    try:
        engine = connect(url, patience=1)
        engine.connect().close()
        engine.dispose()
    except OSError as error:
        raise Invalid(f'--database-url: {error.filename}: {error.strerror}.') from None
    except SQLAlchemyError as error:
        raise failure(error) from None


def prepare_port(host: str, port: int) -> None:
    """Raises Invalid where another program listens there."""
    family = socket.AF_INET6 if ':' in host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            if error.errno != EADDRINUSE:
                raise Invalid(f'--host {host}: this machine cannot listen there: {error.strerror}.') from None
            raise Invalid(
                f'--port: {port} is taken by another program; choose another, like --port {port + 1}.'
            ) from None


def prepare_lock(data_dir: Path) -> FileLock:
    """Hold the data dir for this desk alone: two would number their prices alike; raises Invalid."""
    lock = FileLock(data_dir / 'desk.lock')
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise Invalid(f'--data-dir: another desk runs on {data_dir}; end that one, or choose another folder.') from None
    return lock


def serve(settings: Settings, lock: FileLock) -> None:
    """Build the desk, its pages and its API, and run until Ctrl-C."""
    logging.basicConfig(level=settings.log_level.upper(), format='%(levelname)s %(name)s: %(message)s')
    desk = app.state.desk = Desk(settings)
    app.router.lifespan_context = opened(desk, app.router.lifespan_context, lock)
    pages.register(desk)
    api.register(app, desk)
    Storage.path = (settings.data_dir / 'nicegui').resolve()
    ui.run(
        pages.lost.nowhere(desk),
        host=settings.host,
        port=settings.port,
        title='Cointape',
        favicon=FAVICON,
        dark=None,
        language='en-US',
        reload=False,
        show=False,
        tailwind=False,
        show_welcome_message=False,
        reconnect_timeout=RECONNECT_SECONDS,
        storage_secret=storage_secret(settings.data_dir),
        uvicorn_logging_level='error',
        proxy_headers=False,
        gzip_middleware_factory=partial(GZipMiddleware, compresslevel=GZIP_LEVEL),
        ws_per_message_deflate=False,  # of the API's sockets; NiceGUI's: pages/wire.py
        ws_max_size=MESSAGE_BYTES,
        timeout_graceful_shutdown=GOODBYE_SECONDS,
    )


def opened(desk: Desk, inner: Lifespan, lock: FileLock) -> Lifespan:
    """NiceGUI's own lifespan inside the desk's: the desk is there before the first request and after the last."""

    @asynccontextmanager
    async def lifespan(fastapi: FastAPI) -> AsyncIterator[None]:
        try:
            await desk.start()
            async with inner(fastapi):
                core.sio.eio.ping_interval = core.sio.eio.ping_timeout = PING_SECONDS
                gc.freeze()  # what lives as long as the desk is not searched for garbage again and again
                gc.enable()
                print(f'Cointape is at {desk.settings.url}  (Ctrl-C ends it)', flush=True)
                yield
        except DeskError as error:
            print(error, file=sys.stderr)
            raise
        finally:
            fastapi.router.lifespan_context = inner
            await desk.stop()
            lock.release()

    return lifespan


def storage_secret(data_dir: Path) -> str:
    """What signs the browsers' cookies: made once, kept in the data dir."""
    file = data_dir / 'storage_secret'
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(32))
    return file.read_text()


def leave(*_: object) -> None:
    """End with status 0, without the interpreter's last search for garbage, which takes longer than all the rest."""
    gc.freeze()
    sys.exit(0)


if __name__ in {'__main__', '__mp_main__'}:
    simulated = helpers.is_user_simulation()
    if not simulated:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, leave)  # uvicorn raises it anew when all is shut down
    commands(standalone_mode=not simulated)
