"""Services on loopback that alerts are really sent to: a webhook over HTTP and a mail server. No mocks."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.running import free_port


@dataclass
class Answer:
    """What the webhook answers; one that waits does so until `go` is set."""

    status: int = 200
    text: str = ''
    headers: dict[str, str] = field(default_factory=dict)
    go: threading.Event | None = None


@dataclass(frozen=True)
class Call:
    """What came in."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class Hook(ThreadingHTTPServer):
    """A webhook: answers with what `answers` holds, in that order, and then with 200; `calls` is what came in."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        self.calls: list[Call] = []
        self.answers: SimpleQueue[Answer] = SimpleQueue()
        self.arrived = threading.Semaphore(0)
        super().__init__(('127.0.0.1', port), _Handler)

    @property
    def url(self) -> str:
        """Its address for apprise."""
        return f'json://127.0.0.1:{self.server_address[1]}/hook/SECRETPATH'

    def will(self, *answers: Answer) -> None:
        """Answer so to the next calls."""
        for answer in answers:
            self.answers.put(answer)


class _Handler(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get('Content-Length', 0)))
        self.server.calls.append(Call(self.path, dict(self.headers), json.loads(body)))
        self.server.arrived.release()
        answer = Answer() if self.server.answers.empty() else self.server.answers.get()
        if answer.go:
            answer.go.wait(30)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        content = answer.text.encode()
        self.send_header('Content-Length', str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Nothing on stderr."""


@contextmanager
def webhook(port: int = 0) -> Iterator[Hook]:
    """A running webhook."""
    hook = Hook(port)
    thread = threading.Thread(target=hook.serve_forever, kwargs={'poll_interval': 0.01}, daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        hook.shutdown()
        hook.server_close()
        thread.join()


class Post:
    """A mail server's mind: keeps what it takes; says `reply` to a recipient where that is not ''."""

    def __init__(self) -> None:
        self.mails: list[Envelope] = []
        self.replies: list[str] = []
        self.port = free_port()

    @property
    def url(self) -> str:
        """Its address for apprise."""
        return f'mailto://127.0.0.1:{self.port}?from=desk@example.org&to=trader@example.org'

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, to: str, options: Any) -> str:
        """Refuse the recipient, or not."""
        if self.replies:
            return self.replies.pop(0)
        envelope.rcpt_tos.append(to)
        return '250 OK'

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the mail."""
        self.mails.append(envelope)
        return '250 OK'


@contextmanager
def mail_server() -> Iterator[Post]:
    """A running mail server."""
    post = Post()
    controller = Controller(post, hostname='127.0.0.1', port=post.port)
    controller.start()
    try:
        yield post
    finally:
        controller.stop()
