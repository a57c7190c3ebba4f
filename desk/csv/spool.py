"""Files that come in over HTTP, written to the data dir as they arrive: never whole in memory, never too large."""

import asyncio
import os
import time
from collections.abc import AsyncIterable, Callable
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TypeVar

import psutil

from desk.errors import DeskError, Unavailable
from desk.settings import Settings

Result = TypeVar('Result')
LIMIT = 200 * 1024 * 1024
STARTED = time.time()


class TooLarge(DeskError):
    """More bytes than the desk takes in one file."""

    status = 413


def folder_of(settings: Settings) -> Path:
    """Where files that are being imported lie. Blocking."""
    folder = settings.data_dir / 'import'
    folder.mkdir(parents=True, exist_ok=True)
    return folder


async def spool(chunks: AsyncIterable[bytes], settings: Settings, limit: int = LIMIT) -> Path:
    """Write what arrives to a new file, which the caller deletes; raises TooLarge or Unavailable and keeps nothing."""
    path = await _on_disk(new_file, settings)
    size = 0
    try:
        async for chunk in chunks:
            size += len(chunk)
            check_size(size, limit)
            await _on_disk(_append, path, chunk)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def new_file(settings: Settings) -> Path:
    """An empty file to spool into; those that a process which has ended left behind go. Blocking."""
    folder = folder_of(settings)
    for old in folder.glob('*-*.csv'):
        if _is_left_over(old):
            old.unlink(missing_ok=True)
    with NamedTemporaryFile(dir=folder, prefix=f'{os.getpid()}-', suffix='.csv', delete=False) as file:
        return Path(file.name)


def check_size(size: int, limit: int = LIMIT) -> None:
    """Raises TooLarge above `limit` bytes."""
    if size > limit:
        raise TooLarge(
            f'The file is larger than {limit // 1024**2} MB; cut it into pieces, or compress it with gzip.', 'file'
        )


def _is_left_over(file: Path) -> bool:
    owner = file.name.partition('-')[0]
    if owner == str(os.getpid()):  # in a container the process before had the same number
        return file.stat().st_mtime < STARTED
    return owner.isdecimal() and not psutil.pid_exists(int(owner))


async def _on_disk(work: Callable[..., Result], *given: object) -> Result:
    try:
        return await asyncio.to_thread(work, *given)
    except OSError as error:
        raise Unavailable(f'The file cannot be written to the data dir: {error.strerror or error}.') from None


def _append(path: Path, chunk: bytes) -> None:
    with path.open('ab') as file:
        file.write(chunk)
