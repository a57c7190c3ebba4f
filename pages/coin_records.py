"""The evidence on a coin's page: its last records, and how to correct or withdraw one. Nothing is overwritten."""

import re
from html import escape

from nicegui import ui

from desk.acting import Right, may
from desk.desk import Desk
from desk.errors import DeskError
from desk.store import Record
from models import Coin, Origin
from pages.amend import Done, ask_correction, ask_withdrawal
from pages.formats import format_full, format_time
from pages.holding import holding

SHOWN, LOOK_EVERY = 100, 5.0
HEADINGS = ('Time', 'Price', 'Source', 'Note')
LINK = re.compile(r'https?://[^\s<>"]+')


async def read_records(desk: Desk, coin: Coin) -> list[Record] | str:
    """The last hundred records, newest first, or a sentence that says why they are not there."""
    try:
        return (await desk.history(coin.name, limit=SHOWN)).records
    except DeskError as error:
        return f'The records cannot be read: {error}'


class Records:
    """The last hundred, newest first. Rows hold still while a pointer or the keyboard is on them."""

    def __init__(self, desk: Desk, coin: Coin, found: list[Record] | str, amended: Done) -> None:
        self.desk, self.coin, self.amended = desk, coin, amended
        self.rows: dict[tuple[int, bool], ui.element] = {}
        self.stale, self.may_correct = False, may(Right.PRICES)
        with ui.element('section').classes('section').props('aria-label="Records"') as self.section:
            ui.html('Records', tag='h2', sanitize=False)
            self.words = ui.label().classes('small muted')
            scroll = ui.element('div').classes('scroll').props('tabindex=0 role=region aria-label="The last records"')
            with scroll, ui.element('table').classes('plain records'):
                with ui.element('thead'), ui.element('tr'):
                    for heading in HEADINGS:
                        ui.html(heading, tag='th', sanitize=False).classes('number' if heading == 'Price' else '')
                    ui.html('<span class="unseen">What can be done</span>', tag='th', sanitize=False)
                self.body = ui.element('tbody')
        self.held = holding(self.section)
        self._show(found)
        ui.context.client.on_delete(desk.subscribe(self._changed))
        ui.timer(LOOK_EVERY, self._look)

    async def load(self) -> None:
        """Read and show them again."""
        self.stale = False
        self._show(await read_records(self.desk, self.coin))

    def _show(self, found: list[Record] | str) -> None:
        """Rows that are there already stay the same elements, so that no click is lost."""
        if isinstance(found, str):
            self.words.set_text(found)
            return
        self.words.set_text(f'The last {len(found)}, newest first.' if found else 'No record yet.')
        before, self.rows = self.rows, {}
        for record in found:
            key = record.record.id or 0, record.active
            self.rows[key] = before.pop(key) if key in before else self._row(record)
        for row in before.values():
            row.delete()
        self.body.default_slot.children = list(self.rows.values())
        self.body.update()

    def _row(self, record: Record) -> ui.element:
        with self.body:
            if record.record.origin == Origin.FEED:
                return ui.html(cells_html(record, self._zone), tag='tr', sanitize=False)
            with ui.element('tr').classes('' if record.active else 'amended') as row:
                for kind, cell in cells(record, self._zone):
                    ui.html(cell, tag='td', sanitize=False).classes(kind)
                with ui.element('td').classes('actions'):
                    if record.active and self.may_correct:
                        self._buttons(record)
        return row

    def _buttons(self, record: Record) -> None:
        what = f'{format_full(record.record.price)} of {format_time(record.record.timestamp, self._zone)}'
        for words, ask in (('Correct', ask_correction), ('Withdraw', ask_withdrawal)):
            button = ui.button(words, on_click=lambda ask=ask: ask(self.desk, record, what, self._amended)).classes(
                'small'
            )
            button.props['aria-label'] = f'{words} {what}'

    async def _amended(self) -> None:
        await self.load()
        await self.amended()

    @property
    def _zone(self) -> str:
        return self.desk.preference('timezone', 'UTC')

    def _changed(self, names: set[str]) -> None:
        self.stale = self.stale or self.coin.name in names

    async def _look(self) -> None:
        if self.stale and not self.held:
            await self.load()


def cells(record: Record, zone: str) -> list[tuple[str, str]]:
    """What stands in a record's row, as (CSS class, HTML); everything is escaped."""
    row = record.record
    price = f'<s>{format_full(row.price)}</s>' if record.amendment else format_full(row.price)
    return [
        ('time', format_time(row.timestamp, zone)),
        ('number', price),
        ('source', _source(record)),
        ('note', _note(record, zone)),
    ]


def cells_html(record: Record, zone: str) -> str:
    """The same as the inside of a row that has no buttons."""
    return ''.join(f'<td class="{kind}">{cell}</td>' for kind, cell in cells(record, zone)) + '<td></td>'


def _source(record: Record) -> str:
    row = record.record
    return escape(row.source) + (f' · {escape(row.author)}' if row.author else '')


def _note(record: Record, zone: str) -> str:
    said = _linked(record.record.note)
    amendment = record.amendment
    if amendment is None:
        return said
    what = 'Withdrawn' if amendment.replacement_id is None else 'Corrected'
    who = f' by {escape(amendment.author)}' if amendment.author else ''
    return f'{what}{who} at {format_time(amendment.at, zone)}: {escape(amendment.reason)}' + (said and f'<br>{said}')


def _linked(text: str) -> str:
    """The text with its web addresses as links."""
    parts, end = [], 0
    for match in LINK.finditer(text):
        address = escape(match[0])
        parts += [
            escape(text[end : match.start()]),
            f'<a href="{address}" target="_blank" rel="noopener noreferrer nofollow">{address}</a>',
        ]
        end = match.end()
    return ''.join([*parts, escape(text[end:])])
