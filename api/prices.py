"""Prices over HTTP: post them, read the newest, the history and the candles."""

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import TypeAdapter

from api import body, examples
from api.schemas import CandleOut, History, QuoteOut, RecordOut
from desk.candles import Candle
from desk.desk import Desk
from desk.errors import Invalid
from desk.intake import checked
from desk.market import Quote
from desk.store import Entry, Record
from desk.ticks import Tick, parse_timestamp

RECORDS = TypeAdapter(list[RecordOut])
Name = Annotated[str, Path(description="a coin's name, whatever its case", examples=['BTC'])]
From = Annotated[
    str,
    Query(
        alias='from', description='ISO 8601, UTC where it names no zone; inclusive', examples=['2026-01-31T00:00:00Z']
    ),
]
To = Annotated[str, Query(description='ISO 8601; exclusive', examples=['2026-02-01T00:00:00Z'])]


def router(desk: Desk) -> APIRouter:
    """The routes under /api/prices and /api/candles."""
    routes = APIRouter(tags=['prices'])

    @routes.post(
        '/api/prices',
        status_code=201,
        response_model=RecordOut | list[RecordOut],
        openapi_extra=examples.PRICES,
        responses=examples.problems(400, 413, 422, 503),
    )
    async def add_prices(request: Request) -> Any:
        """Store one price, or a list of up to 10,000: all of them or none.

        The answer comes after the commit, and after that of what these prices fill, if that takes less than a second.
        Prices are text or plain numbers; both keep every digit.
        """
        now = desk.clock()
        many, ticks = await body.read(request, lambda sent: (isinstance(sent, list), body.ticks(sent, now)))
        try:
            records = await desk.submit_many(ticks) if ticks else []
        except Invalid:
            if many:
                _blame(ticks, now)
            raise
        return await _answered(records) if many else records[0]

    @routes.get('/api/prices', response_model=list[QuoteOut])
    async def all_prices() -> Sequence[Quote]:
        """Every coin that has a price, by name."""
        return desk.quotes()

    @routes.get('/api/prices/{name:path}/history', response_model=History, responses=examples.problems(404, 422, 503))
    async def history(
        name: Name, from_: From = '', to: To = '', limit: Annotated[int, Query(ge=1, le=1000)] = 100, cursor: str = ''
    ) -> dict[str, Any]:
        """Records of a coin, newest first; corrected and withdrawn ones are there too, and say so."""
        start, end = span(from_, to)
        page = await desk.history(name, start, end, limit, cursor)
        return {'records': [_past(record) for record in page.records], 'cursor': page.cursor}

    @routes.get('/api/prices/{name:path}', response_model=QuoteOut, responses=examples.problems(404))
    async def price(name: Name) -> Quote:
        """One coin now."""
        return desk.quote(name)

    @routes.get('/api/candles/{name:path}', response_model=list[CandleOut], responses=examples.problems(404, 422, 503))
    async def candles(
        name: Name,
        interval: str = '1h',
        from_: From = '',
        to: To = '',
        limit: Annotated[int, Query(ge=1, le=5000)] = 1000,
    ) -> list[Candle]:
        """The newest `limit` candles, oldest first. Intervals: 1m, 5m, 15m, 1h, 4h, 1d, 1w; gaps stay gaps."""
        start, end = span(from_, to)
        return await desk.candles(name, interval, start, end, limit)

    return routes


async def _answered(records: list[Entry]) -> Response:
    """A list of records as JSON, made in a thread: 10,000 of them would hold up everybody for 100 ms."""
    found = await asyncio.to_thread(lambda: RECORDS.dump_json(RECORDS.validate_python(records)))
    return Response(found, 201, media_type='application/json')


def _past(found: Record) -> dict[str, Any]:
    return {**found.record.model_dump(), 'active': found.active, 'amendment': found.amendment}


def _blame(ticks: Sequence[Tick], now: datetime) -> None:
    """Say which item of a list the desk refused; raises Invalid."""
    for place, tick in enumerate(ticks, 1):
        try:
            checked(tick, now)
        except Invalid as error:
            raise Invalid(f'Item {place}: {error}', error.field) from None


def span(start: str, end: str) -> tuple[datetime | None, datetime | None]:
    """A part of the past as an address names it; an end that is missing is open. Raises Invalid."""
    since, until = _moment(start, 'from'), _moment(end, 'to')
    if since and until and since > until:
        raise Invalid('“from” is later than “to”.', 'from')
    return since, until


def _moment(text: str, field: str) -> datetime | None:
    """An address turns the + of an offset into a space, unless it is written %2B: taken back here."""
    try:
        return parse_timestamp(re.sub(r'(T[\d:.]+) (\d\d:?\d\d)$', r'\1+\2', text)) if text else None
    except Invalid as error:
        raise Invalid(str(error), field) from None
