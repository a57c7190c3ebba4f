"""What has fired, newest first: when, by which price, where it was sent, and whether somebody has seen it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from nicegui import ui

from desk.alert import Delivery, Firing
from desk.desk import Desk
from desk.errors import DeskError, NotFound
from desk.store import Page
from pages.alert_words import delivery_words, exact_price
from pages.event import Event
from pages.following import Following
from pages.formats import format_count, format_time
from pages.holding import holding
from pages.own import own
from pages.paged import Paged
from pages.theme import coin_path

A_PAGE = 20
REMOVED = 'a channel that was removed'


@dataclass(frozen=True, slots=True)
class Told:
    """Firings, and by their ids where each was sent."""

    page: Page[Firing]
    deliveries: Mapping[int, Sequence[Delivery]]


async def read_told(desk: Desk, cursor: str = '') -> Told:
    """Some firings; raises DeskError."""
    page = await desk.alerts.firings(limit=A_PAGE, cursor=cursor)
    return Told(page, await desk.alerts.deliveries([firing.id for firing in page.items]))


class Firings(Paged[Told]):
    """New ones come on top by themselves, but not under a pointer or the keyboard."""

    what = 'firings'

    def __init__(self, desk: Desk, found: Told | str, changes: Event[[]]) -> None:
        self.desk = desk
        self.rows: dict[tuple[object, ...], ui.element] = {}
        with ui.element('section').classes('section firings').props('aria-label="What has fired"') as section:
            with ui.element('div').classes('head'):
                self.heading = ui.label('What has fired').props('role=heading aria-level=2').classes('heading-2')
                self.all = ui.button('Acknowledge all', on_click=lambda: self._acknowledge(None)).classes('small quiet')
            self.list = ui.element('div').classes('orders').props('role=list')
            self.words = ui.label().classes('small muted').props('role=status')
            self.more = ui.button('Older ones', on_click=self.older)
        if isinstance(found, str):
            self.words.set_text(found)
            self.more.set_visibility(False)
        else:
            self.show(found, older=False)
        self.following = Following(changes, self.read, holding(section))

    async def page(self, cursor: str) -> Told:
        """Some firings; raises DeskError."""
        return await read_told(self.desk, cursor)

    def show(self, page: Told, older: bool) -> None:
        """Rows that say the same stay the same elements, so that no click is lost."""
        before, self.cursor = self.rows, page.page.cursor
        self.rows = dict(before) if older else {}
        for firing in page.page.items:
            sent = tuple(page.deliveries.get(firing.id, ()))
            key: tuple[object, ...] = firing.id, firing.acknowledged, sent
            self.rows[key] = before[key] if key in before else self._row(firing, sent)
        for key in before.keys() - self.rows.keys():
            before[key].delete()
        self.list.default_slot.children = list(self.rows.values())
        self.list.update()
        self.words.set_text('' if self.rows else 'Nothing yet. What fires is kept here, with where it was sent.')
        self.more.set_visibility(bool(self.cursor))
        self._count()

    def _count(self) -> None:
        unread = self.desk.alerts.unread()
        self.heading.set_text('What has fired' if not unread else f'What has fired · {format_count(unread)} unread')
        self.all.set_visibility(bool(unread))

    def _row(self, firing: Firing, sent: Sequence[Delivery]) -> ui.element:
        with self.list, ui.element('div').classes('order firing').props('role=listitem') as row:
            row.props['data-firing'] = firing.id
            row.classes('unread' if firing.acknowledged is None else '')
            ui.html(self._html(firing, sent), sanitize=False).classes('grow')
            if firing.acknowledged is None:
                button = ui.button('Acknowledge', on_click=lambda: self._acknowledge([firing.id])).classes('small')
                button.props['aria-label'] = f'Acknowledge: {firing.message}'
        return row

    def _html(self, firing: Firing, sent: Sequence[Delivery]) -> str:
        zone, name = self.desk.preference('timezone', 'UTC'), self.desk.alerts.coin_name(firing.coin_id)
        seen = f'Seen at {format_time(firing.acknowledged, zone)}.' if firing.acknowledged else ''
        facts = f'{format_time(firing.at, zone)} · {exact_price(firing.price)} from {firing.tick_source}'
        lines = ''.join(
            f'<p class="small delivery {delivery.state}">{escape(self._delivery(delivery, zone))}</p>'
            for delivery in sent
        )
        link = f'<a href="{escape(own(coin_path(name)))}" dir="auto">{escape(name)}</a>'
        return (
            f'<p class="sentence">{escape(firing.message)}</p><p class="small muted">'
            f'{link} · {escape(facts)} {seen}</p>{lines}'
        )

    def _delivery(self, delivery: Delivery, zone: str) -> str:
        try:
            name = self.desk.alerts.channels.get(delivery.channel_id).name
        except NotFound:
            name = REMOVED
        return delivery_words(delivery, name, zone)

    async def _acknowledge(self, firing_ids: Sequence[int] | None) -> None:
        try:
            await self.desk.alerts.acknowledge(firing_ids)
        except DeskError as error:
            ui.notify(str(error), type='negative')
        await self.read()
