"""An upload that NiceGUI does not gather in memory or /tmp: it streams into the data dir, never above the limit."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from fastapi import HTTPException, Request
from nicegui import app, events, ui
from starlette.requests import ClientDisconnect

from api.multipart import file_of, part_of
from desk.csv.spool import LIMIT, check_size, new_file, spool
from desk.errors import DeskError
from desk.settings import Settings
from pages.formats import format_bytes

Taken = Callable[[Path, str], Awaitable[None]]


class SpooledUpload(ui.upload):
    """Calls `on_file(path, filename)` with a file in the data dir, which is then the callee's to delete.

    What is refused (more than `limit` bytes, a full disk) goes to `on_problem` as a sentence.
    """

    limit = LIMIT

    def __init__(self, settings: Settings, on_file: Taken, on_problem: Callable[[str], None]) -> None:
        super().__init__(auto_upload=True, max_files=1)
        self.settings, self.on_file, self.on_problem = settings, on_file, on_problem
        self.props('accept=".csv,.gz,.txt,.tsv" flat bordered').classes('upload')
        self.on_upload(self._simulated)
        self._furnish()
        app.remove_route(self._registered_url)
        app.post(self._registered_url, include_in_schema=False)(self._receive)

    def _furnish(self) -> None:
        """A button, a place to drop a file, and what has arrived; Quasar's own have no names to be read out."""
        with self.add_slot('header'), ui.element('div').classes('line'):
            ui.button('Choose a file', on_click=lambda: self.run_method('pickFiles')).classes('filled')
            ui.label('or drop it here').classes('muted')
            with ui.element('div').classes('hidden'):
                ui.element('q-uploader-add-trigger')
        with self.add_slot('list'):
            self.arrived = ui.label().props('role=status').classes('small muted')

    async def _receive(self, request: Request) -> dict[str, str]:
        if self.is_ignoring_events:
            raise HTTPException(403, 'The upload is closed.')
        try:
            part = part_of(request)
            chunks = self._counted(file_of(request, part), int(request.headers.get('content-length', 0)))
            path = await spool(chunks, self.settings, self.limit)
        except DeskError as error:
            with self:
                self.on_problem(str(error))
            raise HTTPException(error.status, str(error)) from None
        except ClientDisconnect:
            return {'upload': 'given up'}
        with self:
            await self.on_file(path, part.filename if part else '')
        return {'upload': 'success'}

    async def _counted(self, chunks: AsyncIterator[bytes], total: int) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in chunks:
            size += len(chunk)
            self.arrived.set_text(f'{format_bytes(size)} of {format_bytes(max(size, total))} has arrived')
            yield chunk

    async def _simulated(self, event: events.UploadEventArguments) -> None:
        """What `handle_uploads` brings, as NiceGUI's simulated browser calls it: the file is in memory then."""
        try:
            check_size(event.file.size(), self.limit)
        except DeskError as error:
            self.on_problem(str(error))
        else:
            path = await asyncio.to_thread(new_file, self.settings)
            await event.file.save(path)
            await self.on_file(path, event.file.name)
