"""Files that come in over HTTP, written to the data dir as they arrive: never whole in memory, never too large."""

import asyncio
import time
from collections.abc import AsyncIterable
from pathlib import Path
from tempfile import NamedTemporaryFile

from desk.errors import DeskError, Unavailable
from desk.settings import Settings

LIMIT = 200 * 1024 * 1024
LEFT_OVER_AFTER = 24 * 3600.0


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
    try:
        return await _spool(chunks, settings, limit)
    except OSError as error:
        raise Unavailable(f'The file cannot be written to the data dir: {error.strerror or error}.') from None


async def _spool(chunks: AsyncIterable[bytes], settings: Settings, limit: int) -> Path:
    path = await asyncio.to_thread(new_file, settings)
    size = 0
    try:
        async for chunk in chunks:
            size += len(chunk)
            check_size(size, limit)
            await asyncio.to_thread(_append, path, chunk)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def new_file(settings: Settings) -> Path:
    """An empty file to spool into; those that a crash left behind a day ago go. Blocking."""
    folder = folder_of(settings)
    for old in folder.glob('import-*'):
        if time.time() - old.stat().st_mtime > LEFT_OVER_AFTER:
            old.unlink(missing_ok=True)
    with NamedTemporaryFile(dir=folder, prefix='import-', suffix='.csv', delete=False) as file:
        return Path(file.name)


def check_size(size: int, limit: int = LIMIT) -> None:
    """Raises TooLarge above `limit` bytes."""
    if size > limit:
        raise TooLarge(
            f'The file is larger than {limit // 1024**2} MB; cut it into pieces, or compress it with gzip.', 'file'
        )


def _append(path: Path, chunk: bytes) -> None:
    with path.open('ab') as file:
        file.write(chunk)
