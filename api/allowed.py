"""What every endpoint asks before it does anything: may who acts read, or change, what is there?"""

from typing import Any

from fastapi import Depends, FastAPI, Request

from desk.acting import Right, need
from desk.desk import Desk

BEARER = {
    'type': 'http',
    'scheme': 'bearer',
    'description': 'An API token, made on the page of one’s account. Not needed on a desk for its own machine alone.',
}
ASKING = ('GET', 'HEAD')


def allowed(writes: Right) -> Any:
    """A dependency of a router: who asks needs READ, and who changes something `writes`. Raises Forbidden."""

    async def check(request: Request) -> None:
        need(Right.READ if request.method in ASKING else writes)

    return Depends(check)


def trading(desk: Desk) -> Any:
    """A dependency of what is about a paper account: it is there. Raises Forbidden, Unavailable."""

    async def check() -> None:
        await desk.broker.opened()

    return Depends(check)


def declare(api: FastAPI, needed: bool) -> None:
    """Say in the OpenAPI by what one comes in, and whether that is needed."""
    ways: list[dict[str, list[str]]] = [{'token': []}] if needed else [{}, {'token': []}]
    made = api.openapi

    def openapi() -> dict[str, Any]:
        said = made()
        said.setdefault('components', {})['securitySchemes'] = {'token': BEARER}
        said['security'] = ways
        return said

    vars(api)['openapi'] = openapi
