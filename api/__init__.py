"""The desk over HTTP and websockets: REST under /api, the article's socket, and the gate around everything."""

from typing import Any, cast

from fastapi import FastAPI
from nicegui import Client

import gate
from api import (
    alert_socket,
    alerts,
    article,
    coins,
    docs,
    errors,
    examples,
    files,
    health,
    metrics,
    order_socket,
    orders,
    portfolio,
    prefix,
    prices,
    records,
    watchlists,
)
from api.allowed import allowed, declare, trading
from desk.acting import Right
from desk.desk import Desk
from desk.status import VERSION

ROUTES = ('/api/{path:path}', '/docs', '/openapi.json', '/swagger/{path:path}', '/metrics')
WRITES = {
    prices: Right.PRICES,
    records: Right.PRICES,
    coins: Right.ADMINISTER,
    watchlists: Right.KEEP,
    orders: Right.ORDERS,
    portfolio: Right.ORDERS,
    alerts: Right.KEEP,
    files: Right.PRICES,
    metrics: Right.READ,
}


def register(app: FastAPI, desk: Desk) -> None:
    """Add the API, its documentation at /docs and the gate to `app`; call it once per app, before it starts."""
    gate.install(app, desk.settings, desk.accounts, Client.instances)
    prefix.install(app, desk.settings.path_prefix)
    api = rest(desk)
    for path in ROUTES:
        app.add_route(path, cast(Any, api), include_in_schema=False)
    for module in (article, order_socket, alert_socket):
        app.include_router(module.router(desk))


def rest(desk: Desk) -> FastAPI:
    """The REST endpoints as an app of their own: their errors and their OpenAPI mix with no page's."""
    api = FastAPI(
        title='Cointape',
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
        servers=[{'url': desk.settings.path_prefix}] if desk.settings.path_prefix else None,
        description='Prices in and out of the desk. Decimals are strings, times ISO 8601 in UTC; an error is '
        '`{"error": "a sentence"}`. Live changes: the websockets `/ws/cryptocurrency/` for prices (send '
        '`{"cryptocurrency": "BTC"}`), `/ws/orders` for paper orders and `/ws/alerts` for alerts and their firings.',
    )
    errors.install(api)
    for module, writes in WRITES.items():
        asked = [allowed(writes), *([trading(desk)] if module in (orders, portfolio) else [])]
        api.include_router(module.router(desk), dependencies=asked, responses=examples.problems(401, 403, 429))
    api.include_router(health.router(desk))
    declare(api, needed=not desk.settings.alone)
    docs.add(api, desk.settings.path_prefix)
    return api
