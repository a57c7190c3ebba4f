"""The desk over HTTP and websockets: REST under /api, the article's socket, and the guard around everything."""

from typing import Any, cast

from fastapi import FastAPI

from api import article, coins, docs, errors, files, health, order_socket, orders, portfolio, prices, records
from api.guard import Guard
from api.visitors import Visitors
from desk.desk import Desk
from desk.status import VERSION

ROUTES = ('/api/{path:path}', '/docs', '/openapi.json', '/swagger/{path:path}')


def register(app: FastAPI, desk: Desk) -> None:
    """Add the API, its documentation at /docs and the guard to `app`; call it once per app, before it starts."""
    api = rest(desk)
    for path in ROUTES:
        app.add_route(path, cast(Any, api), include_in_schema=False)
    for module in (article, order_socket):
        app.include_router(module.router(desk))
    app.add_middleware(Guard, settings=desk.settings, visitors=Visitors())


def rest(desk: Desk) -> FastAPI:
    """The REST endpoints as an app of their own: their errors and their OpenAPI mix with no page's."""
    api = FastAPI(
        title='Cointape',
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
        description='Prices in and out of the desk. Decimals are strings, times ISO 8601 in UTC; an error is '
        '`{"error": "a sentence"}`. Live changes: the websockets `/ws/cryptocurrency/` for prices (send '
        '`{"cryptocurrency": "BTC"}`) and `/ws/orders` for paper orders.',
    )
    errors.install(api)
    for module in (prices, records, coins, orders, portfolio, files, health):
        api.include_router(module.router(desk))
    docs.add(api)
    return api
