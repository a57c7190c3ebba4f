"""Watchlists over HTTP: make, read, rename and delete them, put coins on them in an order, and CSV out and in."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from api import alert_examples, body, examples
from api.alert_schemas import WatchlistOut
from api.alert_shapes import watchlist_shape
from api.files import CSV_ANSWER, CSV_TYPE
from api.multipart import file_of
from desk.desk import Desk
from desk.errors import Invalid
from desk.listing import LARGEST
from desk.watchlist import MOST_COINS, Watchlist

ListId = Annotated[int, Path(ge=1, lt=2**63, examples=[3])]
Called = Annotated[str, Query(description='the name of the new list', examples=['Majors'])]
OneCoin = Annotated[str, Query(description='the coin', examples=['BTC'])]
TAKEN = examples.problems(400, 404, 409, 413, 422, 503)
MOVED = examples.problems(404, 409, 422, 503)


def router(desk: Desk) -> APIRouter:
    """The routes under /api/watchlists; the CSV file of a list before the list."""
    routes = APIRouter(tags=['watchlists'])
    _files(routes, desk)
    _lists(routes, desk)
    _coins(routes, desk)
    return routes


def _files(routes: APIRouter, desk: Desk) -> None:
    @routes.get(
        '/api/watchlists/{list_id}.csv',
        response_class=Response,
        responses={200: CSV_ANSWER, **examples.problems(404, 422, 503)},
    )
    async def export(list_id: ListId) -> Response:
        """The names of a list's coins, in its order, under a heading."""
        headers = {'Content-Disposition': f'attachment; filename=watchlist-{list_id}.csv'}
        return Response(desk.watchlists.export_csv(list_id), media_type=CSV_TYPE, headers=headers)

    @routes.post(
        '/api/watchlists/import',
        status_code=201,
        response_model=WatchlistOut,
        openapi_extra=alert_examples.LIST_CSV,
        responses=TAKEN,
    )
    async def import_csv(request: Request, name: Called, known_only: bool = False) -> Any:
        """A new list of the coins that a CSV file names. `known_only` leaves out names that the desk does not know."""
        text = await _text(request)
        return watchlist_shape(desk, await desk.watchlists.import_csv(name, text, known_only=known_only))


def _lists(routes: APIRouter, desk: Desk) -> None:
    def told(watchlist: Watchlist) -> Any:
        return watchlist_shape(desk, watchlist)

    @routes.get('/api/watchlists', response_model=list[WatchlistOut])
    async def watchlists() -> Any:
        """All lists, in the order of their tabs on the board."""
        return [told(watchlist) for watchlist in desk.watchlists.all()]

    @routes.post(
        '/api/watchlists',
        status_code=201,
        response_model=WatchlistOut,
        openapi_extra=alert_examples.WATCHLIST,
        responses=TAKEN,
    )
    async def create(request: Request, response: Response) -> Any:
        """Make a list, empty or of these coins."""
        name, coins = await body.read(request, _named_list, '{"name": "Majors"}')
        watchlist = await desk.watchlists.create(name, coin_names=coins)
        response.headers['Location'] = f'/api/watchlists/{watchlist.id}'
        return told(watchlist)

    @routes.get('/api/watchlists/{list_id}', response_model=WatchlistOut, responses=MOVED)
    async def watchlist(list_id: ListId) -> Any:
        """One list."""
        return told(desk.watchlists.get(list_id))

    @routes.patch(
        '/api/watchlists/{list_id}',
        response_model=WatchlistOut,
        openapi_extra=alert_examples.LIST_NAME,
        responses=TAKEN,
    )
    async def rename(list_id: ListId, request: Request) -> Any:
        """Another name."""
        return told(await desk.watchlists.rename(list_id, await body.read(request, _name, '{"name": "Majors"}')))

    @routes.delete('/api/watchlists/{list_id}', status_code=204, responses=MOVED)
    async def delete(list_id: ListId) -> Response:
        """Let a list go; an alert on it watches nothing from now on."""
        await desk.watchlists.delete(list_id)
        return Response(status_code=204)


def _coins(routes: APIRouter, desk: Desk) -> None:
    path = '/api/watchlists/{list_id}/coins'

    @routes.post(path, response_model=WatchlistOut, openapi_extra=alert_examples.COIN, responses=TAKEN)
    async def add(list_id: ListId, request: Request) -> Any:
        """Put a coin at the end of a list; nothing happens if it is there."""
        name = await body.read(request, _name, '{"name": "SOL"}')
        return watchlist_shape(desk, await desk.watchlists.add(list_id, name))

    @routes.delete(path, response_model=WatchlistOut, responses=MOVED)
    async def remove(list_id: ListId, name: OneCoin) -> Any:
        """Take a coin off a list; nothing happens if it is not there."""
        return watchlist_shape(desk, await desk.watchlists.remove(list_id, name))

    @routes.put(path, response_model=WatchlistOut, openapi_extra=alert_examples.ORDER, responses=TAKEN)
    async def arrange(list_id: ListId, request: Request) -> Any:
        """Put the coins of a list in this order, those that are not named last. 409 for one that is not on it."""
        names = await body.read(request, _order, '{"coins": ["ETH", "BTC"]}')
        return watchlist_shape(desk, await desk.watchlists.arrange(list_id, names))


def _name(sent: Any) -> str:
    return body.text(body.fields(sent, ('name',), '{"name": "SOL"}'), 'name', '"SOL"')


def _named_list(sent: Any) -> tuple[str, list[str]]:
    given = body.fields(sent, ('name', 'coins'), '{"name": "Majors", "coins": ["BTC", "ETH"]}')
    return body.text(given, 'name', '"Majors"'), _names(given)


def _order(sent: Any) -> list[str]:
    given = body.fields(sent, ('coins',), '{"coins": ["ETH", "BTC"]}')
    if not given:
        raise Invalid('Say the order: {"coins": ["ETH", "BTC"]}.', 'coins')
    return _names(given)


def _names(given: dict[str, Any]) -> list[str]:
    names = given.get('coins', [])
    if not isinstance(names, list) or not all(type(name) is str for name in names):  # no Number
        raise Invalid('The coins are a list of names, like ["BTC", "ETH"].', 'coins')
    if len(names) > MOST_COINS:
        raise Invalid(f'A list has at most {MOST_COINS:,} coins, and this one names {len(names):,}.', 'coins')
    return names


async def _text(request: Request) -> str:
    chunks, size = list[bytes](), 0
    async for chunk in file_of(request):
        chunks.append(chunk)
        if (size := size + len(chunk)) > 4 * LARGEST:
            raise Invalid(f'A list of names has at most {LARGEST:,} characters.', 'file')
    try:
        return b''.join(chunks).decode('utf-8-sig')
    except UnicodeDecodeError:
        raise Invalid('This file is not written in UTF-8; save it as CSV in UTF-8.', 'file') from None
