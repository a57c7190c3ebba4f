"""What a service answered while apprise spoke to it.

apprise says True or False and writes a line to its log: enough for people, but whether a failure is for good, and how
long a service asks to be left alone, is in neither in a form that one may rely on. Its log lines are worded by each of
its 190 plugins, and some name the token. So the two doors through which nearly all of them go out are watched:
`requests` (its `HTTPAdapter.send`, which every `requests.post` ends in) and `smtplib` (the four public methods that
apprise calls). Both are passed through unchanged; what failed is noted for the thread that asked for it, and for no
other. Plugins with a way of their own (MQTT, SMPP) leave no note: their failures count as passing.
"""

import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

ANSWER_LENGTH = 200
PASSING = {408, 423, 425, 429}  # of the answers 4xx: a later attempt may do better
SMTP_READY = 220


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something was not taken: in words, whether for good, whether it was told `quickly` rather than by silence.

    `pause` is how many seconds the service asks to be left alone.
    """

    reason: str
    permanent: bool = False
    quickly: bool = True
    pause: float | None = None


_notes: ContextVar[list[Failure] | None] = ContextVar('notes', default=None)


@contextmanager
def witnessed() -> Iterator[list[Failure]]:
    """Note what fails in this thread, in its order, until the `with` ends."""
    notes: list[Failure] = []
    token = _notes.set(notes)
    try:
        yield notes
    finally:
        _notes.reset(token)


def of_answer(response: requests.Response) -> Failure:
    """An answer over HTTP that is no 2xx."""
    status = response.status_code
    host = urlsplit(response.url or '').hostname
    said = f'{host} answered {status} {response.reason or ""}'.strip()
    text = '' if 'html' in response.headers.get('Content-Type', '') else ' '.join(response.text.split())
    return Failure(
        f'{said}: {text[:ANSWER_LENGTH]}' if text else f'{said}.',
        permanent=300 <= status < 500 and status not in PASSING,
        pause=seconds_asked(response.headers.get('Retry-After', '')),
    )


def seconds_asked(text: str) -> float | None:
    """What a Retry-After header asks for, given in seconds or as a moment."""
    if text.strip().isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (moment.astimezone(UTC) - datetime.now(UTC)).total_seconds())


def of_trouble(error: BaseException, host: str) -> Failure:
    """No answer at all. The error's own text is left out: it holds the address, and so the token."""
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidHeader | UnicodeError):
        return Failure('The address is none that can be reached.', permanent=True)
    if isinstance(error, requests.Timeout | TimeoutError):
        return Failure(f'{host} did not answer in time.', quickly=False)
    if isinstance(error, requests.exceptions.SSLError):
        return Failure(f'The certificate of {host} is not to be trusted.')
    return Failure(f'{host} cannot be reached: {_root(error)}.')


def of_mail(error: BaseException, host: str) -> Failure:
    """A mail server that refused, or is not there."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _refused(host, error.recipients)
    if isinstance(error, smtplib.SMTPResponseException):
        return _of_reply(host, error.smtp_code, error.smtp_error)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Failure(f'{host} does not offer what this address asks for (a login, or encryption).', permanent=True)
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return Failure(f'{host} closed the connection.')
    return of_trouble(error, host)


def _of_reply(host: str, code: int, text: bytes | str) -> Failure:
    said = ' '.join((text.decode('utf-8', 'replace') if isinstance(text, bytes) else text).split())
    return Failure(f'{host} answered {code} {said[:ANSWER_LENGTH]}'.strip(), permanent=code >= 500)


def _refused(host: str, recipients: dict[str, tuple[int, bytes]]) -> Failure:
    """Passing if that is so for one of them."""
    code, text = min(recipients.values(), key=lambda reply: reply[0])
    return _of_reply(host, code, text)


def _root(error: BaseException) -> str:
    """What the operating system said, from the depth of an error."""
    said = type(error).__name__
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.strerror:
            said = seen.strerror
        seen = seen.__cause__ or seen.__context__
    return said


def _watch_http() -> None:
    send = HTTPAdapter.send

    def watched(self: HTTPAdapter, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        notes = _notes.get()
        if notes is None:
            return send(self, request, *args, **kwargs)
        try:
            response = send(self, request, *args, **kwargs)
            if not 200 <= response.status_code < 300:
                notes.append(of_answer(response))
        except (requests.RequestException, OSError, UnicodeError) as error:
            notes.append(of_trouble(error, urlsplit(request.url or '').hostname or 'The service'))
            raise
        return response

    setattr(HTTPAdapter, 'send', watched)  # noqa: B010  (mypy lets no method be replaced)


def _watch_mail(name: str, judge: Callable[[str, Any], Failure | None]) -> None:
    method = getattr(smtplib.SMTP, name)

    def watched(self: smtplib.SMTP, *args: Any, **kwargs: Any) -> Any:
        notes = _notes.get()
        if notes is None:
            return method(self, *args, **kwargs)
        host = str(getattr(self, '_host', '') or 'The mail server')
        try:
            answer = method(self, *args, **kwargs)
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            notes.append(of_mail(error, host))
            raise
        if failure := judge(host, answer):
            notes.append(failure)
        return answer

    setattr(smtplib.SMTP, name, watched)


def _no_welcome(host: str, answer: tuple[int, bytes]) -> Failure | None:
    return None if answer[0] == SMTP_READY else _of_reply(host, *answer)


def _some_refused(host: str, answer: dict[str, tuple[int, bytes]]) -> Failure | None:
    return _refused(host, answer) if answer else None


def _never(host: str, answer: object) -> Failure | None:
    return None


_watch_http()
_watch_mail('connect', _no_welcome)
_watch_mail('starttls', _never)
_watch_mail('login', _never)
_watch_mail('sendmail', _some_refused)
