"""The two pages for who is not known yet: plain forms with no script or socket, so that a stranger costs little."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from html import escape

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from nicegui import app
from starlette.datastructures import FormData

from desk.acting import acting_as
from desk.desk import Desk
from desk.errors import DeskError, TooMany
from gate import cookies
from gate.paths import own_path
from pages import manifest
from pages.own import own
from pages.theme import NAME, style_sheet

LONGEST = 1000  # characters of a field: what is longer is nobody's password
Enter = Callable[[Request, dict[str, str]], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Field:
    """One line to write in; `completed` tells a password manager what belongs there."""

    name: str
    label: str
    completed: str
    kind: str = 'text'
    hint: str = ''
    needed: bool = True
    shortest: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A page with one form."""

    path: str
    title: str
    words: str
    button: str
    fields: tuple[Field, ...]


LOGIN = Entry(
    '/login',
    'Log in',
    '',
    'Log in',
    (
        Field('name', 'Name', 'username'),
        Field('password', 'Password', 'current-password', 'password'),
        Field('code', 'One-time code', 'one-time-code', hint='Only if your account has a second factor.', needed=False),
    ),
)
WELCOME = Entry(
    '/welcome',
    'Make the first account',
    'This desk has no administrator yet. The code stands where the desk was started: on its console or in its log.',
    'Make the account',
    (
        Field('code', 'Code from the console', 'off'),
        Field('name', 'Your name', 'username'),
        Field('password', 'Password', 'new-password', 'password', hint='At least 12 characters.', shortest=12),
    ),
)


def register(desk: Desk) -> None:
    """Serve both pages, what their forms send, and the way out."""

    async def log_in(request: Request, given: dict[str, str]) -> str:
        return await desk.accounts.login(given['name'], given['password'], given['code'], *_caller(request))

    async def begin(request: Request, given: dict[str, str]) -> str:
        return await desk.accounts.welcome(given['code'], given['name'], given['password'], *_caller(request))

    @app.get(LOGIN.path, include_in_schema=False)
    def login(request: Request) -> Response:
        if desk.accounts.empty:
            return RedirectResponse(WELCOME.path, 303)
        return page(LOGIN, after=request.query_params.get('next', ''))

    @app.get(WELCOME.path, include_in_schema=False)
    def welcome() -> Response:
        return page(WELCOME) if desk.accounts.empty else RedirectResponse(LOGIN.path, 303)

    @app.post(LOGIN.path, include_in_schema=False)
    async def enter(request: Request) -> Response:
        return await _entered(desk, LOGIN, log_in, request)

    @app.post(WELCOME.path, include_in_schema=False)
    async def found(request: Request) -> Response:
        return await _entered(desk, WELCOME, begin, request)

    @app.post('/logout', include_in_schema=False)
    async def leave(request: Request) -> Response:
        await desk.accounts.logout()
        response = RedirectResponse(LOGIN.path, 303)
        cookies.forget(response, request, desk.settings)
        return response


async def _entered(desk: Desk, entry: Entry, enter: Enter, request: Request) -> Response:
    form = await request.form()
    given, after = _given(entry, form), own_path(str(form.get('next', '')))
    try:
        secret = await enter(request, given)
    except DeskError as error:
        wait = {'Retry-After': str(error.retry_after)} if isinstance(error, TooMany) else {}
        return page(entry, given, str(error), after, error.status, wait)
    response = RedirectResponse(_first(desk, secret, request) or after, 303)
    cookies.put(response, secret, request, desk.settings)
    return response


def _first(desk: Desk, secret: str, request: Request) -> str:
    """Where somebody goes before all else: to choose a password, if theirs was given to them."""
    asked = desk.accounts.session(secret, _caller(request)[0])
    if asked is None:
        return ''
    with acting_as(asked):
        return '/account' if desk.accounts.me().provisional else ''


def _given(entry: Entry, form: FormData) -> dict[str, str]:
    return {field.name: str(form.get(field.name, ''))[:LONGEST] for field in entry.fields}


def _caller(request: Request) -> tuple[str, str]:
    """The address and the browser that somebody comes with."""
    return request.client.host if request.client else '', request.headers.get('user-agent', '')


def page(
    entry: Entry,
    given: dict[str, str] | None = None,
    refused: str = '',
    after: str = '',
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    """The page, with what was written before (no password, no code) and why that was refused."""
    kept = {key: value for key, value in (given or {}).items() if key == 'name'}
    fields = ''.join(_field(field, kept.get(field.name, ''), field is entry.fields[0]) for field in entry.fields)
    words = f'<p class="hint">{escape(entry.words)}</p>' if entry.words else ''
    wrong = f'<p class="refused" role="alert">{escape(refused)}</p>' if refused else ''
    html = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{entry.title} · {NAME}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="stylesheet" href="{own(style_sheet()[1])}">{manifest.head_html("auto")}</head>'
        f'<body class="entry"><main><span class="brand">{NAME}</span><h1>{entry.title}</h1>{words}{wrong}'
        f'<form method="post" action="{own(entry.path)}"><input type="hidden" name="next" value="{escape(after)}">'
        f'{fields}<button class="button filled">{entry.button}</button></form></main></body></html>'
    )
    return HTMLResponse(html, status, {'Cache-Control': 'no-store', **(headers or {})})


def _field(field: Field, value: str, first: bool) -> str:
    extra = f'{" required" if field.needed else ""}{" autofocus" if first else ""}'
    extra += f' minlength={field.shortest}' if field.shortest else ''
    extra += ' inputmode=numeric' if field.completed == 'one-time-code' else ''
    hint = f'<p class="hint" id="{field.name}-hint">{escape(field.hint)}</p>' if field.hint else ''
    told = f' aria-describedby="{field.name}-hint"' if hint else ''
    return (
        f'<div><label for="{field.name}">{escape(field.label)}</label><input id="{field.name}" name="{field.name}" '
        f'type="{field.kind}" value="{escape(value)}" autocomplete="{field.completed}"'
        f' maxlength={LONGEST}{extra}{told}>{hint}</div>'
    )
