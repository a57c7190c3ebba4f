"""CSV out and in over HTTP, streamed."""

from collections.abc import AsyncIterator
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from api import examples
from desk.desk import Desk

CSV_TYPE = 'text/csv; charset=utf-8'


def router(desk: Desk) -> APIRouter:
    """GET /api/export.csv and POST /api/import."""
    routes = APIRouter(tags=['files'])

    @routes.get(
        '/api/export.csv',
        response_class=StreamingResponse,
        responses={200: {'content': {'text/csv': {'schema': examples.TEXT}}}, **examples.problems(404, 503)},
    )
    async def export(
        name: Annotated[str, Query(description='one coin; all where it is missing')] = '',
    ) -> StreamingResponse:
        """The active records of one coin or of all. Importing the file into an empty desk gives the same records."""
        chunks = desk.export(name or None)
        head = await anext(chunks, b'')  # a database that fails does so here, while the status can still tell
        filename = quote(f'cointape-{desk.coin(name).name if name else "all"}.csv', safe='')
        return StreamingResponse(
            _after(head, chunks),
            media_type=CSV_TYPE,
            headers={'Content-Disposition': f"attachment; filename*=UTF-8''{filename}"},
        )

    return routes


async def _after(head: bytes, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield head
    async for chunk in chunks:
        yield chunk
