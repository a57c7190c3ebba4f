"""Errors become statuses and sentences here and nowhere else."""

import logging
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from desk.errors import DeskError, TooMany
from gate.refusals import TOO_LARGE, answer

log = logging.getLogger(__name__)
SENTENCES = {
    400: 'That request could not be read.',
    404: 'There is nothing at {path}; /docs lists what there is.',
    405: 'One cannot {method} {path}; /docs lists what one can do.',
    413: TOO_LARGE,
    500: 'Something went wrong inside the desk; its log says what.',
}


def install(app: FastAPI) -> None:
    """Every error of `app` leaves it as {"error": sentence}, with the field that was wrong where one was."""

    @app.exception_handler(DeskError)
    async def refuse(request: Request, error: DeskError) -> JSONResponse:
        wait = error.retry_after if isinstance(error, TooMany) else 0
        return answer(error.status, str(error), error.field, {'Retry-After': str(wait)} if wait else None)

    @app.exception_handler(RequestValidationError)
    async def explain(request: Request, error: RequestValidationError) -> JSONResponse:
        return answer(422, *_readable(error.errors()))

    @app.exception_handler(HTTPException)
    async def point(request: Request, error: HTTPException) -> JSONResponse:
        known = SENTENCES.get(error.status_code, '').format(path=request.url.path, method=request.method)
        return answer(error.status_code, known or str(error.detail), headers=error.headers)

    @app.exception_handler(Exception)
    async def own_up(request: Request, error: Exception) -> JSONResponse:
        log.error('%s %s failed', request.method, request.url.path, exc_info=error)
        return answer(500, SENTENCES[500])


def _readable(errors: Sequence[Any]) -> tuple[str, str]:
    """FastAPI's first complaint as a sentence, and the parameter it is about."""
    field = str(errors[0]['loc'][-1])
    message = str(errors[0]['msg']).removeprefix('Value error, ')
    return f'{field}: {message[:1].lower()}{message[1:]}.', field
