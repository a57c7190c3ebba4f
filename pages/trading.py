"""'/trading/': the article's page. A coin to choose; its name, price and time, live."""

from nicegui import app, ui

from desk.desk import Desk
from desk.errors import NotFound
from desk.market import Quote
from pages.coin_cells import Heads
from pages.live import Live
from pages.theme import coin_path, frame

TITLE = 'Real-Time Cryptocurrency Trading'
LABELS = ('Cryptocurrency', 'Price', 'Timestamp')


def register(desk: Desk, live: Live, heads: Heads) -> None:
    """Define the page. `?coin=BTC` chooses a coin; without it, the one that this browser chose last."""

    @ui.page('/trading/')
    @ui.page('/trading')
    def page(coin: str = '') -> None:
        with frame(TITLE, desk), ui.element('div').classes('narrow'):
            ui.html(TITLE, tag='h1', sanitize=False)
            quotes = {quote.name: quote for quote in desk.quotes()}
            if not quotes:
                ui.label('There is no price yet. Add one, and it is here at once.').classes('muted')
                ui.link('Add price', '/add').classes('button filled')
                return
            chosen = _chosen(desk, coin) or next(iter(quotes.values()))
            select = ui.select(list(quotes), label='Coin', value=chosen.name, with_input=True)
            shown = ui.element('div').classes('trading')

            async def show() -> None:
                app.storage.user['coin'] = select.value
                shown.clear()
                _show(desk, live, heads, shown, desk.quote(select.value))
                await live.tune(shown.client)

            select.on_value_change(show)
            _show(desk, live, heads, shown, chosen)


def _chosen(desk: Desk, coin: str) -> Quote | None:
    for name in (coin, app.storage.user.get('coin', '')):
        try:
            return desk.quote(name)
        except NotFound:
            continue
    return None


def _show(desk: Desk, live: Live, heads: Heads, parent: ui.element, quote: Quote) -> None:
    with parent:
        for label, cell in zip(LABELS, heads.head(desk.coin(quote.name)).cells, strict=True):
            with ui.element('h2').classes('fact'):
                ui.label(f'{label}: ').classes('fact-label')
                live.show(cell)
        with ui.element('div').classes('line'):
            ui.link(f'{quote.name} in detail', coin_path(quote.name))
            ui.link('Add price', f'/add?name={quote.name}')
