"""GET /api/health: is the desk well, and if not, what is wrong."""

from fastapi import APIRouter, Response

from api.schemas import Health
from desk.desk import Desk
from desk.status import Status


def router(desk: Desk) -> APIRouter:
    """The one route."""
    routes = APIRouter(tags=['health'])

    @routes.get('/api/health', response_model=Health, responses={503: {'model': Health, 'description': 'not well'}})
    async def health(response: Response) -> Status:
        """200 while the desk is well, 503 while it is not; `problems` maps what is wrong to why."""
        status = desk.status()
        response.status_code = 200 if status.healthy else 503
        return status

    return routes
