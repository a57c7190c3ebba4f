"""GET /metrics: the desk's figures for Prometheus."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Response
from prometheus_client.exposition import choose_encoder

from desk.acting import Right, need
from desk.desk import Desk

SAID: dict[int | str, Any] = {200: {'content': {'text/plain': {}, 'application/openmetrics-text': {}}}}


def router(desk: Desk) -> APIRouter:
    """The one route."""
    routes = APIRouter(tags=['health'])

    @routes.get('/metrics', response_class=Response, responses=SAID)
    async def metrics(accept: Annotated[str, Header()] = '') -> Response:
        """Figures of this desk and its process, as Prometheus reads them: as text, or in the form of OpenMetrics."""
        need(Right.READ)
        write, kind = choose_encoder(accept)
        return Response(write(desk.metrics.registry), media_type=kind)

    return routes
