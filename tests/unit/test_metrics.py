"""/metrics: what Prometheus is told, and that it is true."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse

from desk.alert import Draft
from desk.desk import Desk
from desk.orders import Kind, Side, Ticket
from desk.ticks import Tick
from models import Origin, utc_now
from tests.asgi import api_client

Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
async def http(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    async with api_client(desk) as http:
        yield http


async def figures(http: httpx.AsyncClient) -> Figures:
    """Every sample by its name and labels."""
    answer = await http.get('/metrics')
    assert answer.status_code == 200, answer.text
    assert answer.headers['Content-Type'].startswith('text/plain')
    samples = [sample for family in parse(answer.text) for sample in family.samples]
    return {(sample.name, frozenset(sample.labels.items())): sample.value for sample in samples}


def of(found: Figures, name: str, **labels: str) -> float:
    return found[f'cointape_{name}', frozenset(labels.items())]


def price(name: str, text: str, origin: Origin = Origin.PROGRAM) -> Tick:
    return Tick(name, Decimal(text), utc_now(), 'test', origin)


async def test_prices_count_by_the_door_they_came_in(http: httpx.AsyncClient, desk: Desk) -> None:
    await desk.submit(price('BTC', '1', Origin.PERSON))
    await http.post('/api/prices', json=[{'name': 'BTC', 'price': '2'}, {'name': 'ETH', 'price': '3'}])
    await desk.submit_many([price('BTC', str(number + 1), Origin.FEED) for number in range(250)])
    await desk.submit_many([price('BTC', '5', Origin.FEED)], restored=True)
    found = await figures(http)
    counts = {origin: of(found, 'ticks_total', origin=origin) for origin in Origin}
    assert counts == {'person': 1, 'program': 2, 'feed': 250, 'file': 1}
    assert of(found, 'coins') == 2


async def test_a_price_of_a_feed_that_is_none_is_counted_as_refused(http: httpx.AsyncClient, desk: Desk) -> None:
    await desk.submit_many([price('BTC', '1', Origin.FEED), price('BTC', '-1', Origin.FEED)])
    found = await figures(http)
    assert (of(found, 'ticks_total', origin='feed'), of(found, 'feed_prices_refused_total')) == (1, 1)


async def test_a_commit_is_counted_with_its_rows_and_its_time(http: httpx.AsyncClient, desk: Desk) -> None:
    before = await figures(http)
    await desk.submit_many([price('BTC', '1'), price('ETH', '2'), price('SOL', '3')])
    after = await figures(http)
    assert of(after, 'rows_written_total') >= of(before, 'rows_written_total') + 3
    assert of(after, 'commit_rows_sum') == of(after, 'rows_written_total')
    assert of(after, 'commit_seconds_count') > of(before, 'commit_seconds_count')
    assert 0 < of(after, 'commit_seconds_sum') < 60
    assert of(after, 'commit_seconds_bucket', le='+Inf') == of(after, 'commit_seconds_count')
    assert utc_now() - datetime.fromtimestamp(of(after, 'last_commit_timestamp_seconds'), UTC) < timedelta(minutes=1)


async def test_an_order_is_timed_from_its_placing_to_its_commit(http: httpx.AsyncClient, desk: Desk) -> None:
    await desk.submit(price('BTC', '100'))
    assert of(await figures(http), 'order_seconds_count') == 0
    await desk.broker.place(Ticket('BTC', Side.BUY, Kind.MARKET, size=Decimal(1)))
    found = await figures(http)
    assert of(found, 'order_seconds_count') == 1
    assert 0 < of(found, 'order_seconds_sum') < 60


async def test_firings_are_counted_once_they_are_committed(http: httpx.AsyncClient, desk: Desk) -> None:
    await desk.submit(price('BTC', '1'))
    await desk.alerts.create(Draft('above', 'BTC', price=Decimal(2)))
    await desk.submit(price('BTC', '3'))
    found = await figures(http)
    assert of(found, 'alert_firings_total') == 1
    assert {labels for name, labels in found if name == 'cointape_alert_deliveries_total'} == {
        frozenset({('outcome', outcome)}) for outcome in ('sent', 'again', 'failed')
    }


async def test_it_tells_what_is_wrong_what_waits_and_which_program_it_is(http: httpx.AsyncClient, desk: Desk) -> None:
    found = await figures(http)
    assert not [labels for name, labels in found if name == 'cointape_problem']
    (build,) = (dict(labels) for name, labels in found if name == 'cointape_build_info')
    assert (build['version'], build['database']) == (desk.status().versions['cointape'], 'SQLite')
    queues = {
        dict(labels)['queue']: waiting for (name, labels), waiting in found.items() if name.endswith('queue_length')
    }
    assert set(queues) == {'writer', 'feed_buffer', 'orders', 'alerts', 'deliveries'}
    states = {dict(labels)['state'] for name, labels in found if name == 'cointape_feed_state'}
    assert {'live', 'failed', 'off'} <= states
    desk.crew.problems['frames to the browsers'] = 'RuntimeError: no'
    assert of(await figures(http), 'problem', part='frames to the browsers') == 1


async def test_openmetrics_is_spoken_too(http: httpx.AsyncClient) -> None:
    answer = await http.get('/metrics', headers={'Accept': 'application/openmetrics-text; version=1.0.0'})
    assert answer.headers['Content-Type'].startswith('application/openmetrics-text')
    families: Any = parse_openmetrics(answer.text)  # type: ignore[no-untyped-call]
    assert 'cointape_ticks' in {family.name for family in families}
