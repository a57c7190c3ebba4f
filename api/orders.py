"""Paper orders over HTTP: place, estimate, read, amend and cancel them; and their fills."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from api import body, examples, order_examples
from api.order_schemas import EstimateOut, FillPage, OrderOut, OrderPage, StoryOut
from api.order_shapes import event_shape, fill_shape, order_shape
from api.prices import From, To, span
from desk.desk import Desk
from desk.errors import Invalid
from desk.matching.account import Estimate
from desk.orders import Ticket
from desk.ticket import parse_number, parse_ticket

EXAMPLE = '{"name": "BTC", "side": "buy", "type": "market", "size": "0.1"}'
CHANGE = '{"limit_price": "66400"}'
NOTE = '{"note": "too early"}'
FIELDS = tuple(order_examples.ORDER_FIELDS)
AMENDABLE = ('size', 'limit_price', 'stop_price')
OrderId = Annotated[int, Path(ge=1, lt=2**63, examples=[17])]
FillId = Annotated[int, Path(ge=1, lt=2**63, examples=[23])]
Coin = Annotated[str, Query(description='of one coin; of all where it is missing', examples=['BTC'])]
BookNumber = Annotated[
    int | None, Query(ge=1, lt=2**31, description='an earlier book of the account; the open one where it is missing')
]
Limit = Annotated[int, Query(ge=1, le=1000)]


def router(desk: Desk) -> APIRouter:
    """The routes under /api/orders and /api/fills."""
    routes = APIRouter(tags=['orders'])
    _placing(routes, desk)
    _changing(routes, desk)
    _reading(routes, desk)
    _fills(routes, desk)
    return routes


def _placing(routes: APIRouter, desk: Desk) -> None:
    @routes.post(
        '/api/orders',
        status_code=201,
        response_model=OrderOut,
        openapi_extra=order_examples.ORDER,
        responses={**order_examples.REPEATED, **examples.problems(400, 404, 409, 413, 422, 503)},
    )
    async def place(request: Request, response: Response) -> Any:
        """Place a paper order. The answer comes after the commit, with what was filled at once.

        An order that the balance does not cover is kept, as `refused` with its `reason`: 201 too. One whose
        `client_order_id` this book has already is not placed again: 200 with that order as it stands, 409 if it
        was another one.
        """
        ticket = await body.read(request, _ticket, EXAMPLE)
        newest, order = desk.broker.newest_order, await desk.broker.place(ticket)
        response.status_code = 200 if ticket.client_order_id and order.id <= newest else 201
        response.headers['Location'] = f'/api/orders/{order.id}'
        return order_shape(desk, order)

    @routes.post(
        '/api/orders/estimate',
        response_model=EstimateOut,
        openapi_extra=order_examples.ORDER,
        responses=examples.problems(400, 404, 409, 413, 422, 503),
    )
    async def estimate(request: Request) -> Estimate:
        """What this order would do now: price, fee, what it holds, and why it would be refused. Places nothing."""
        return desk.broker.estimate(await body.read(request, _ticket, EXAMPLE))


def _changing(routes: APIRouter, desk: Desk) -> None:
    @routes.patch(
        '/api/orders/{order_id}',
        response_model=OrderOut,
        openapi_extra=order_examples.AMENDMENT,
        responses=examples.problems(400, 404, 409, 413, 422, 503),
    )
    async def amend(order_id: OrderId, request: Request) -> Any:
        """Another size, limit or stop price. The order counts as placed anew in time; what is filled stays."""
        given = await body.read(request, _amendment, CHANGE)
        return order_shape(desk, await desk.broker.amend(order_id, **given))

    @routes.delete('/api/orders/{order_id}', response_model=OrderOut, responses=examples.problems(404, 409, 422, 503))
    async def cancel(order_id: OrderId) -> Any:
        """Cancel what is left of an open order; it stays readable. 409 if it has ended."""
        return order_shape(desk, await desk.broker.cancel(order_id))


def _reading(routes: APIRouter, desk: Desk) -> None:
    @routes.get('/api/orders', response_model=OrderPage, responses=examples.problems(404, 422, 503))
    async def orders(
        name: Coin = '', open: bool = False, book: BookNumber = None, limit: Limit = 100, cursor: str = ''
    ) -> Any:
        """The orders of a book, newest first; with `open` those alone to which something can still happen."""
        page = await desk.broker.orders(
            coins=[name] if name else None, open_only=open, book=book, limit=limit, cursor=cursor
        )
        return {'orders': [order_shape(desk, order) for order in page.items], 'cursor': page.cursor}

    @routes.get('/api/orders/{order_id}', response_model=StoryOut, responses=examples.problems(404, 422, 503))
    async def order(order_id: OrderId) -> Any:
        """One order with all that happened to it, and its fills, oldest first."""
        story = await desk.broker.story(order_id)
        events, fills = map(event_shape, story.events), (fill_shape(desk, fill) for fill in story.fills)
        return {**order_shape(desk, story.order), 'events': list(events), 'fills': list(fills)}


def _fills(routes: APIRouter, desk: Desk) -> None:
    @routes.get('/api/fills', response_model=FillPage, responses=examples.problems(404, 422, 503))
    async def fills(
        name: Coin = '',
        order: Annotated[int | None, Query(ge=1, lt=2**63, description='of one order')] = None,
        from_: From = '',
        to: To = '',
        book: BookNumber = None,
        limit: Limit = 100,
        cursor: str = '',
    ) -> Any:
        """The fills of a book, newest first: each names its rule and keeps the price and the quote that made it."""
        start, end = span(from_, to)
        page = await desk.broker.fills(
            coins=[name] if name else None,
            order_id=order,
            start=start,
            end=end,
            book=book,
            limit=limit,
            cursor=cursor,
        )
        return {'fills': [fill_shape(desk, fill) for fill in page.items], 'cursor': page.cursor}

    @routes.patch(
        '/api/fills/{fill_id}',
        status_code=204,
        openapi_extra=order_examples.NOTE,
        responses=examples.problems(400, 404, 413, 422, 503),
    )
    async def note(fill_id: FillId, request: Request) -> Response:
        """Write a note on a fill, or empty it: the one thing about a fill that can change."""
        await desk.broker.set_note(fill_id, await body.read(request, _note))
        return Response(status_code=204)


def _ticket(sent: Any) -> Ticket:
    return parse_ticket(body.fields(sent, FIELDS, EXAMPLE))


def _note(sent: Any) -> str:
    given = body.fields(sent, ('note',), NOTE)
    if 'note' not in given:
        raise Invalid(f'Say the note: {NOTE}, or "" to empty it.', 'note')
    return body.text(given, 'note')


def _amendment(sent: Any) -> dict[str, Any]:
    given = body.fields(sent, AMENDABLE, CHANGE)
    if not given:
        raise Invalid(f'Say what changes: {CHANGE}, or a size or a stop_price.')
    return {name: parse_number(value, name) for name, value in given.items()}
