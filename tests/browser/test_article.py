"""A page like the article's, on a website of its own: it knows nothing of Cointape but the websocket.

The page stands in for the article's client, which is a program of somebody else's: its script is that client's
protocol in as few words as possible, and the only one in this repository. The desk itself sends none.
"""

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Page, expect

from tests.running import QUIET, Server, running

ARTICLE = """<!doctype html>
<title>A page of somebody else's</title>
<p><span id="name"></span> <span id="price"></span> <span id="timestamp"></span></p>
<script>
  const socket = new WebSocket('ws://HOST/ws/cryptocurrency/')
  socket.onopen = () => socket.send(JSON.stringify({cryptocurrency: 'BTC'}))
  socket.onmessage = (message) => {
    for (const [field, value] of Object.entries(JSON.parse(message.data)))
      document.getElementById(field).textContent = value
  }
</script>
"""


class Website:
    """Serves one page on a port of its own; `html` is what it says."""

    def __init__(self) -> None:
        website = self
        self.html = ''

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200 if self.path == '/' else 204)
                self.send_header('Content-Type', 'text/html')
                self.end_headers()
                self.wfile.write(website.html.encode() if self.path == '/' else b'')

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.origin = f'http://127.0.0.1:{self.server.server_port}'


@pytest.fixture
def website() -> Iterator[Website]:
    website = Website()
    thread = Thread(target=website.server.serve_forever)
    thread.start()
    yield website
    website.server.shutdown()
    website.server.server_close()
    thread.join()


@pytest.fixture
def trusting(website: Website, tmp_path: Path) -> Iterator[Server]:
    """A quiet desk that lets the website talk to it."""
    with running(tmp_path / 'data', *QUIET, '--trusted-origins', website.origin) as server:
        website.html = ARTICLE.replace('HOST', f'127.0.0.1:{server.port}')
        yield server


def test_the_articles_page_shows_each_price_at_once(
    trusting: Server, website: Website, new_window: Callable[..., Page]
) -> None:
    trusting.post({'name': 'BTC', 'price': '67000.12', 'timestamp': '2026-01-31T14:30:00Z'})
    page = new_window(website.origin)
    page.goto('/')
    expect(page.locator('#name')).to_have_text('BTC')
    expect(page.locator('#price')).to_have_text('67000.12')
    expect(page.locator('#timestamp')).to_have_text('2026-01-31 14:30:00+00:00')
    for price in ('67000.34', '0.00000012'):
        trusting.post({'name': 'BTC', 'price': price}, {'name': 'ETH', 'price': '5'})
        expect(page.locator('#price')).to_have_text(price, timeout=1000)
    expect(page.locator('#name')).to_have_text('BTC')


def test_a_website_that_is_not_trusted_gets_no_price(
    server: Server, website: Website, new_window: Callable[..., Page], complaints: list[str]
) -> None:
    website.html = ARTICLE.replace('HOST', f'127.0.0.1:{server.port}')
    server.post({'name': 'BTC', 'price': '67000.12'})
    page = new_window(website.origin)
    with page.expect_console_message(lambda said: 'WebSocket' in said.text and '403' in said.text):
        page.goto('/')
    expect(page.locator('#price')).to_have_text('')
    complaints.clear()
