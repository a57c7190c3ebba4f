"""The way to a replay: choose a file or what this desk has recorded, say what it is, choose a speed, start."""

import asyncio
from collections.abc import Awaitable, Callable

from nicegui import background_tasks, ui

from desk.csv.importing import Inspection
from desk.csv.spool import spool
from desk.desk import Desk
from desk.errors import DeskError
from desk.replay.recording import Recorder
from pages.chosen_file import ChosenFile, file_head
from pages.import_columns import Columns
from pages.import_jobs import UploadedFile
from pages.import_upload import SpooledUpload
from pages.replay_banner import speed_select
from pages.replay_sessions import USUAL_SPEED

LOOK_EVERY = 0.2
OWN = 'cointape.csv'


class StartReplay(ChosenFile):
    """One browser's steps; `started` is called when a session has begun."""

    def __init__(self, desk: Desk, started: Callable[[], Awaitable[None]]) -> None:
        self.desk, self.started = desk, started
        self.recorder: Recorder | None = None
        self._gone = False
        self.body = ui.element('div').classes('work')
        ui.context.client.on_delete(self._leave)
        self.ask()

    def ask(self, problem: str = '') -> None:
        """Choose a file."""
        self.body.clear()
        with self.body:
            SpooledUpload(self.desk.settings, self.take, self.ask)
            if self.desk.quotes():
                with ui.element('div').classes('line'):
                    ui.button('Replay what this desk has recorded', on_click=self.take_own)
            if problem:
                ui.label(problem).classes('notice bad').props('role=alert')

    async def take_own(self) -> None:
        """This desk's own export."""
        try:
            path = await spool(self.desk.export(), self.desk.settings)
        except DeskError as error:
            self.ask(str(error))
        else:
            await self.take(path, OWN)

    def show(self, file: UploadedFile, look: Inspection) -> None:
        """What the file is, what must be said about it, how fast it is to run."""
        self.body.clear()
        with self.body:
            file_head(file, look)
            columns = Columns(self.desk, look, file.job.name, lambda: None)
            speed = speed_select(USUAL_SPEED).props('hint="Recorded seconds that pass in a real one"')
            self.work = ui.element('div').classes('work')
        self.offer(file, columns, speed)

    def offer(self, file: UploadedFile, columns: Columns, speed: ui.select, error: DeskError | None = None) -> None:
        """The button, and what went wrong with the last attempt."""

        async def start() -> None:
            recorder = Recorder(file.path, file.filename, self.desk.settings.quote, columns.name, columns.mapping)
            await self.start(file, recorder, columns, speed)

        self.work.clear()
        with self.work:
            if error is not None and not columns.refuse(error):
                ui.label(str(error)).classes('notice bad').props('role=alert')
            with ui.element('div').classes('line'):
                ui.button('Start the replay', on_click=start).classes('filled')
                ui.button('Another file', on_click=self.again)
                ui.label('A desk of its own, beside this one; it ends with this one.').classes('small muted')

    async def start(self, file: UploadedFile, recorder: Recorder, columns: Columns, speed: ui.select) -> None:
        """Sort the file into a recording, and run a desk on it."""
        self.recorder = recorder
        self._watch(recorder)
        try:
            name = await asyncio.to_thread(self.desk.replays.record, recorder)
            url = await self.desk.replays.open(name, int(speed.value))
        except DeskError as error:
            if self.file is file:
                self.offer(file, columns, speed, error)
        else:
            await self.forget()
            if not self._gone:
                self.end(url)
                await self.started()

    def end(self, url: str) -> None:
        """Where the replay runs that has just begun."""
        self.body.clear()
        with self.body:
            ui.label('The replay runs.').classes('notice').props('role=status')
            with ui.element('div').classes('line'):
                ui.link('Open it', url, new_tab=True).classes('button filled')
                ui.button('Replay another file', on_click=self.again)

    def _watch(self, recorder: Recorder) -> None:
        self.work.clear()
        with self.work:
            bar = ui.linear_progress(show_value=False, size='6px').props('instant-feedback aria-label="Progress"')
            words = ui.label()
            with ui.element('div').classes('line'):
                ui.button('Stop', on_click=recorder.stop).classes('quiet')

            def look() -> None:
                report = recorder.report
                bar.set_value(round(report.progress, 3))
                rows = report.good + report.bad
                sorting = f'Sorting by time: {report.progress:.0%}, {rows:,} rows read'
                words.set_text(sorting if report.progress < 1 else 'Starting…')

            look()
            ui.timer(LOOK_EVERY, look)

    async def forget(self) -> None:
        """The file goes, and the work on it ends."""
        if self.recorder is not None:
            self.recorder.stop()
        await super().forget()

    def _leave(self) -> None:
        self._gone = True
        background_tasks.create(self.forget(), name='uploaded file goes')
