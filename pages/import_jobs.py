"""An uploaded file on its way in. A running import belongs to the desk, not to the browser that began it."""

import asyncio
from pathlib import Path

from nicegui import background_tasks

from desk.acting import Right, acting, may
from desk.csv.formats import name_in
from desk.csv.importing import CsvImport, summary
from desk.csv.reading import Report
from desk.desk import Desk
from desk.errors import Conflict, DeskError


class UploadedFile:
    """A spooled file and its import. `words` says how the import ended, `failed` whether by a failure of the desk.

    `owner` is the user who brought it.
    """

    def __init__(self, desk: Desk, path: Path, filename: str) -> None:
        self.path, self.filename = path, filename or 'The file'
        self.job = CsvImport(path, desk, name_in(filename, desk.settings.quote))
        self.words, self.failed, self.owner = '', False, acting().user
        self._busy = asyncio.Lock()

    async def check(self) -> Report:
        """The dry run; raises DeskError."""
        async with self._busy:
            return await self.job.dry_run()

    async def run(self) -> None:
        """The import, then the file goes."""
        try:
            async with self._busy:
                self.words = summary(await self.job.run())
        except DeskError as error:
            self.failed = True
            self.words = f'{error} {self.job.report.added:,} added so far; import the file again to add the rest.'
        finally:
            await self.drop()

    async def drop(self) -> None:
        """Stop what runs and delete the file."""
        self.job.stop()
        async with self._busy:
            await self.job.close()
            await asyncio.to_thread(self.path.unlink, missing_ok=True)


class Imports:
    """The desk's running import: one at a time, seen in every browser of who began it, and by administrators."""

    def __init__(self) -> None:
        self.running: UploadedFile | None = None

    def start(self, file: UploadedFile) -> None:
        """Begin; raises Conflict while another one runs."""
        if self.running is not None:
            if self.seen is None:
                raise Conflict('A file of somebody else is being imported now; wait for its end.')
            raise Conflict(f'{self.running.filename} is being imported now; wait for its end, or stop it first.')
        self.running = file
        background_tasks.create(self._run(file), name=f'import of {file.filename}')

    @property
    def seen(self) -> UploadedFile | None:
        """The running one, if who acts may see it."""
        file = self.running
        return file if file and (file.owner == acting().user or may(Right.ADMINISTER)) else None

    async def _run(self, file: UploadedFile) -> None:
        try:
            await file.run()
        finally:
            self.running = None
