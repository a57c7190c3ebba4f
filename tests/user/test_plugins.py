"""Plugins, as browsers see them: the examples at work, and what breaks in one stays there."""

import sys
from decimal import Decimal
from html import unescape
from pathlib import Path

import pytest
from nicegui import ui
from nicegui.testing import User

from desk.desk import Desk
from desk.guarded import Seam
from desk.ticks import Tick
from models import Origin, utc_now
from pages.status_html import status_html
from tests.user.helpers import price

BROKEN = """
from nicegui import ui
from desk.feeds import Health
class Wordless:
    def __init__(self, settings, sink, clock, changed):
        self.health = Health('wordless', 'Wordless', clock, changed)
        self.health.become('failed', ValueError('no <route>'))
        self.health.note = 7
    async def run(self): ...
async def later():
    ui.label('Half a page')
    raise OSError('the page <broke>')
def presses():
    ui.button('Press me', on_click=lambda: 1 / 0)
def register(desk):
    desk.plugins.add_feed(Wordless)
    desk.plugins.add_column('broken', 'Broken', lambda quote: quote.nothing)
    desk.plugins.add_page('/later', 'Later <i>', later)
    desk.plugins.add_page('/presses', 'Presses', presses)
    desk.plugins.add_page('/coin/mine', 'Mine', later)
    desk.plugins.add_page('/api/prices', 'Prices', later)
"""


@pytest.fixture
def plugged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk behind `user` has the examples as plugins, and one whose every part fails."""
    (tmp_path / 'broken_plugin.py').write_text(BROKEN)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, 'broken_plugin', raising=False)
    monkeypatch.setenv('COINTAPE_PLUGIN', 'broken_plugin,examples.spread_column,examples.movers_page')


async def quoted(desk: Desk, name: str, bid: str, ask: str) -> None:
    tick = Tick(name, Decimal(100), utc_now(), 'api', Origin.PROGRAM, bid=Decimal(bid), ask=Decimal(ask))
    await desk.submit(tick)


def problems(desk: Desk) -> dict[str, str]:
    return {fault.name: fault.error for state in desk.plugins.states() for fault in state.faults}


async def test_a_column_is_on_the_board_beside_a_broken_one(plugged: None, user: User, desk: Desk) -> None:
    await quoted(desk, 'BTC', '99', '101')
    await price(desk, 'ETH', '1')
    await user.open('/')
    await user.should_see('—2.000 %')
    await user.should_see('——')
    await quoted(desk, 'BTC', '99.9', '100.1')
    await user.should_see('0.200 %')
    assert problems(desk)['Broken'] == "AttributeError: 'Quote' object has no attribute 'nothing'"


@pytest.mark.parametrize('heading', ['Spread', 'Broken'])
async def test_the_board_is_sorted_by_a_column(plugged: None, user: User, desk: Desk, heading: str) -> None:
    for name, ask in (('A', '101'), ('B', '103'), ('C', '102')):
        await quoted(desk, name, '100', ask)
    await price(desk, 'D', '1')
    await user.open('/')
    user.find(kind=ui.button, content=heading).click()
    await user.should_see(f'{heading} ↓')
    page = (await user.http_client.get('/')).text
    places = [page.index(f'/coin/{name}') for name in ('BCAD' if heading == 'Spread' else 'ABCD')]
    assert places == sorted(places), 'what has no value comes last'


async def test_a_page_is_in_the_menu_and_has_the_frame(plugged: None, user: User, desk: Desk) -> None:
    await price(desk, 'BTC', '1')
    await user.open('/movers')
    await user.should_see('0 coins have a price from a day ago.')
    await user.should_see('Skip to the content')
    page = unescape((await user.http_client.get('/movers')).text)
    assert 'aria-current=page>Movers</a>' in page
    assert '>Later &lt;i&gt;</a>' in page


async def test_a_page_that_raises_says_so_and_is_named(plugged: None, user: User, desk: Desk) -> None:
    await user.open('/later')
    await user.should_see('This page was added by a plugin, which could not make it.')
    await user.should_not_see('Half a page')
    assert problems(desk)['Later <i>'] == 'OSError: the page <broke>'
    shown = status_html(desk.status(), (1, 0))
    assert 'not all is well with these plugins: broken_plugin.' in shown
    assert '<dt>Page “Later &lt;i&gt;”</dt><dd class=bad>OSError: the page &lt;broke&gt;</dd>' in shown
    assert '<h2>Plugin examples.movers_page</h2>' in shown


async def test_a_feed_that_fails_with_no_text_is_named(plugged: None, user: User, desk: Desk) -> None:
    (health,) = (feed.health for plugin in desk.plugins._plugins for feed in plugin.feeds)
    health.become('failed', ValueError('no <route>'))
    await user.open('/')
    await user.should_see('Wordless · failed: no <route>')
    await user.open('/status')
    assert '<dt>Problem</dt><dd class=bad>no &lt;route&gt;</dd>' in status_html(desk.status(), (1, 0))
    assert '<dt>Note</dt><dd>7</dd>' in status_html(desk.status(), (1, 0))


async def test_a_page_has_no_address_that_is_taken(plugged: None, user: User, desk: Desk) -> None:
    assert problems(desk)['Mine'] == 'The address /coin/mine is taken.'
    assert problems(desk)['Prices'] == 'The address /api/prices is taken.'
    assert (await user.http_client.get('/api/prices')).json() == []
    (state,) = (state for state in desk.plugins.states() if state.module == 'broken_plugin')
    assert [label for seam, label in state.adds if seam is Seam.PAGE] == ['Later <i>', 'Presses']


async def test_what_fails_on_a_page_later_is_named_too(
    plugged: None, user: User, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    await user.open('/presses')
    user.find('Press me').click()
    await user.should_see('Press me')
    assert problems(desk)['Presses'] == 'ZeroDivisionError: division by zero'
    caplog.clear()  # NiceGUI logs it as an error, which it is
