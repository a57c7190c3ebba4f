"""'/orders/{id}': an order's story. What was asked, what became of it, which rule and which price made each fill."""

from decimal import Decimal

from nicegui import ui

from desk.desk import Desk
from desk.errors import DeskError
from desk.orders import Fill, Order, Status, TimeInForce
from desk.store import Story
from desk.trading import BidAsk, bounds
from pages.asked import asked_number, cannot_show
from pages.event import Event
from pages.following import Following
from pages.formats import NONE, format_full, format_price, format_time
from pages.portfolio_html import money_html
from pages.theme import PATIENCE, coin_path, frame
from pages.trading_rules import RULES, rules_link
from pages.trading_words import LEGS, STATES, fill_words, order_words

FORCES = {
    TimeInForce.GTC: 'until it is cancelled',
    TimeInForce.IOC: 'immediate or cancel',
    TimeInForce.FOK: 'fill or kill',
}
FAILED = (Status.REFUSED, Status.CANCELLED, Status.EXPIRED)


def register(desk: Desk, changes: Event[[]]) -> None:
    """Define the page."""

    @ui.page('/orders/{number}', response_timeout=PATIENCE)
    async def page(number: str) -> None:
        try:
            story = await desk.broker.story(asked_number(number, 'order') or 0)
            legs = await desk.portfolio.legs(story.order)
        except DeskError as error:
            cannot_show(desk, 'No such order', error)
            return
        with frame(f'Order {story.order.id}', desk), ui.element('div').classes('order-page'):
            OrderStory(desk, story, legs, changes)


class OrderStory:
    """The order as it stands; while it is open it is written anew when the account changed."""

    def __init__(self, desk: Desk, story: Story, legs: list[Order], changes: Event[[]]) -> None:
        self.desk, self.story, self.legs = desk, story, legs
        self.zone = desk.preference('timezone', 'UTC')
        self.name = desk.broker.name(story.order.coin_id)
        self.place = ui.element('div').classes('order-story')
        self._show()
        if story.order.is_open:
            Following(changes, self._look)

    async def _look(self) -> None:
        try:
            story = await self.desk.broker.story(self.story.order.id)
        except DeskError as error:
            ui.notify(str(error), type='negative')
            return
        if story != self.story and story.order.revision >= self.story.order.revision:
            self.story = story
            self._show()

    def _show(self) -> None:
        self.place.clear()
        with self.place:
            self._head(self.story.order)
            self._facts(self.story.order)
            self._events()
            self._fills()

    def _head(self, order: Order) -> None:
        with ui.element('div').classes('head'):
            words = order_words(order, self.name, self.desk.settings.quote)
            ui.label(words).props('role=heading aria-level=1')
            ui.label(STATES[order.status]).classes(f'state {order.status}')
        with ui.element('div').classes('line small'):
            ui.label(f'Order {order.id}').classes('muted')
            ui.link(self.name, coin_path(self.name))
            if order.parent_id is not None:
                ui.link(f'{LEGS[order.leg].capitalize()} of order {order.parent_id}', f'/orders/{order.parent_id}')
            for leg in self.legs:
                ui.link(f'{LEGS[leg.leg].capitalize()}: order {leg.id}', f'/orders/{leg.id}')
            ui.link('All orders', '/orders')
        if order.reason:
            bad = 'bad' if order.status is Status.REFUSED else ''
            ui.label(order.reason).classes(f'notice {bad}')

    def _facts(self, order: Order) -> None:
        with ui.element('dl').classes('figures'):
            for label, value in self._figures(order).items():
                with ui.element('div'):
                    ui.html(label, tag='dt', sanitize=False)
                    ui.html(value, tag='dd', sanitize=False)

    def _figures(self, order: Order) -> dict[str, str]:
        average = order.average_price
        till = order.good_till
        force = f'until {format_time(till, self.zone)}' if till else FORCES.get(order.time_in_force, '')
        terms = order.terms
        return {
            'Filled': format_full(order.filled_size) + (f' of {format_full(order.size)}' if order.size else ''),
            'Average price': NONE if average is None else format_price(average),
            'Value': money_html(order.filled_value),
            'Fees': money_html(order.fees),
            'Time in force': force + (', post only' if order.post_only else ''),
            'Placed': format_time(order.placed, self.zone),
            'Fee, maker · taker': f'{format_full(terms.maker_fee)} % · {format_full(terms.taker_fee)} %',
            'Slippage': f'{format_full(terms.slippage)} bp',
        }

    def _events(self) -> None:
        with ui.element('section').classes('section'):
            ui.html('What happened', tag='h2', sanitize=False)
            with ui.element('ol').classes('events'):
                for event in self.story.events:
                    with ui.element('li'):
                        ui.label(format_time(event.at, self.zone)).classes('small muted')
                        ui.label(event.what.capitalize()).classes('event')
                        ui.label(event.detail)

    def _fills(self) -> None:
        fills = self.story.fills
        with ui.element('section').classes('section'):
            with ui.element('div').classes('head'):
                ui.html('Fills', tag='h2', sanitize=False)
                rules_link('fills', 'All rules')
            if not fills:
                ui.label('Nothing was filled.' if self.story.order.status in FAILED else 'Nothing is filled yet.')
            for fill in fills:
                self._fill(fill)

    def _fill(self, fill: Fill) -> None:
        with ui.element('article').classes('one-fill').props(f'data-fill={fill.id}'):
            ui.label(f'{fill_words(fill, self.name)}, by the rule “{fill.rule}”').classes('event')
            ui.label(RULES[fill.rule])
            with ui.element('dl').classes('facts'):
                for label, value in self._made_by(fill).items():
                    ui.html(label, tag='dt', sanitize=False)
                    with ui.element('dd'):
                        ui.label(value)

    def _made_by(self, fill: Fill) -> dict[str, str]:
        quote = self.desk.settings.quote
        low, high = bounds(fill.rule, self.story.order, BidAsk(fill.bid, fill.ask))
        allowed = {'The rule allows': _between(low, high)} if low <= fill.price <= high else {}  # else amended since
        return {
            'The price that made it': f'{format_full(fill.tick_price)} from {fill.tick_source}, '
            f'{format_time(fill.tick_time, self.zone)}',
            'Its quote': f'bid {format_full(fill.bid)}, ask {format_full(fill.ask)}',
            **allowed,
            'Filled at': f'{format_full(fill.price)}, {"maker" if fill.maker else "taker"}',
            'Value and fee': f'{format_full(fill.value)} {quote}, fee {format_full(fill.fee)} {quote}',
            'When': format_time(fill.at, self.zone),
            **({'Note': fill.note} if fill.note else {}),
        }


def _between(low: Decimal, high: Decimal) -> str:
    return format_full(low) if low == high else f'{format_full(low)} to {format_full(high)}'
