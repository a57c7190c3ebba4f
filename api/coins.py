"""Coins over HTTP: which there are, and following, renaming, merging and governing them while the desk runs."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request

from api import body, examples
from api.schemas import CoinOut
from desk.desk import Desk
from desk.errors import Invalid
from models import Coin, Policy

Name = Annotated[str, Path(description="a coin's name, whatever its case", examples=['BTC'])]


def router(desk: Desk) -> APIRouter:
    """The routes under /api/coins."""
    routes = APIRouter(tags=['coins'])
    errors = examples.problems(400, 404, 409, 413, 422, 503)

    def shown(coin: Coin) -> dict[str, Any]:
        return {**coin.model_dump(), 'policy': desk.policy(coin.name)}

    @routes.get('/api/coins', response_model=list[CoinOut])
    async def coins() -> list[dict[str, Any]]:
        """All coins, with a price or without, by name."""
        return [shown(coin) for coin in desk.coins()]

    @routes.post('/api/coins', response_model=CoinOut, openapi_extra=examples.FOLLOW, responses=errors)
    async def follow(request: Request) -> dict[str, Any]:
        """Follow a coin on the exchange."""
        return shown(await desk.follow(await _word(request, 'name')))

    @routes.post('/api/coins/{name:path}/unfollow', response_model=CoinOut, responses=errors)
    async def unfollow(name: Name) -> dict[str, Any]:
        """Take no more prices of this coin from the exchange; what is recorded stays."""
        return shown(await desk.unfollow(name))

    @routes.post(
        '/api/coins/{name:path}/rename', response_model=CoinOut, openapi_extra=examples.RENAME, responses=errors
    )
    async def rename(name: Name, request: Request) -> dict[str, Any]:
        """Another name; the old one leads to it from now on."""
        return shown(await desk.rename(name, await _word(request, 'name')))

    @routes.post('/api/coins/{name:path}/merge', response_model=CoinOut, openapi_extra=examples.MERGE, responses=errors)
    async def merge(name: Name, request: Request) -> dict[str, Any]:
        """Make one coin of two: the records of `name` count for `into`, which is answered."""
        return shown(await desk.merge(name, await _word(request, 'into')))

    @routes.post(
        '/api/coins/{name:path}/policy', response_model=CoinOut, openapi_extra=examples.POLICY, responses=errors
    )
    async def set_policy(name: Name, request: Request) -> dict[str, Any]:
        """Whose price governs: the latest of any source, the exchange's, or those entered by hand, API and file."""
        return shown(await desk.set_policy(name, _policy(await _word(request, 'policy'))))

    return routes


async def _word(request: Request, field: str) -> str:
    """The one field of a request that has one; raises Invalid."""
    given = await body.read(request, lambda sent: body.fields(sent, (field,), f'{{"{field}": "…"}}'))
    word = body.text(given, field).strip()
    if not word:
        raise Invalid(f'Say the {field}: {{"{field}": "…"}}.', field)
    return word


def _policy(word: str) -> Policy:
    try:
        return Policy(word)
    except ValueError:
        raise Invalid(f'A policy is one of {", ".join(Policy)}.', 'policy') from None
