"""Takes secrets out of what is logged: whatever a library, a traceback or a stranger's request put there.

It looks for their forms, so it is the last net. The first is that nothing of the desk's own says a secret at all.
"""

import re
from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

HIDDEN = '****'
LONGEST = 32_768  # characters; of what is longer the middle is left out
WEB, DATABASES = {'http', 'https', 'ws', 'wss'}, {'postgres', 'postgresql', 'mysql', 'redis', 'rediss'}
FILES = {'sqlite', 'file'}

_QUOTED = r""""(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*\'"""
# between a name and its value, in headers, JSON and Python
_IS = r"""["']?\s{0,2}(?::|=>?|,\s?(?=b?["']))\s{0,2}(?:b(?=["']))?"""
_NAMES = (
    'password|passwd|passphrase|passcode|pwd|secret|token|api[_-]?key|apikey|credential|private[_-]?key|authorization'
    '|cookie|client[_-]?id|csrf|totp|otp|query_string|input_value'
)
_HEADERS = 'authorization|cookie|set-cookie|proxy-authorization'
_RULES: list[tuple[str, str | Callable[[re.Match[str]], str]]] = [
    (r'\b([a-z][a-z0-9+.-]{1,30})://([^\s"\'<>\\]*)', lambda found: _address(found[1], found[2])),
    (rf'\b({_HEADERS})({_IS})(?:{_QUOTED}|[^"\'\n]+)', rf'\1\2{HIDDEN}'),
    (r'\b(bearer)\s+[^\s"\',;]+', rf'\1 {HIDDEN}'),
    (r'\b(basic)\s+[\w+/=-]{8,}', rf'\1 {HIDDEN}'),
    (rf'((?:{_NAMES})[\w-]{{0,20}})({_IS})(?:{_QUOTED}|\[[^\]\n]{{0,2000}}\]|[^\s"\',;&)\]}}]+)', rf'\1\2{HIDDEN}'),
    (rf'\b(sid|session(?:[_-]?\w{{1,10}})?|input)({_IS})(?:{_QUOTED}|(?=[\w-]*\d)[\w-]{{12,}})', rf'\1\2{HIDDEN}'),
    (rf'\b((?:[\w-]{{0,20}}codes?|pin))({_IS}|\s(?:is\s)?)\[[^\]\n]{{0,2000}}\]', rf'\1\2{HIDDEN}'),
    (rf'\b((?:[\w-]{{0,20}}codes?|pin))({_IS}|\s(?:is\s)?)["\']?(?=[\w-]*\d)[\w-]{{6,}}["\']?', rf'\1\2{HIDDEN}'),
    (r'(?<=[^\s"\'])\?[^\s"\'<>]+', f'?{HIDDEN}'),
    (r'\[parameters: .*', f'[parameters: {HIDDEN}]'),
    (r'(Failing row contains )\(.*', rf'\1{HIDDEN}'),
    (r'(Key \([^)\n]{0,200}\)=)\([^)\n]{0,2000}\)', rf'\1({HIDDEN})'),
    (r'\$argon2\S+', HIDDEN),
    (r'\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b', HIDDEN),
    (r'(?<![\w-])[0-9a-f]{32,}(?![\w-])', HIDDEN),
]
_EXACT = (
    r'(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{20,}={0,2}',  # base64, of a token or a sealed address
    r'(?<![\w-])(?=[A-Z2-7]*\d)[A-Z2-7]{16,}(?![\w-])|(?<![\w-])[A-Z2-7]{32,}(?![\w-])',  # base32, of a second factor
)
_COMPILED = [(re.compile(pattern, re.IGNORECASE), put) for pattern, put in _RULES]
_COMPILED += [(re.compile(pattern), HIDDEN) for pattern in _EXACT]


def mask(text: str) -> str:
    """The text with **** for each bearer token, cookie, password, one-time code, client_id, query string, database
    password, channel address and for what looks like a key. Takes time in proportion to the text."""
    if len(text) > LONGEST:
        half = LONGEST // 2
        text = f'{text[:half]} … {len(text) - LONGEST:,} characters left out … {text[-half:]}'
    for pattern, put in _COMPILED:
        text = pattern.sub(put, text)
    return text


def _address(scheme: str, rest: str) -> str:
    """Of a web address its host, of one's own the path too; of a database all but the password; of others nothing."""
    scheme = scheme.lower()
    if (kind := scheme.partition('+')[0]) in FILES:
        return f'{scheme}://{rest}'
    login, at, place = rest.rpartition('@')
    shown = f'{login.partition(":")[0]}:{HIDDEN}@' if at and kind in DATABASES else f'{HIDDEN}@' if at else ''
    if kind in DATABASES:
        return f'{scheme}://{shown}{_without_query(place)}'
    if scheme not in WEB:
        return f'{scheme}://{HIDDEN}'
    host, slash, path = place.partition('/')
    if _is_here(host):
        return f'{scheme}://{shown}{_without_query(place)}'
    return f'{scheme}://{shown}{_without_query(host)}{slash}{HIDDEN if path else ""}'


def _without_query(place: str) -> str:
    before, mark, _ = place.partition('?')
    return f'{before}?{HIDDEN}' if mark else before


def _is_here(host: str) -> bool:
    try:
        name = urlsplit(f'//{host}').hostname or ''
        return name == 'localhost' or ip_address(name).is_loopback
    except ValueError:
        return False
