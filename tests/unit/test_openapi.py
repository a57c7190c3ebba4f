"""Every endpoint, as its OpenAPI describes it, against the real program: no 5xx, every answer in its schema.

What fits the schema and what breaks it in one place, 5 requests of either kind to each endpoint; `make attack`: 1,000.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tests.running import QUIET, Server, running

EXAMPLES = int(os.environ.get('COINTAPE_EXAMPLES', '5'))
pytestmark = [pytest.mark.slow, pytest.mark.timeout(180 + 8 * EXAMPLES)]
NOT_MEANT = [positive_data_acceptance]  # a price is text by its schema, and what it must say is the desk's own rule
OPEN = {'/api/health', '/api/health/live', '/api/health/ready'}  # strangers hear whether, not why
STRANGERS: tuple[dict[str, str], ...] = ({}, {'Authorization': 'Bearer nobody'}, {'Cookie': 'cointape=nobody'})
FILES = {'text/csv', 'multipart/form-data'}  # whatever is sent is text: `false` as well


@pytest.fixture(scope='module')
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A desk with a coin, a record, an order with its fill, a watchlist and an alert that has fired: some is there."""
    with running(tmp_path_factory.mktemp('openapi') / 'data') as server:
        server.post({'name': '0', 'price': '1'}, {'name': 'BTC', 'price': '67000.12'})
        order = {'name': 'BTC', 'side': 'buy', 'type': 'market', 'size': '0.1'}
        assert server.http.post('/api/orders', json=order).json()['status'] == 'filled'
        alert = {'name': 'BTC', 'condition': 'above', 'price': '66000'}
        assert server.http.post('/api/alerts', json=alert).status_code == 201
        server.post({'name': 'BTC', 'price': '67000.34'})
        assert server.http.post('/api/watchlists', json={'name': '0', 'coins': ['BTC']}).status_code == 201
        yield server


@pytest.mark.parametrize('mode', GenerationMode)
def test_every_endpoint_keeps_its_word(server: Server, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_url(f'{server.url}/openapi.json')
    operations: list[Any] = [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]  # none fails
    assert len(operations) >= 53
    tried = sum(_holds(server, operation, mode) for operation in operations)
    print(
        f'{mode.value}: {tried} of {len(operations)} endpoints, up to {EXAMPLES} requests each, all as they should be'
    )
    assert tried >= 30


def test_nobody_gets_anything_without_a_login(server: Server, tmp_path: Path) -> None:
    schema = schemathesis.openapi.from_url(f'{server.url}/openapi.json')
    with running(tmp_path / 'data', *QUIET, '--trusted-proxies', '10.0.0.1') as closed:  # loopback is nobody, too
        for found in schema.get_all_operations():
            operation: Any = found.ok()  # type: ignore[union-attr]  # none fails
            path = re.sub(r'{\w+}', '1', operation.path)
            for headers in STRANGERS:
                answer = closed.http.request(operation.method, path, headers=headers)
                expected = 200 if path in OPEN and 'Authorization' not in headers else 401
                assert answer.status_code == expected, f'{operation.label}: {answer.status_code} {answer.text}'
                assert expected == 200 or answer.json().keys() == {'error'}


def _holds(server: Server, operation: Any, mode: GenerationMode) -> bool:
    """Whether there was anything to try: what takes nothing at all cannot be asked wrongly."""

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy(generation_mode=mode))
    def try_out(case: Any) -> None:
        response = case.call()
        if b'No exchange is connected' in response.content:
            return
        assert response.status_code < 500, server.output
        not_meant = [*NOT_MEANT, negative_data_rejection] if case.media_type in FILES else NOT_MEANT
        case.validate_response(response, excluded_checks=not_meant)

    try:
        try_out()
    except Unsatisfiable:
        return False
    return True
