"""'/coin/{name}': one coin large and live, its chart, its evidence, and what can be done with it."""

from difflib import get_close_matches
from urllib.parse import quote as quoted

from nicegui import ui

from desk.acting import Right, may
from desk.desk import Desk
from desk.errors import DeskError, NotFound
from models import Coin
from pages.alert_new import ask_alert
from pages.charts import Charts
from pages.coin_cells import Heads
from pages.coin_chart import CoinChart, first_key, open_chart
from pages.coin_manage import manage
from pages.coin_records import Records, read_records
from pages.coin_statistics import CoinStatistics
from pages.live import Live
from pages.policies import feed_label
from pages.stars import Stars
from pages.theme import PATIENCE, coin_path, frame
from pages.watchlist_choice import choose_lists

ALIKE = 5


def register(desk: Desk, live: Live, heads: Heads, charts: Charts, statistics: CoinStatistics, stars: Stars) -> None:
    """Define the page. Names may hold slashes, so the rest of the path is the name."""

    @ui.page('/coin/{name:path}', response_timeout=PATIENCE)
    async def page(name: str, called: str = '') -> None:
        name = name or called
        try:
            coin = desk.coin(name)
        except NotFound:
            _unknown(desk, name)
            return
        opened = await open_chart(charts, first_key(desk, coin))
        found = await read_records(desk, coin)
        told = await statistics.cell(coin)
        with frame(coin.name, desk), ui.element('div').classes('coin'):
            _head(live, heads, coin)
            stars.show()
            chart = CoinChart(desk, charts, coin, opened)
            with ui.element('section').classes('section').props('aria-label="Statistics"'):
                ui.html('Statistics', tag='h2', sanitize=False)
                live.show(told)
            with ui.element('div').classes('coin-below'):
                Records(desk, coin, found, chart.refresh)
                manage(desk, coin)
        _follow_readers(heads, coin)


def _follow_readers(heads: Heads, coin: Coin) -> None:
    """Who reads a coin that becomes part of another goes there, too."""
    here = coin.name

    def go(old: str, new: str) -> None:
        if old == here:
            ui.navigate.to(coin_path(new))

    heads.gone.subscribe(go)


def _head(live: Live, heads: Heads, coin: Coin) -> None:
    head = heads.head(coin)
    with ui.element('div').classes('coin-head'):
        with ui.element('h1'):
            live.show(head.name)
        live.show(head.star)
        live.show(head.full_name)
        with ui.element('div').classes('coin-price'):
            live.show(head.price)
            with ui.element('div').classes('small muted'):
                live.show(head.source)
                ui.html(' · ', tag='span', sanitize=False)
                live.show(head.timestamp)
        with ui.element('div').classes('coin-doors'):
            ui.button('Lists …', on_click=lambda: choose_lists(heads.desk, coin))
            ui.button('New alert', on_click=lambda: ask_alert(heads.desk, coin.name))
            if may(Right.PRICES):
                ui.link('Add price', f'/add?name={quoted(coin.name, safe="")}').classes('button filled')
            ui.link('Export CSV', f'/api/export.csv?name={quoted(coin.name, safe="")}').classes('button')
    live.show(head.figures)
    live.show(head.aside)


def _unknown(desk: Desk, name: str) -> None:
    """Not a dead end: what it may have been, and how to bring it here."""
    ui.status_code(404)
    with frame('Unknown coin', desk), ui.element('div').classes('narrow unknown'):
        ui.html('No such coin', tag='h1', sanitize=False)
        ui.label(f'The desk has no coin called “{name[:60]}”.')
        alike = get_close_matches(name.upper(), [coin.name for coin in desk.coins()], ALIKE)
        if alike:
            with ui.element('div').classes('line'):
                ui.label('Did you mean')
                for other in alike:
                    ui.link(other, coin_path(other))
        with ui.element('div').classes('line'):
            if may(Right.PRICES):
                address = f'/add?name={quoted(name[:50], safe="")}'
                ui.link(f'Add a price for {name[:20]}', address).classes('button filled')
            if may(Right.ADMINISTER) and desk.settings.exchange != 'none':
                ui.button(
                    f'Follow {name[:20].upper()} on {feed_label(desk, desk.settings.exchange)}',
                    on_click=lambda: _follow(desk, name),
                )
            ui.link('All coins', '/').classes('button')


async def _follow(desk: Desk, name: str) -> None:
    try:
        coin = await desk.follow(name)
    except DeskError as error:
        ui.notify(str(error), type='negative')
    else:
        ui.navigate.to(coin_path(coin.name))
