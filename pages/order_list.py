"""'/orders': every order of a book, newest first, the refused ones too; each leads to its story."""

from nicegui import ui

from desk.desk import Desk
from desk.errors import DeskError
from desk.orders import Book, Order
from desk.store import Page
from pages.asked import asked_number, cannot_show
from pages.event import Event
from pages.following import Following
from pages.formats import NONE, format_full, format_price, format_time
from pages.paged import Paged, table
from pages.portfolio_html import book_words, money_html
from pages.theme import PATIENCE, frame
from pages.trading_words import STATES, order_words

A_PAGE = 50
HEADINGS = {
    'time': 'Placed',
    'what': 'Order',
    'state': 'Became',
    'number amount': 'Filled',
    'number price': 'Average price',
    'number fee': 'Fees',
}


def register(desk: Desk, changes: Event[[]]) -> None:
    """Define the page. `book` is a book's number."""

    @ui.page('/orders', response_timeout=PATIENCE)
    async def page(book: str = '') -> None:
        try:
            found = await desk.portfolio.book(asked_number(book, 'book'))
            orders = await desk.broker.orders(book=found.number, limit=A_PAGE)
        except DeskError as error:
            cannot_show(desk, 'Orders', error)
            return
        with frame('Orders', desk), ui.element('div').classes('ledger'):
            _head(found)
            Orders(desk, found, orders, changes)


def _head(book: Book) -> None:
    with ui.element('div').classes('head'):
        ui.html('Orders', tag='h1', sanitize=False)
        ui.label(book_words(book)).classes('small muted')
        with ui.element('div').classes('exports small'):
            ui.link('Portfolio', f'/portfolio?book={book.number}' if book.closed else '/portfolio')
            ui.link('All as CSV', f'/api/export/orders.csv?book={book.number}')


class Orders(Paged[Page[Order]]):
    """The list in one browser."""

    what = 'orders'

    def __init__(self, desk: Desk, book: Book, orders: Page[Order], changes: Event[[]]) -> None:
        self.desk, self.book = desk, book
        self.body = table('plain all-orders', HEADINGS)
        self.words = ui.label().classes('small muted').props('role=status')
        self.more = ui.button('Older orders', on_click=self.older)
        self.rows: dict[tuple[int, int], ui.element] = {}
        self.show(orders, older=False)
        if book.closed is None:
            self.following = Following(changes, self.load)

    async def load(self) -> None:
        """Read the newest orders; those of the next book where this one was closed."""
        if self.desk.broker.account().book.id != self.book.id:
            ui.navigate.to('/orders')
        else:
            await self.read()

    async def page(self, cursor: str) -> Page[Order]:
        """Some orders; raises DeskError."""
        return await self.desk.broker.orders(book=self.book.number, limit=A_PAGE, cursor=cursor)

    def show(self, page: Page[Order], older: bool) -> None:
        """Rows that say the same stay the same elements, so that no click is lost."""
        before, self.cursor = self.rows, page.cursor
        self.rows = dict(before) if older else {}
        for order in page.items:
            key = order.id, order.revision
            self.rows[key] = before[key] if key in before else self._row(order)
        for key in before.keys() - self.rows.keys():
            before[key].delete()
        self.body.default_slot.children = list(self.rows.values())
        self.body.update()
        self.words.set_text('' if self.rows else 'No order was placed in this book.')
        self.more.set_visibility(bool(page.cursor))

    def _row(self, order: Order) -> ui.element:
        average = order.average_price
        zone, name = self.desk.preference('timezone', 'UTC'), self.desk.broker.name(order.coin_id)
        with self.body, ui.element('tr').props(f'data-order={order.id}') as row:
            ui.html(format_time(order.placed, zone), tag='td', sanitize=False).classes('time')
            with ui.element('td').classes('what'):
                ui.link(order_words(order, name, self.book.quote), f'/orders/{order.id}')
            with ui.element('td').classes(f'state {order.status}'):
                ui.label(STATES[order.status]).props['title'] = order.reason
            for kind, html in (
                ('amount', format_full(order.filled_size) if order.filled_size else NONE),
                ('price', NONE if average is None else format_price(average)),
                ('fee', money_html(order.fees)),
            ):
                ui.html(html, tag='td', sanitize=False).classes(f'number {kind}')
        return row
