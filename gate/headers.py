"""What every answer says of itself to a browser, and why the pages' policy is no stricter."""

import secrets
from collections.abc import Sequence

from starlette.types import Message, Scope, Send

from desk.settings import Settings
from gate.asked import Asked

Headers = Sequence[tuple[bytes, bytes]]
NONCE = 'cointape.nonce'  # in the scope: what marks the scripts that NiceGUI writes into a page
YEAR = 31_536_000
ALLOWED = (
    "default-src 'self'",
    "script-src 'self' 'nonce-{nonce}'{eval}",
    "script-src-attr 'none'",
    "style-src 'self' 'unsafe-inline'",  # NiceGUI, Quasar, Swagger UI and ECharts write styles from scripts
    "img-src 'self' data:",  # NiceGUI's icon, and pictures inside the style sheets of Quasar and Swagger UI
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
)
EVAL = " 'unsafe-eval'"  # nicegui.js evaluates the handlers of its elements, Vue the templates of its components
NICEGUI = b'x-nicegui-content'  # on its pages alone
UNUSED = ('camera', 'display-capture', 'geolocation', 'microphone', 'midi', 'payment', 'serial', 'usb')
STEADY = {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',  # with less, a form's own Origin would be "null"
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': ', '.join(f'{feature}=()' for feature in UNUSED),
}


class Dressed:
    """Puts the headers on answers."""

    def __init__(self, settings: Settings) -> None:
        framing = ' '.join(sorted(set(settings.trusted_origins) - {'null'})) or "'none'"
        self.page = '; '.join([*ALLOWED, f'frame-ancestors {framing}'])
        self.rest = f"default-src 'none'; frame-ancestors {framing}".encode()
        steady = STEADY if framing == "'none'" else {**STEADY, 'cross-origin-resource-policy': 'cross-origin'}
        self.steady = [(name.encode(), value.encode()) for name, value in steady.items()]
        self.safe = [*self.steady, (b'strict-transport-security', f'max-age={YEAR}'.encode())]

    def around(self, asked: Asked, scope: Scope, send: Send, private: bool) -> Send:
        """Sends what is sent, with headers; `private`: nobody may keep it, as it is for who asked alone."""
        nonce = scope[NONCE] = secrets.token_urlsafe(12)

        async def sending(message: Message) -> None:
            if message['type'] in ('http.response.start', 'websocket.http.response.start'):
                message['headers'] = self._with(list(message.get('headers', ())), asked.secure, nonce, private)
            await send(message)

        return sending

    def _with(self, headers: list[tuple[bytes, bytes]], secure: bool, nonce: str, private: bool) -> Headers:
        said = dict(headers)
        policy = self.rest
        if said.get(b'content-type', b'').startswith(b'text/html'):
            policy = self.page.format(nonce=nonce, eval=EVAL if NICEGUI in said else '').encode()
        if private:
            headers = [header for header in headers if header[0].lower() != b'cache-control']
            headers.append((b'cache-control', b'no-store'))
        if secure:
            headers = [(name, _secured(name, value)) for name, value in headers]
        return [*headers, *(self.safe if secure else self.steady), (b'content-security-policy', policy)]


def _secured(name: bytes, value: bytes) -> bytes:
    """NiceGUI's cookie, too, is for TLS alone where TLS is spoken."""
    bare = name.lower() == b'set-cookie' and b'secure' not in [part.strip() for part in value.lower().split(b';')]
    return value + b'; Secure' if bare else value
