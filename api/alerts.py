"""Alerts over HTTP: make, read, change and delete them, let them rest; and their firings."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from api import alert_body, alert_examples, body, examples
from api.alert_schemas import AlertOut, AlertPage, FiringPage
from api.alert_shapes import alert_shape, delivered_shape
from desk.alert import Alert, Status
from desk.desk import Desk
from desk.errors import Invalid

AlertId = Annotated[int, Path(ge=1, lt=2**63, examples=[7])]
Coin = Annotated[str, Query(description='those on one coin; all where it is missing', examples=['BTC'])]
InState = Annotated[Status | None, Query(description='those in one state alone')]
Limit = Annotated[int, Query(ge=1, le=1000)]
TAKEN = examples.problems(400, 404, 409, 413, 422, 503)
MOVED = examples.problems(404, 422, 503)


def router(desk: Desk) -> APIRouter:
    """The routes under /api/alerts; /api/alerts/firings before /api/alerts/{id}."""
    routes = APIRouter(tags=['alerts'])
    _firings(routes, desk)
    _making(routes, desk)
    _reading(routes, desk)
    _resting(routes, desk)
    return routes


def _firings(routes: APIRouter, desk: Desk) -> None:
    @routes.get('/api/alerts/firings', response_model=FiringPage, responses=MOVED)
    async def firings(
        alert: Annotated[int | None, Query(ge=1, lt=2**63, description='of one alert')] = None,
        limit: Limit = 100,
        cursor: str = '',
    ) -> Any:
        """The firings, newest first: each keeps the price that made it fire, and says where it was sent."""
        page = await desk.alerts.firings(alert, limit, cursor)
        sent = await desk.alerts.deliveries([firing.id for firing in page.items])
        told = [delivered_shape(desk, firing, sent.get(firing.id, [])) for firing in page.items]
        return {'firings': told, 'cursor': page.cursor, 'unread': desk.alerts.unread()}

    @routes.post('/api/alerts/firings/acknowledge', status_code=204, openapi_extra=alert_examples.SEEN, responses=TAKEN)
    async def acknowledge(request: Request) -> Response:
        """Firings were seen: some, or `"all"`. An alert that has fired for good is acknowledged with them."""
        await desk.alerts.acknowledge(await body.read(request, alert_body.seen, '{"firings": "all"}'))
        return Response(status_code=204)


def _making(routes: APIRouter, desk: Desk) -> None:
    @routes.post(
        '/api/alerts',
        status_code=201,
        response_model=AlertOut,
        openapi_extra=alert_examples.ALERT,
        responses=TAKEN,
    )
    async def create(request: Request, response: Response) -> Any:
        """Make an alert, active from now on. What each condition does is written down in docs/alert-rules.md."""
        alert = await desk.alerts.create(await body.read(request, alert_body.draft, alert_body.SENT))
        response.headers['Location'] = f'/api/alerts/{alert.id}'
        return alert_shape(desk, alert)

    @routes.patch(
        '/api/alerts/{alert_id}', response_model=AlertOut, openapi_extra=alert_examples.CHANGE, responses=TAKEN
    )
    async def change(alert_id: AlertId, request: Request) -> Any:
        """Other fields. Where that is what it watches, it is armed anew; one that had ended is active again."""
        asked = await body.read(request, alert_body.change, '{"price": "72000"}')
        return alert_shape(desk, await desk.alerts.change(alert_id, **asked))

    @routes.delete('/api/alerts/{alert_id}', status_code=204, responses=MOVED)
    async def delete(alert_id: AlertId) -> Response:
        """Let an alert go; its firings stay."""
        await desk.alerts.delete(alert_id)
        return Response(status_code=204)


def _reading(routes: APIRouter, desk: Desk) -> None:
    @routes.get('/api/alerts', response_model=AlertPage, responses=MOVED)
    async def alerts(name: Coin = '', status: InState = None, limit: Limit = 100, cursor: str = '') -> Any:
        """The alerts, newest first."""
        coin_id = desk.coin(name).id if name else None
        found = [alert for alert in desk.alerts.all() if coin_id in (None, alert.coin_id)]
        found = [alert for alert in found if status in (None, alert.status) and alert.id < _before(cursor)]
        more = len(found) > limit
        told = [alert_shape(desk, alert) for alert in found[:limit]]
        return {'alerts': told, 'cursor': str(found[limit - 1].id) if more else ''}

    @routes.get('/api/alerts/{alert_id}', response_model=AlertOut, responses=MOVED)
    async def alert(alert_id: AlertId) -> Any:
        """One alert as it stands."""
        return alert_shape(desk, desk.alerts.get(alert_id))


def _resting(routes: APIRouter, desk: Desk) -> None:
    def told(alert: Alert) -> Any:
        return alert_shape(desk, alert)

    @routes.post('/api/alerts/{alert_id}/pause', response_model=AlertOut, responses=MOVED)
    async def pause(alert_id: AlertId) -> Any:
        """Let an active alert rest."""
        await desk.alerts.pause([alert_id], True)
        return told(desk.alerts.get(alert_id))

    @routes.post('/api/alerts/{alert_id}/resume', response_model=AlertOut, responses=MOVED)
    async def resume(alert_id: AlertId) -> Any:
        """Let an alert that rests go on, as far as it had come."""
        await desk.alerts.pause([alert_id], False)
        return told(desk.alerts.get(alert_id))

    @routes.post('/api/alerts/{alert_id}/activate', response_model=AlertOut, responses=MOVED)
    async def activate(alert_id: AlertId) -> Any:
        """Let an alert watch anew, as if it were made now: one that has fired, too."""
        return told(await desk.alerts.activate(alert_id))

    @routes.post(
        '/api/alerts/{alert_id}/snooze', response_model=AlertOut, openapi_extra=alert_examples.SNOOZE, responses=TAKEN
    )
    async def snooze(alert_id: AlertId, request: Request) -> Any:
        """Keep an alert silent until a moment; null: no longer."""
        until = await body.read(request, lambda sent: alert_body.until(sent, desk.clock()), '{"until": null}')
        return told(await desk.alerts.snooze(alert_id, until))

    @routes.post('/api/alerts/{alert_id}/duplicate', status_code=201, response_model=AlertOut, responses=TAKEN)
    async def duplicate(alert_id: AlertId, response: Response) -> Any:
        """Another alert that asks for the same, active from now on."""
        alert = await desk.alerts.duplicate(alert_id)
        response.headers['Location'] = f'/api/alerts/{alert.id}'
        return told(alert)


def _before(cursor: str) -> int:
    if not cursor:
        return 2**63
    if not cursor.isascii() or not cursor.isdecimal() or len(cursor) > 18:
        raise Invalid('Hand in the cursor of the page before, as it was.', 'cursor')
    return int(cursor)
