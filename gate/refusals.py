"""What goes no further: a status, a sentence, and how it is told to a program, a person or a socket."""

from typing import Any

from fastapi.responses import JSONResponse
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from desk.errors import DeskError

TOO_LARGE = 'That is too large: at most 8 MB are taken here, 200 MB as a file to import.'
PROGRAMS = ('/api/', '/openapi.json', '/metrics', '/swagger/')
POLICY, LONGEST_REASON = 1008, 120


class Refusal(DeskError):
    """A request that goes no further, whatever it asks for. `retry_after` in seconds, 0: not by waiting."""

    def __init__(self, status: int, sentence: str, retry_after: int = 0, code: int = POLICY) -> None:
        super().__init__(sentence)
        self.status, self.retry_after, self.code = status, retry_after, code


def answer(status: int, sentence: str, field: str = '', headers: Any = None) -> JSONResponse:
    """The one form of an error: {"error": sentence} and, where one input was wrong, its "field"."""
    sentence = sentence.encode(errors='replace').decode()  # it may quote a file that is not UTF-8
    content = {'error': sentence, 'field': field} if field else {'error': sentence}
    return JSONResponse(content, status, headers)


async def refuse(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the status and the sentence; a socket whose server cannot do that is closed."""
    if scope['type'] == 'websocket' and 'websocket.http.response' not in scope.get('extensions', {}):
        await send({'type': 'websocket.close', 'code': refusal.code, 'reason': str(refusal)[:LONGEST_REASON]})
        return
    await _told(refusal, scope['path'])(scope, receive, send)


def _told(refusal: Refusal, path: str) -> Response:
    headers = {'Retry-After': str(refusal.retry_after)} if refusal.retry_after else {}
    if refusal.status == 401:
        headers['WWW-Authenticate'] = 'Bearer realm="Cointape"'
    if path.startswith(PROGRAMS):
        return answer(refusal.status, str(refusal), headers=headers)
    return PlainTextResponse(str(refusal), refusal.status, headers)
