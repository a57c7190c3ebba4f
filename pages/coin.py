"""'/coin/{name}': one coin large and live, its chart, its evidence, and what can be done with it."""

from difflib import get_close_matches
from urllib.parse import quote as quoted

from nicegui import ui

from desk.desk import Desk
from desk.errors import DeskError, NotFound
from models import Coin
from pages.coin_cells import Heads
from pages.coin_chart import CoinChart, chosen_interval, read_drawing
from pages.coin_manage import manage
from pages.coin_records import Records, read_records
from pages.live import Live
from pages.policies import feed_label
from pages.theme import PATIENCE, coin_path, frame

ALIKE = 5


def register(desk: Desk, live: Live, heads: Heads) -> None:
    """Define the page. Names may hold slashes, so the rest of the path is the name."""

    @ui.page('/coin/{name:path}', response_timeout=PATIENCE)
    async def page(name: str, called: str = '') -> None:
        name = name or called
        try:
            coin = desk.coin(name)
        except NotFound:
            _unknown(desk, name)
            return
        drawing = await read_drawing(desk, coin, chosen_interval())
        found = await read_records(desk, coin)
        with frame(coin.name, desk), ui.element('div').classes('coin'):
            _head(live, heads, coin)
            chart = CoinChart(desk, coin, drawing)
            with ui.element('div').classes('coin-below'):
                Records(desk, coin, found, chart.load)
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
        live.show(head.full_name)
        with ui.element('div').classes('coin-price'):
            live.show(head.price)
            with ui.element('div').classes('small muted'):
                live.show(head.source)
                ui.html(' · ', tag='span', sanitize=False)
                live.show(head.timestamp)
        with ui.element('div').classes('coin-doors'):
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
            ui.link(f'Add a price for {name[:20]}', f'/add?name={quoted(name[:50], safe="")}').classes('button filled')
            if desk.settings.exchange != 'none':
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
