"""Recorded prices are evidence: they are corrected and withdrawn, never overwritten."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from api import body, examples
from api.schemas import RecordOut
from desk.desk import Desk
from models import Cryptocurrency

RecordId = Annotated[int, Path(ge=1, lt=2**63, examples=[1042])]


def router(desk: Desk) -> APIRouter:
    """The routes under /api/records."""
    routes = APIRouter(tags=['records'], responses=examples.problems(400, 404, 409, 413, 422, 503))

    @routes.post(
        '/api/records/{record_id}/correct', status_code=201, response_model=RecordOut, openapi_extra=examples.CORRECTION
    )
    async def correct(record_id: RecordId, request: Request) -> Cryptocurrency:
        """A new record of the same moment replaces this one, which stays readable. Not for exchange prices."""
        given = await body.read(
            request,
            lambda sent: body.fields(
                sent, ('price', 'reason', 'author'), '{"price": "66000.12", "reason": "a digit was mistyped"}'
            ),
        )
        return await desk.correct(record_id, body.price(given), body.text(given, 'reason'), body.text(given, 'author'))

    @routes.post('/api/records/{record_id}/withdraw', status_code=204, openapi_extra=examples.WITHDRAWAL)
    async def withdraw(record_id: RecordId, request: Request) -> Response:
        """The record counts no more; it stays readable with the reason. Not for exchange prices."""
        given = await body.read(
            request,
            lambda sent: body.fields(sent, ('reason', 'author'), '{"reason": "a test that went to the wrong desk"}'),
        )
        await desk.withdraw(record_id, body.text(given, 'reason'), body.text(given, 'author'))
        return Response(status_code=204)

    return routes
