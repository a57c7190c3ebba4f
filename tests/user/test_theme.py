"""What every page has: the frame, one style sheet, light or dark as this browser chose."""

import re

import pytest
from nicegui import ui
from nicegui.testing import User

from desk.desk import Desk
from desk.feeds.state import FeedState, Health, State
from models import utc_now
from pages.feed_line import feed_words
from tests.user.helpers import price

PAGES = ('/', '/add', '/trading/', '/import', '/settings', '/status', '/coin/BTC')


def toggle(user: User) -> ui.button:
    return next(
        button
        for button in user.find(kind=ui.button).elements
        if str(button.props.get('aria-label')).startswith('Colours')
    )


def state(label: str, kind: State) -> FeedState:
    health = Health(label.lower(), label, utc_now, lambda: None)
    health.become(kind, 'no route' if kind == 'failed' else '')
    return health.report()


@pytest.mark.parametrize('path', PAGES)
async def test_every_page_has_the_frame(user: User, desk: Desk, path: str) -> None:
    await price(desk, 'BTC', '1')
    await user.open(path)
    for words in ('Cointape', 'Board', 'Trading', 'Import', 'Settings', 'Status', 'Add price', 'Skip to the content'):
        await user.should_see(words)
    await user.should_see(kind=ui.input, content='Search')


async def test_the_page_that_one_is_on_is_marked(user: User) -> None:
    page = (await user.http_client.get('/status')).text
    assert re.findall(r'aria-current=page&gt;(\w+)&lt;/a', page) == ['Status', 'Status']  # above, and below on phones


async def test_one_style_sheet_that_browsers_may_keep(user: User) -> None:
    page = await user.http_client.get('/')
    found = re.search(r'href="(/style-[0-9a-f]+\.css)"', page.text)
    assert found
    sheet = await user.http_client.get(found[1])
    assert 'immutable' in sheet.headers['cache-control']
    assert sheet.headers['content-type'].startswith('text/css')
    assert '--accent: light-dark(#3451c6, #93a8ff)' in sheet.text


async def test_light_or_dark_is_this_browsers_choice_and_is_kept(user: User) -> None:
    await user.open('/')
    assert toggle(user).props['aria-label'] == 'Colours: auto'
    for mode in ('light', 'dark'):
        with user:
            user.find(kind=ui.button, content=str(toggle(user).props['icon'])).click()
        assert toggle(user).props['aria-label'] == f'Colours: {mode}'
    await user.open('/status')
    assert toggle(user).props['aria-label'] == 'Colours: dark'
    assert 'color-scheme: dark' in (await user.http_client.get('/')).text


async def test_enter_in_the_search_box_goes_to_the_coin(user: User, desk: Desk) -> None:
    await price(desk, 'BTC', '1')
    await user.open('/status')
    search = user.find(kind=ui.input, content='Search')
    search.type('btc').trigger('keydown.enter')
    await user.should_see('Records')
    assert user.back_history[-1] == '/coin/BTC'


async def test_an_unknown_word_in_the_search_box_goes_to_the_board(user: User, desk: Desk) -> None:
    await price(desk, 'BTC', '1')
    await user.open('/status')
    user.find(kind=ui.input, content='Search').type('b&c').trigger('keydown.enter')
    await user.should_see('0 of 1 coin')


def test_the_feed_that_deserves_attention_is_told_of() -> None:
    live, failed = state('Demo', 'live'), state('Coinbase', 'failed')
    assert feed_words([live, failed]) == ('failed', 'Coinbase · failed: no route')
    assert feed_words([live]) == ('live', 'Demo · live')
    assert feed_words([]) == ('off', 'No feed')
