"""The plugins in examples/ work as they stand there; the page is in tests/user/test_plugins.py."""

import sys
from collections.abc import AsyncIterator, Callable, Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from desk.alert import Draft
from desk.desk import Desk
from desk.guarded import Seam
from desk.settings import Settings
from desk.ticks import Tick
from examples import office_feed
from models import Origin, utc_now
from tests.running import ROOT
from tests.waiting import until

PLUGINS = ('office_feed', 'spread_column', 'movers_page', 'wide_spread')


@pytest.fixture
def marks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The office's marks server."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'[{"name": "ACME", "price": "12.50"}]')

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setattr(office_feed, 'MARKS', f'http://127.0.0.1:{server.server_port}/latest')
    yield
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
async def desk(settings: Settings, marks: None) -> AsyncIterator[Desk]:
    """A started desk with all four."""
    modules = tuple(f'examples.{name}' for name in PLUGINS)
    desk = Desk(settings.model_copy(update={'plugin': modules}))
    await desk.start()
    yield desk
    await desk.stop()


async def quoted(desk: Desk, bid: str, ask: str) -> None:
    tick = Tick('BTC', Decimal(100), utc_now(), 'api', Origin.PROGRAM, bid=Decimal(bid), ask=Decimal(ask))
    await desk.submit(tick)
    await desk.alerts.settled()


async def test_they_add_what_they_say_and_nothing_is_wrong(desk: Desk) -> None:
    states = desk.plugins.states()
    assert [(seam, label) for state in states for seam, label in state.adds] == [
        (Seam.FEED, 'Office'),
        (Seam.COLUMN, 'Spread'),
        (Seam.PAGE, 'Movers'),
        (Seam.CONDITION, 'the spread is more than 1 %'),
    ]
    assert [fault for state in states for fault in state.faults] == []


async def test_the_feed_brings_prices_and_is_live(desk: Desk) -> None:
    await until(lambda: desk.feeds.states()[-1].words == 'Office · live')
    quote = desk.quote('ACME')
    assert (str(quote.price), quote.source) == ('12.5', 'office')


async def test_the_column_gives_the_spread_of_a_quote_that_has_both_sides(desk: Desk) -> None:
    (column,) = desk.plugins.columns
    await quoted(desk, '99.9', '100.1')
    assert (column.value(desk.quote('BTC')), column.text(desk.quote('BTC'))) == (Decimal('0.2'), '0.200 %')
    await desk.submit(Tick('ETH', Decimal(1), utc_now(), 'api', Origin.PROGRAM))
    assert (column.value(desk.quote('ETH')), column.text(desk.quote('ETH'))) == (None, '')


async def test_the_condition_fires_when_it_becomes_true(desk: Desk) -> None:
    await quoted(desk, '99.9', '100.1')
    alert = await desk.alerts.create(Draft('wide_spread', 'BTC'))
    await quoted(desk, '99.8', '100.2')
    assert desk.alerts.unread() == 0
    await quoted(desk, '99', '101')
    await until(lambda: desk.alerts.unread() == 1)
    (firing,) = (await desk.alerts.firings()).items
    assert (firing.alert_id, firing.condition, firing.price) == (alert.id, 'wide_spread', Decimal(100))
    assert 'the spread is more than 1 %' in firing.message


@pytest.mark.parametrize('name', PLUGINS)
def test_they_are_short(name: str) -> None:
    assert len((ROOT / 'examples' / f'{name}.py').read_text('utf-8').splitlines()) < 40


@pytest.fixture
def odd(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Desk]:
    """Makes a desk with a plugin that adds this condition."""

    def make(condition: str) -> Desk:
        source = f'def register(desk): desk.plugins.add_condition({condition})'
        (tmp_path / 'odd_condition.py').write_text(source)
        return Desk(settings.model_copy(update={'plugin': ('odd_condition',)}))

    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, 'odd_condition', raising=False)
    return make


@pytest.mark.parametrize(
    ('test', 'error'),
    [
        ('lambda quote: 1 / 0', 'ZeroDivisionError: division by zero'),
        ('lambda quote: exit()', 'SystemExit: None'),
        ('lambda quote: "perhaps"', "Invalid: A condition says True or False, not 'perhaps'."),
    ],
)
async def test_a_condition_that_does_wrong_is_named_and_other_alerts_fire(
    odd: Callable[[str], Desk], test: str, error: str
) -> None:
    desk = odd(f'"odd", "it is odd", {test}')
    await desk.start()
    await quoted(desk, '99', '101')
    await desk.alerts.create(Draft('odd', 'BTC'))
    await desk.alerts.create(Draft('above', 'BTC', price=Decimal(50)))
    await quoted(desk, '99', '101')
    await until(lambda: desk.alerts.unread() == 1)
    (state,) = desk.plugins.states()
    assert [(fault.seam, fault.name, fault.error) for fault in state.faults] == [(Seam.CONDITION, 'it is odd', error)]
    assert 'odd' in desk.status().problems['alerts']
    await desk.stop()


def test_a_condition_that_is_there_already_is_refused(odd: Callable[[str], Desk]) -> None:
    (state,) = odd('"above", "Above", lambda quote: True').plugins.states()
    assert [fault.error for fault in state.faults] == ['Invalid: above is taken.']
