"""Every endpoint, as its OpenAPI describes it, against the real program: no 5xx, every answer in its schema."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.running import Server, running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope='module')
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A desk with a coin, a record and an order with its fill, so that some of what is asked for is there."""
    with running(tmp_path_factory.mktemp('openapi') / 'data') as server:
        server.post({'name': '0', 'price': '1'}, {'name': 'BTC', 'price': '67000.12'})
        order = {'name': 'BTC', 'side': 'buy', 'type': 'market', 'size': '0.1'}
        assert server.http.post('/api/orders', json=order).json()['status'] == 'filled'
        yield server


def test_every_endpoint_keeps_its_word(server: Server) -> None:
    schema = schemathesis.openapi.from_url(f'{server.url}/openapi.json')
    operations: list[Any] = [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]  # none fails
    assert len(operations) >= 31
    for operation in operations:

        @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(case=operation.as_strategy())
        def try_out(case: Any) -> None:
            response = case.call()
            assert response.status_code < 500 or b'No exchange is connected' in response.content, server.output
            case.validate_response(response, checks=CHECKS)

        try_out()
