"""Is the desk alive, is it ready, is it well? Anybody may ask; why not, is told to who may read."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Response

from api.schemas import Alive, Health, HealthInShort, Ready
from desk.acting import Right, may
from desk.desk import Desk
from desk.readiness import Readiness


def router(desk: Desk) -> APIRouter:
    """The routes under /api/health."""
    routes, readiness = APIRouter(tags=['health']), Readiness(desk)

    @routes.get(
        '/api/health',
        response_model=Health | HealthInShort,
        responses={503: {'model': Health | HealthInShort, 'description': 'not ready'}},
    )
    async def health(response: Response) -> dict[str, Any]:
        """200 while the desk is ready, 503 while it is not. `problems` maps what is wrong to why; a part that fails
        while the rest goes on, like a channel of alerts, makes the desk not `healthy`, but still 200."""
        status, missing = desk.status(), await readiness.problems()
        response.status_code = 503 if missing else 200
        healthy, problems = status.healthy and not missing, status.problems | missing
        if not may(Right.READ):
            return {'healthy': healthy}
        return {**asdict(status), 'healthy': healthy, 'ready': not missing, 'problems': problems}

    @routes.get('/api/health/live', response_model=Alive)
    async def live() -> dict[str, bool]:
        """200 as long as the desk's loop turns; who gets no answer should start it anew."""
        return {'alive': True}

    @routes.get(
        '/api/health/ready', response_model=Ready, responses={503: {'model': Ready, 'description': 'not ready'}}
    )
    async def ready(response: Response) -> dict[str, Any]:
        """200 while requests can be served: the database answers, the writer works, and nobody is stopping the desk.
        503 while not; then send them elsewhere, or wait."""
        missing = await readiness.problems()
        response.status_code = 503 if missing else 200
        return {'ready': not missing, 'problems': missing if may(Right.READ) else {}}

    return routes
