"""What must be true before a desk starts, each said in a sentence where it is not."""

import socket
from errno import EADDRINUSE
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy.exc import SQLAlchemyError

from desk.errors import Invalid
from desk.feeds.catalog import problem
from desk.settings import Settings
from desk.store.database import connect, failure


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
