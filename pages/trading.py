"""'/trading/': the article’s page and the trading desk: a coin live, its chart, the ticket, what became of orders."""

from collections.abc import Callable
from urllib.parse import quote as quoted

from nicegui import app, ui

from desk.acting import REFUSALS, Right, may
from desk.desk import Desk
from desk.errors import DeskError, NotFound
from desk.market import Quote
from models import Coin
from pages import trading_rules
from pages.charts import Charts
from pages.coin_cells import Heads
from pages.coin_chart import CoinChart, first_key, open_chart
from pages.live import Live
from pages.order_ticket import OrderTicket
from pages.theme import PATIENCE, coin_path, frame
from pages.trading_balances import Balances
from pages.trading_cells import Quotes
from pages.trading_fills import RecentFills
from pages.trading_orders import OpenOrders
from pages.trading_rules import rules_link
from pages.trading_terms import AccountTerms

TITLE = 'Real-Time Cryptocurrency Trading'
LABELS = ('Cryptocurrency', 'Price', 'Timestamp')


def trading_path(name: str) -> str:
    """The address of this page with a coin chosen."""
    return f'/trading/?coin={quoted(name, safe="")}'


def register(desk: Desk, live: Live, heads: Heads, charts: Charts) -> None:
    """Define the page. `?coin=BTC` chooses a coin; without it, the one that this browser chose last."""
    quotes = Quotes(desk, live)
    trading_rules.register(desk)

    @ui.page('/trading/', response_timeout=PATIENCE)
    @ui.page('/trading', response_timeout=PATIENCE)
    async def page(coin: str = '') -> None:
        chosen = _chosen(desk, coin)
        trouble = await _trouble(desk)
        opened = await open_chart(charts, first_key(desk, desk.coin(chosen.name))) if chosen else ''
        with frame(TITLE, desk), ui.element('div').classes('trading'):
            with ui.element('div').classes('head'):
                ui.html(TITLE, tag='h1', sanitize=False)
                ui.label('Spot only, paper money: one buys with what is there and sells what is there.').classes(
                    'small muted'
                )
                rules_link('the-rules-by-which-paper-orders-fill', 'How orders fill')
                if desk.replay is None and may(Right.ADMINISTER):
                    ui.link('Practice on the past', '/replay').classes('small')
            if chosen is None:
                ui.label('There is no price yet. Add one, and it is here at once.').classes('muted')
                if may(Right.PRICES):
                    ui.link('Add price', '/add').classes('button filled')
                return
            for words in filter(None, (_not_shown(desk, coin), trouble)):
                ui.label(words).classes('notice bad')
            app.storage.user['coin'] = chosen.name
            _desk(desk, live, heads, quotes, lambda coin: CoinChart(desk, charts, coin, opened), desk.coin(chosen.name))
        _follow(heads, chosen.name)


def _follow(heads: Heads, here: str) -> None:
    """Who trades a coin that becomes part of another goes there, too."""
    heads.gone.subscribe(lambda old, new: ui.navigate.to(trading_path(new)) if old == here else None)


async def _trouble(desk: Desk) -> str:
    """Read the book once, so that its costs are there at once from now on; a sentence if that fails."""
    if not may(Right.ORDERS):
        return ''
    try:
        await desk.broker.opened()
        await desk.portfolio.read()
    except DeskError as error:
        return f'The average cost cannot be read: {error}'
    return ''


def _not_shown(desk: Desk, coin: str) -> str:
    """Why the coin that was asked for is not the one that is shown."""
    try:
        if coin:
            desk.quote(coin)
    except NotFound as error:
        return str(error)
    return ''


def _chosen(desk: Desk, coin: str) -> Quote | None:
    for name in (coin, app.storage.user.get('coin', '')):
        try:
            return desk.quote(name)
        except NotFound:
            continue
    return next(iter(desk.quotes()), None)


def _desk(desk: Desk, live: Live, heads: Heads, quotes: Quotes, chart: Callable[[Coin], CoinChart], coin: Coin) -> None:
    """All of it, in the order of Tab: the coin, its chart, the ticket, the account, orders and fills."""
    with ui.element('div').classes('instrument'):
        _choice(desk, coin)
        _facts(live, heads, coin)
        live.show(quotes.cell(coin))
    with ui.element('div').classes('desk'):
        with ui.element('div').classes('desk-chart'):
            chart(coin)
        if not may(Right.ORDERS):
            ui.label(REFUSALS[Right.ORDERS]).classes('notice')
            return
        with ui.element('div').classes('desk-side'):
            OrderTicket(desk, coin.name)
            Balances(desk)
            AccountTerms(desk)
        with ui.element('div').classes('desk-lists'):
            OpenOrders(desk)
            RecentFills(desk)


def _choice(desk: Desk, coin: Coin) -> None:
    names = list(dict.fromkeys([*(quote.name for quote in desk.quotes()), coin.name]))  # it may stand on no board
    select = ui.select(names, label='Coin', value=coin.name, with_input=True).classes('choice')
    select.on_value_change(lambda: ui.navigate.to(trading_path(select.value)) if select.value else None)


def _facts(live: Live, heads: Heads, coin: Coin) -> None:
    """The article's three facts, by its own names."""
    head = heads.head(coin)
    for label, cell in zip(LABELS, head.cells, strict=True):
        with ui.element('h2').classes('fact'):
            ui.label(f'{label}: ').classes('fact-label')
            live.show(cell)
    with ui.element('div').classes('small muted from'):
        live.show(head.source)
        ui.link(f'{coin.name} in detail', coin_path(coin.name))
