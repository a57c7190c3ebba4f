"""Files on their way in: written as they arrive, cut off at the limit, gone when nobody owns them."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from subprocess import Popen

import pytest

from desk.csv.spool import STARTED, TooLarge, folder_of, new_file, spool
from desk.errors import Unavailable
from desk.settings import Settings


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def files(settings: Settings) -> list[Path]:
    return list(folder_of(settings).iterdir())


async def test_what_arrives_is_in_the_data_dir(settings: Settings) -> None:
    path = await spool(chunks(b'ab', b'', b'cd'), settings, limit=4)
    assert files(settings) == [path]
    assert path.read_bytes() == b'abcd'


async def test_too_much_is_refused_while_it_arrives_and_leaves_nothing(settings: Settings) -> None:
    asked = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal asked
        while True:
            asked += 1
            yield b'x' * 1000

    with pytest.raises(TooLarge, match='larger than 0 MB; cut it into pieces') as refused:
        await spool(endless(), settings, limit=2500)
    assert (refused.value.status, asked, files(settings)) == (413, 3, [])


async def test_an_upload_that_breaks_off_leaves_nothing(settings: Settings) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b'x'
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await spool(broken(), settings)
    assert files(settings) == []


async def test_a_data_dir_that_cannot_be_written_is_said_in_words(settings: Settings) -> None:
    (settings.data_dir / 'import').write_text('a file where a folder should be')
    with pytest.raises(Unavailable, match='cannot be written to the data dir: File exists'):
        await spool(chunks(b'x'), settings)


def test_files_of_a_process_that_has_ended_go_and_those_of_others_stay(settings: Settings) -> None:
    ended = Popen(['true'])
    ended.wait()
    folder = folder_of(settings)
    gone, before, own, other = (
        folder / f'{number}-{name}.csv'
        for number, name in ((ended.pid, 'a'), (os.getpid(), 'b'), (os.getpid(), 'c'), (os.getppid(), 'd'))
    )
    for file in (gone, before, own, other):
        file.touch()
    os.utime(before, (STARTED - 60, STARTED - 60))
    new = new_file(settings)
    assert sorted(files(settings)) == sorted([own, other, new])
