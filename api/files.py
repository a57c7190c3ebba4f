"""CSV out and in over HTTP, streamed."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import StreamingResponse

from api import examples
from api.multipart import file_of
from api.orders import BookNumber
from api.schemas import ImportOut
from desk.csv.importing import CsvImport, summary
from desk.csv.spool import spool
from desk.desk import Desk
from desk.errors import Invalid

CSV_TYPE = 'text/csv; charset=utf-8'
CSV_ANSWER = {'description': 'the records', 'content': {'text/csv': {'schema': examples.TEXT}}}
OneCoin = Annotated[str, Query(description='one coin; all where it is missing', examples=['BTC'])]
ForFile = Annotated[str, Query(description='the coin, where the file names none', examples=['BTC'])]
Traded = Annotated[Literal['orders', 'fills', 'postings'], Path(examples=['fills'])]
Columns = Annotated[
    list[str],
    Query(
        default_factory=list,
        description='for an unknown header: role:column, as often as needed',
        examples=[['price:Last', 'timestamp:Date']],
    ),
]


def router(desk: Desk) -> APIRouter:
    """GET /api/export.csv and POST /api/import."""
    routes = APIRouter(tags=['files'])

    @routes.get(
        '/api/export.csv',
        response_class=StreamingResponse,
        responses={200: CSV_ANSWER, **examples.problems(404, 422, 503)},
    )
    async def export(name: OneCoin = '') -> StreamingResponse:
        """The active records of one coin or of all. Importing the file into an empty desk gives the same records."""
        return await _file(desk.export(name or None), f'cointape-{desk.coin(name).name if name else "all"}.csv')

    @routes.get(
        '/api/export/{what}.csv',
        response_class=StreamingResponse,
        responses={200: CSV_ANSWER, **examples.problems(404, 422, 503)},
    )
    async def export_trading(what: Traded, book: BookNumber = None) -> StreamingResponse:
        """The orders, fills or postings of a book, newest first; docs/exports.md explains their columns."""
        found, portfolio = await desk.portfolio.book(book), desk.portfolio
        read = {'orders': portfolio.orders_csv, 'fills': portfolio.fills_csv, 'postings': portfolio.postings_csv}[what]
        return await _file(await read(found.number), f'cointape-{what}-book-{found.number}.csv')

    @routes.post(
        '/api/import',
        response_model=ImportOut,
        openapi_extra=examples.CSV,
        responses=examples.problems(400, 413, 422, 503),
    )
    async def import_csv(request: Request, column: Columns, name: ForFile = '', dry_run: bool = False) -> Any:
        """Import a CSV file, plain or gzip: what is there already is left out, bad rows are listed with their line.

        Send it as the body (`curl --data-binary @prices.csv`) or in a form (`curl -F file=@prices.csv`).
        A dry run reads every row and stores nothing.
        """
        path = await spool(file_of(request), desk.settings)
        try:
            async with CsvImport(path, desk, name, _mapping(column)) as job:
                look = await job.inspect()
                report = await (job.dry_run() if dry_run else job.run())
            words = 'A dry run: nothing was stored.' if dry_run else summary(report)
            return {**asdict(report), 'words': words, 'format': look.words, 'kind': look.kind}
        finally:
            await asyncio.to_thread(path.unlink, missing_ok=True)

    return routes


async def _file(chunks: AsyncIterator[bytes], name: str) -> StreamingResponse:
    """A file to save; a database that fails does it before the status is out."""
    head = await anext(chunks) + await anext(chunks, b'')
    headers = {'Content-Disposition': f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    return StreamingResponse(_after(head, chunks), media_type=CSV_TYPE, headers=headers)


async def _after(head: bytes, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield head
    async for chunk in chunks:
        yield chunk


def _mapping(columns: list[str]) -> dict[str, str]:
    for column in columns:
        if not all(column.partition(':')):
            raise Invalid(f'“{column[:40]}” is no mapping; write role:column, like price:Last.', 'column')
    return {role: name for role, _, name in (column.partition(':') for column in columns)}
