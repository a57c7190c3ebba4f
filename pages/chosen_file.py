"""The first step of every page that takes a CSV file: it arrives, is looked at, and the page says what it is."""

from abc import ABC, abstractmethod
from html import escape
from pathlib import Path

from nicegui import ui

from desk.csv.importing import Inspection
from desk.desk import Desk
from desk.errors import DeskError
from pages.formats import format_bytes
from pages.import_jobs import UploadedFile


class ChosenFile(ABC):
    """One browser's file; `file` is None while there is none."""

    desk: Desk
    file: UploadedFile | None = None

    @abstractmethod
    def ask(self, problem: str = '') -> None:
        """Choose a file."""

    @abstractmethod
    def show(self, file: UploadedFile, look: Inspection) -> None:
        """What the file is, and the next step."""

    async def take(self, path: Path, filename: str) -> None:
        """Look at a file that has arrived."""
        await self.forget()
        self.file = UploadedFile(self.desk, path, filename)
        try:
            look = await self.file.job.inspect()
        except DeskError as error:
            await self.forget()
            self.ask(str(error))
        else:
            self.show(self.file, look)

    async def again(self) -> None:
        """Back to the first step."""
        await self.forget()
        self.ask()

    async def forget(self) -> None:
        """The file goes."""
        file, self.file = self.file, None
        if file is not None:
            await file.drop()


def file_head(file: UploadedFile, look: Inspection) -> None:
    """Its name, kind and size."""
    with ui.element('div').classes('head'):
        ui.html(escape(file.filename), tag='h2', sanitize=False)
        words = [look.words, format_bytes(file.path.stat().st_size)]
        ui.label(' · '.join(word for word in words if word)).classes('muted')
