"""What a phone needs to install the desk as an app: a manifest and icons; no service worker, and so no script.

The icons are made from `icons/icon.svg` by `make icons` and kept beside it.
"""

from pathlib import Path
from typing import Any

from fastapi import Response
from fastapi.responses import JSONResponse
from nicegui import app

from pages.own import own

FOLDER = Path(__file__).parent / 'icons'
SVG = FOLDER / 'icon.svg'
PATH, KEPT = '/manifest.webmanifest', 'public, max-age=86400'
SURFACE = {'light': '#ffffff', 'dark': '#171b1e'}  # theme.css: what the bar is painted with
BACKGROUND = '#f6f6f3'
ROUND, FULL = (192, 512), (180, 512)  # pixels; Apple and `maskable` cut the corners off by themselves
MANIFEST: dict[str, Any] = {  # its addresses are relative to its own: they hold behind any prefix
    'name': 'Cointape',
    'short_name': 'Cointape',
    'description': 'A live cryptocurrency board and paper-trading desk.',
    'lang': 'en',
    'start_url': './',
    'scope': './',
    'display': 'standalone',
    'theme_color': SURFACE['light'],
    'background_color': BACKGROUND,
    'categories': ['finance'],
    'icons': [
        {'src': 'icons/icon-192.png', 'sizes': '192x192', 'type': 'image/png', 'purpose': 'any'},
        {'src': 'icons/icon-512.png', 'sizes': '512x512', 'type': 'image/png', 'purpose': 'any'},
        {'src': 'icons/full-512.png', 'sizes': '512x512', 'type': 'image/png', 'purpose': 'maskable'},
    ],
    'shortcuts': [
        {'name': 'Add a price', 'url': './add'},
        {'name': 'Trading', 'url': './trading/'},
        {'name': 'Portfolio', 'url': './portfolio'},
    ],
}


def register() -> None:
    """Serve the manifest and the icons, which are read once."""
    icons = {file.name: file.read_bytes() for file in FOLDER.glob('*.png')}

    @app.get(PATH, include_in_schema=False)
    def manifest() -> Response:
        return JSONResponse(MANIFEST, media_type='application/manifest+json', headers={'Cache-Control': KEPT})

    @app.get('/icons/{name}', include_in_schema=False)
    def icon(name: str) -> Response:
        if name not in icons:
            return Response(status_code=404)
        return Response(icons[name], media_type='image/png', headers={'Cache-Control': KEPT})


def head_html(mode: str) -> str:
    """The links that a page needs in its head, and the colour of the window's frame in `mode`: auto, light or dark."""
    links = f'<link rel="manifest" href="{own(PATH)}"><link rel="apple-touch-icon" href="{own("/icons/full-180.png")}">'
    if mode in SURFACE:
        return f'{links}<meta name="theme-color" content="{SURFACE[mode]}">'
    return links + ''.join(
        f'<meta name="theme-color" media="(prefers-color-scheme: {scheme})" content="{colour}">'
        for scheme, colour in SURFACE.items()
    )
