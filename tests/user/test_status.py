"""The status page: figures, and red where red is true."""

from dataclasses import replace

from nicegui.testing import User

from desk.desk import Desk
from pages.status_html import status_html
from tests.user.helpers import price


async def test_it_shows_feeds_writer_browsers_lag_memory_database_and_versions(user: User, desk: Desk) -> None:
    await price(desk, 'BTC', '1')
    await user.open('/status')
    for words in (
        'Demo market',
        'Writer',
        'Last commit',
        'Browsers',
        'Event loop',
        'Memory',
        'SQLite',
        'nicegui',
        'Prometheus',
    ):
        await user.should_see(words)


async def test_all_is_well_until_it_is_not(desk: Desk) -> None:
    assert 'All is well.' in status_html(desk.status(), (1, 0))
    ill = replace(desk.status(), healthy=False, problems={'database': 'The database is locked <now>.'})
    assert 'All is well.' not in status_html(ill, (1, 0))
    assert '<dd class=bad>The database is locked &lt;now&gt;.</dd>' in status_html(ill, (1, 0))


async def test_red_is_true(desk: Desk) -> None:
    well = replace(desk.status(), lag_p99=0.001)
    assert 'class=bad' not in status_html(well, (1, 0))
    late = replace(well, lag_p99=0.9)
    assert '<dd class=bad>' in status_html(late, (1, 0))
    assert '<dt>Waiting: orders · alerts · letters</dt><dd>0 · 0 · 0</dd>' in status_html(well, (1, 0))
    full = replace(well, writer=replace(well.writer, queue=100_000, error='The disk is full.'))
    assert '<dd class=bad>100,000</dd>' in status_html(full, (1, 0))
    assert '<dd class=bad>The disk is full.</dd>' in status_html(full, (1, 0))
    lost = replace(well, writer=replace(well.writer, refused=3))
    assert '<dt>Feed records refused by the database</dt><dd class=bad>3</dd>' in status_html(lost, (1, 0))
    feeds = [replace(feed, state='failed', words='Coinbase · failed', error='No route.') for feed in well.feeds]
    assert '<dd class=bad>Coinbase · failed</dd>' in status_html(replace(well, feeds=feeds), (1, 0))
