"""What is open to all, what is a page, and where a login leads back to."""

import re
from urllib.parse import quote

from gate.asked import Asked

LOGIN, WELCOME, LOGOUT = '/login', '/welcome', '/logout'
DOORS = {LOGIN, WELCOME, LOGOUT}
FILES = re.compile(
    r'/_nicegui/\d[^/]*/(static|libraries|components|resources|dynamic_resources|esm)/.*'
    r'|/style-[0-9a-f]+\.css|/icons/[^/]+|/manifest\.webmanifest|/favicon\.ico'
)
HEALTH = '/api/health'
PAGELESS = ('/api/', '/_nicegui', '/ws/', '/docs', '/openapi.json', '/swagger/', '/metrics')
SOCKETS = '/_nicegui_ws/'
CONTROL = re.compile(r'[\x00-\x1f\x7f]')
LONGEST = 1000


def open_to_all(path: str) -> bool:
    """Whether nobody need say who they are here. What is behind it tells nothing of anybody."""
    return path in DOORS or path == HEALTH or path.startswith(f'{HEALTH}/') or is_file(path)


def is_file(path: str) -> bool:
    """Whether this is one of the files that every page needs."""
    return FILES.fullmatch(path) is not None


def is_page(path: str) -> bool:
    """Whether a browser shows this by itself."""
    return path == '/docs' or (not path.startswith(PAGELESS) and not is_file(path))


def way_in(asked: Asked, empty: bool) -> str:
    """Where somebody who is not known yet is sent; from there they come back to where they wanted."""
    door = WELCOME if empty else LOGIN
    query = asked.scope.get('query_string', b'').decode('latin-1')
    wanted = quote(asked.path, safe="/:@!$'()*,~") + (f'?{query}' if query else '')
    return door if wanted == '/' or empty else f'{door}?next={quote(own_path(wanted), safe="/")}'


def own_path(text: str) -> str:
    """`text` if it is a path of this desk's own, else '/': never another website."""
    fine = text.startswith('/') and len(text) <= LONGEST and not CONTROL.search(text) and '\\' not in text
    return text if fine and not text.startswith('//') and text.partition('?')[0] not in DOORS else '/'
