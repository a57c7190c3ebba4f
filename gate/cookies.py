"""The cookie of a session: what it is called, and how it is put and taken away.

Behind TLS its name begins with `__Host-`: a browser then takes it from this host alone, by TLS alone, for all paths. A
desk behind a path prefix shares its host with others, so there the cookie is for the prefix, without that name.
"""

from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response

from desk.settings import Settings

NAME = 'cointape_session'
DAY = 86_400
LONGEST = 200  # characters of a secret


def put(response: Response, secret: str, request: Request, settings: Settings) -> None:
    """Let the browser keep a session's secret. What the browser kept for whoever was here before is given up."""
    _set(response, secret, settings.session_days * DAY, request, settings)
    _forget_pages(request)


def forget(response: Response, request: Request, settings: Settings) -> None:
    """Take the secret away, and what the browser kept for its user."""
    _set(response, '', 0, request, settings)
    _forget_pages(request)


def cookie_name(secure: bool, settings: Settings) -> str:
    """What the cookie is called: a browser that came by TLS must not be handed one that another could have put."""
    return f'__Host-{NAME}' if secure and not settings.path_prefix else NAME


@lru_cache(4096)
def cookie_of(header: str, name: str) -> str:
    """The value of the first cookie of this name; '' where there is none, or one too long to be ours."""
    for part in header.split(';'):
        key, _, value = part.strip().partition('=')
        if key == name:
            return value if len(value) <= LONGEST else ''
    return ''


def _set(response: Response, secret: str, seconds: int, request: Request, settings: Settings) -> None:
    response.set_cookie(
        cookie_name(_secure(request), settings),
        secret,
        max_age=seconds,
        path='/',  # behind a prefix that is put before it on the way out
        secure=_secure(request),
        httponly=True,
        samesite='lax',
    )


def _forget_pages(request: Request) -> None:
    if 'session' in request.scope:
        request.session.clear()  # the signed cookie that names what NiceGUI keeps for this browser


def _secure(request: Request) -> bool:
    return request.url.scheme in ('https', 'wss')
