"""Which exchanges there are, read from ccxt's folder: importing ccxt would cost the desk seconds. Pure but for that."""

import re
from difflib import get_close_matches
from functools import cache
from importlib.util import find_spec
from pathlib import Path

SHORTER = {'none': 'Exchange', 'coinbase': 'Coinbase'}  # ccxt says “Coinbase Advanced”
KNOWN = ('coinbase', 'binance', 'kraken')
NAME = re.compile(r"'name': '([^']+)'")


@cache
def streaming() -> frozenset[str]:
    """The ids of all exchanges with websockets."""
    return _modules('pro')


@cache
def label(exchange: str) -> str:
    """What people call an exchange."""
    path = _folder() / f'{exchange}.py'
    if exchange in SHORTER or not path.is_file():
        return SHORTER.get(exchange, exchange)
    found = NAME.search(path.read_text(encoding='utf-8'))
    return found[1] if found else exchange.capitalize()


def problem(exchange: str) -> str:
    """Why this exchange cannot be used, in a sentence that names others; '' where it can."""
    if exchange == 'none' or exchange in streaming():
        return ''
    near = get_close_matches(exchange.lower(), sorted(streaming()), n=3, cutoff=0.5)
    hint = f'try {", ".join(near or KNOWN)}, or none.'
    if exchange in _modules('.'):
        return f'{label(exchange)} has no live prices (no websockets in ccxt); {hint}'
    return f'There is no exchange called “{exchange[:40]}”; {hint}'


def _modules(part: str) -> frozenset[str]:
    return frozenset(path.stem for path in (_folder() / part).glob('*.py') if not path.stem.startswith('_'))


def _folder() -> Path:
    spec = find_spec('ccxt')
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError('ccxt is not installed: pip install -r requirements.txt')
    return Path(spec.submodule_search_locations[0])
