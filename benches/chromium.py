"""Chromium as the benches see it: its main thread, the frames it gets, and when its DOM changes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from re import sub
from typing import Any

import psutil
from playwright.sync_api import Browser, Page

PARTS = {'Task': 'main thread', 'RecalcStyle': 'style', 'Layout': 'layout'}
SOON = 5  # milliseconds between two looks at what has come in; when it came is noted by itself


@contextmanager
def window(browser: Browser, url: str) -> Iterator[Page]:
    """A visitor's window at this address, in a process of its own."""
    context = browser.new_context(viewport={'width': 1200, 'height': 800}, base_url=url)
    yield context.new_page()
    context.close()


def busy_for(page: Page, seconds: float) -> tuple[dict[str, float], float]:
    """CPU seconds a second of the page's main thread by PARTS, and of all of Chromium, raster included."""
    processes = [process for process in psutil.Process().children(recursive=True) if 'chrom' in process.name()]
    session = page.context.new_cdp_session(page)
    session.send('Performance.enable', {'timeDomain': 'threadTicks'})
    before, used, began = _metrics(session), _cpu(processes), time.perf_counter()
    page.wait_for_timeout(seconds * 1000)
    after, used, took = _metrics(session), _cpu(processes) - used, time.perf_counter() - began
    session.detach()
    return {
        words: (after[f'{key}Duration'] - before[f'{key}Duration']) / took for key, words in PARTS.items()
    }, used / took


def frames(page: Page, seconds: float) -> list[int]:
    """The sizes in bytes, unpacked, of the websocket messages that bring updates."""
    session = page.context.new_cdp_session(page)
    sizes: list[int] = []

    def received(event: dict[str, Any]) -> None:
        text = event['response']['payloadData']
        if text.startswith('42["update"'):
            sizes.append(len(text.encode()))

    session.on('Network.webSocketFrameReceived', received)
    session.send('Network.enable')
    page.wait_for_timeout(seconds * 1000)
    session.detach()
    return sizes


class Watched:
    """One element of a page; `changed(text)` waits until it shows this and says when it came to do so."""

    def __init__(self, page: Page, selector: str) -> None:
        self.page = page
        self.session = page.context.new_cdp_session(page)
        root = self.session.send('DOM.getDocument', {'depth': 0})['root']['nodeId']
        self.node = self.session.send('DOM.querySelector', {'nodeId': root, 'selector': selector})['nodeId']
        self.session.send('DOM.requestChildNodes', {'nodeId': self.node, 'depth': -1})
        self.last = 0.0
        for event in ('childNodeInserted', 'characterDataModified', 'childNodeCountUpdated'):
            self.session.on(f'DOM.{event}', lambda event: self._note())

    def changed(self, text: str, within: float = 5.0) -> float:
        """When, by `time.perf_counter`; raises TimeoutError."""
        deadline = time.perf_counter() + within
        while time.perf_counter() < deadline:
            if (at := self.last) and self._text() == text:
                self.last = 0.0
                return at
            self.page.wait_for_timeout(SOON)
        raise TimeoutError(f'{text}: the element shows {self._text()}')

    def _note(self) -> None:
        self.last = self.last or time.perf_counter()

    def _text(self) -> str:
        html = self.session.send('DOM.getOuterHTML', {'nodeId': self.node})['outerHTML']
        return unescape(sub(r'<[^>]+>', '', html))


def _metrics(session: Any) -> dict[str, float]:
    return {metric['name']: metric['value'] for metric in session.send('Performance.getMetrics')['metrics']}


def _cpu(processes: list[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)
