"""'/import': a CSV file is shown, tried and brought in, without leaving the page."""

from html import escape

from nicegui import app, background_tasks, ui

from desk.acting import Right
from desk.csv.importing import Inspection
from desk.csv.reading import Report
from desk.desk import Desk
from desk.errors import DeskError
from pages.barred import barred
from pages.chosen_file import ChosenFile, file_head
from pages.import_columns import Columns
from pages.import_jobs import Imports, UploadedFile
from pages.import_upload import SpooledUpload
from pages.theme import coin_path, frame

LOOK_EVERY, CELL = 0.2, 200
INTRO = (
    'Plain or compressed with gzip, up to 200 MB. Files of Coinbase, CoinGecko, CoinMarketCap, CryptoDataDownload, '
    'Kraken and Yahoo Finance are known by their header, and so is Cointape’s own: name, price, timestamp. In others '
    'you say which column is which. Times that name no zone are taken as UTC.'
)


def register(desk: Desk) -> None:
    """Define the page. What an upload sends is shown by the page, not by Quasar's bar across the top."""
    app.config.quasar_config['loadingBar']['skipHijack'] = True
    imports = Imports()

    @ui.page('/import')
    def page() -> None:
        if barred(desk, 'Import', Right.PRICES):
            return
        with frame('Import', desk):
            ui.html('Import a CSV file', tag='h1', sanitize=False)
            ImportPage(desk, imports)


class ImportPage(ChosenFile):
    """One browser's way: choose a file, see what it is, check it, import it. An import that runs is shown at once."""

    def __init__(self, desk: Desk, imports: Imports) -> None:
        self.desk, self.imports = desk, imports
        self.body = ui.element('div').classes('import')
        ui.context.client.on_delete(self._leave)
        if (running := imports.seen) is None:
            self.ask()
        else:
            self.watch(running)

    def ask(self, problem: str = '') -> None:
        """Choose a file."""
        self.body.clear()
        with self.body:
            ui.label(INTRO).classes('muted intro')
            SpooledUpload(self.desk.settings, self.take, self.ask)
            ui.link('Trade on a file instead: practice on the past', '/replay').classes('small')
            if problem:
                ui.label(problem).classes('notice bad').props('role=alert')

    def show(self, file: UploadedFile, look: Inspection) -> None:
        """What the file is, what must be said about it, and its first rows."""
        self.body.clear()
        with self.body:
            file_head(file, look)
            self.columns = Columns(self.desk, look, file.job.name, self.offer_check)
            self.work = ui.element('div').classes('work')
            with ui.element('section').classes('section'):
                ui.html('Its first rows', tag='h2', sanitize=False)
                table('First rows', look.columns, look.preview)
        self.offer_check()

    def offer_check(self) -> None:
        """The button that tries the file; also after a change that makes the last try worthless."""
        self.work.clear()
        with self.work, ui.element('div').classes('line'):
            ui.button('Check the file', on_click=self.check).classes('filled')
            ui.button('Another file', on_click=self.again)
            ui.label('Reads every row and stores nothing.').classes('small muted')

    async def check(self) -> None:
        """The dry run."""
        file = self.file
        if file is None:
            return
        file.job.name, file.job.mapping = self.columns.name, self.columns.mapping
        self._progress(file, trying=True)
        try:
            report = await file.check()
        except DeskError as error:
            self.offer_check()
            self._refuse(error)
        else:
            if self.file is file and report.stopped:
                self.offer_check()
            elif self.file is file:
                self.offer_import(file, report)

    def offer_import(self, file: UploadedFile, report: Report) -> None:
        """The figures of the dry run, the bad rows, and the button that brings in the good ones."""
        self.work.clear()
        rows = report.good - report.repeated
        with self.work:
            for sentence in findings(report):
                ui.label(sentence)
            with ui.element('div').classes('line'):
                if rows:
                    count = '1 row' if rows == 1 else f'{rows:,} rows'
                    ui.button(f'Import {count}', on_click=lambda: self.start(file)).classes('filled')
                ui.button('Another file', on_click=self.again)
            if report.bad_rows:
                bad = [[f'{row.line:,}', row.reason] for row in report.bad_rows]
                table('Bad rows', ['Line', 'What is wrong'], bad)

    def start(self, file: UploadedFile) -> None:
        """Hand the file to the desk."""
        try:
            self.imports.start(file)
        except DeskError as error:
            self._refuse(error)
        else:
            self.file = None
            self.watch(file)

    def watch(self, file: UploadedFile) -> None:
        """Follow an import to its end."""
        self.body.clear()
        with self.body:
            ui.html(escape(file.filename), tag='h2', sanitize=False)
            self.work = ui.element('div').classes('work')
        self._progress(file)

    def end(self, file: UploadedFile) -> None:
        """How it ended, and where to go from here."""
        self.work.clear()
        with self.work:
            ui.label(file.words).classes('notice bad' if file.failed else 'notice').props('role=status')
            with ui.element('div').classes('line'):
                for name in sorted(file.job.names)[:3]:
                    ui.link(f'See {name}', coin_path(name)).classes('button')
                ui.button('Import another file', on_click=self.again)
            if file.job.report.bad_rows:
                bad = [[f'{row.line:,}', row.reason] for row in file.job.report.bad_rows]
                table('Bad rows', ['Line', 'What is wrong'], bad)

    def _progress(self, file: UploadedFile, trying: bool = False) -> None:
        self.work.clear()
        with self.work:
            bar = ui.linear_progress(show_value=False, size='6px').props('instant-feedback aria-label="Progress"')
            words = ui.label()
            with ui.element('div').classes('line'):
                ui.button('Stop', on_click=file.job.stop).classes('quiet')

            def look() -> None:
                report = file.job.report
                bar.set_value(round(report.progress, 3))
                words.set_text(_progress_words(report, trying))
                if file.words:
                    self.end(file)

            look()
            ui.timer(LOOK_EVERY, look)

    def _refuse(self, error: DeskError) -> None:
        if not self.columns.refuse(error):
            with self.work:
                ui.label(str(error)).classes('notice bad').props('role=alert')

    def _leave(self) -> None:
        background_tasks.create(self.forget(), name='uploaded file goes')


def _progress_words(report: Report, trying: bool) -> str:
    read = report.good + report.bad
    if trying:
        return f'Checking: {report.progress:.0%}, {read:,} rows read'
    return f'Importing: {report.progress:.0%}, {read:,} rows read, {report.added:,} added'


def findings(report: Report) -> list[str]:
    """What a dry run found, in sentences."""
    found = [f'{report.good:,} good {"row" if report.good == 1 else "rows"}, {report.bad:,} bad.']
    if report.repeated:
        found.append(f'{report.repeated:,} candles come twice in the file; of two, the one with more volume counts.')
    if report.rounded:
        found.append(f'{report.rounded:,} numbers have more than 18 decimals and are rounded to 18.')
    if report.bad > len(report.bad_rows):
        found.append(f'The first {len(report.bad_rows):,} bad rows are listed.')
    return found


def table(title: str, columns: list[str], rows: list[list[str]]) -> ui.html:
    """A plain table that scrolls inside itself, by keyboard too."""
    head = ''.join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    cells = [''.join(f'<td>{escape(cell[:CELL])}</td>' for cell in row) for row in rows]
    body = ''.join(f'<tr>{row}</tr>' for row in cells)
    html = f'<table class="plain"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    return ui.html(html, sanitize=False).classes('scroll rows').props(f'tabindex=0 role=region aria-label="{title}"')
