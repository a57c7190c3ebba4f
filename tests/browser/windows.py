"""What browser tests read off the board, and prices that come in while they do."""

import threading
from collections.abc import Sequence
from decimal import Decimal
from types import TracebackType

import httpx
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

from tests.running import Server


def row_of(page: Page, coin: str) -> Locator:
    """The coin's row, which is a link."""
    return page.locator(f'[data-coin="{coin}"]')


def price_of(page: Page, coin: str) -> Locator:
    """The cell with the coin's price."""
    return row_of(page, coin).locator('[data-field="price"]')


def lit(page: Page) -> Locator:
    """Digits that flash."""
    return page.locator('.lit > *')


def shown(page: Page, coin: str) -> Decimal:
    """The price that the window shows now."""
    return Decimal((price_of(page, coin).text_content() or '').replace(',', ''))


def violations(page: Page) -> list[str]:
    """What axe finds wrong, however little it matters."""
    return [
        f'{violation["id"]} ({violation["impact"]}): {node["html"][:200]}'
        for violation in Axe().run(page).response['violations']
        for node in violation['nodes']
    ]


def content_width(page: Page) -> float:
    """How wide the page is in CSS pixels, what one would have to scroll to included."""
    metrics = page.context.new_cdp_session(page).send('Page.getLayoutMetrics')
    return float(metrics['cssContentSize']['width'])


class Pulse:
    """While inside its `with`: every coin rises by one, `rate` times a second. `last` is what was stored last."""

    def __init__(self, server: Server, coins: Sequence[str], rate: float = 10) -> None:
        self.url, self.coins, self.rate = server.url, coins, rate
        self.last, self.problem = 1000, ''
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._beat)

    def __enter__(self) -> 'Pulse':
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end.set()
        self._thread.join()
        assert not self.problem, self.problem

    def _beat(self) -> None:
        with httpx.Client(base_url=self.url, timeout=10) as http:
            while not self._end.wait(1 / self.rate):
                price = self.last + 1
                answer = http.post('/api/prices', json=[{'name': coin, 'price': str(price)} for coin in self.coins])
                if answer.status_code != 201:
                    self.problem = answer.text
                    return
                self.last = price
