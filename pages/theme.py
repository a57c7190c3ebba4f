"""The frame that every page stands in: name, pages, search, the feed's state, Add price, light and dark.

Colours and sizes are CSS custom properties, defined once in `theme.css`. Every `*.css` beside this file is
served as one style sheet. Buttons are quiet by default; the one that does what a page is for gets the class
`filled`, one that destroys gets `danger`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path
from urllib.parse import quote

from fastapi import Response
from nicegui import app, ui

from desk.acting import Right, acting, may
from desk.desk import Desk
from desk.errors import NotFound
from pages import manifest
from pages.alert_news import AlertNews
from pages.bell import Bell
from pages.feed_line import FeedLine
from pages.keys import Keys
from pages.live import Live
from pages.menu import MENU, OF_ACCOUNTS, Place
from pages.order_news import OrderNews
from pages.own import own
from pages.replay_banner import banner
from pages.still import bottom, still

NAME, PATIENCE = 'Cointape', 30.0  # seconds for a page that reads the past: NiceGUI's three are few on a busy machine
PAGES = {'aria-label': 'Pages'}
MODES: dict[str, tuple[bool | None, str]] = {
    'auto': (None, 'brightness_auto'),
    'light': (False, 'light_mode'),
    'dark': (True, 'dark_mode'),
}
FIELDS = (ui.input, ui.select, ui.textarea, ui.number)


@dataclass(frozen=True, slots=True)
class Frame:
    """What a page may want of its frame: the search box and its keys (`keys.on('j', handler)`)."""

    search: ui.input
    keys: Keys


def register(desk: Desk, live: Live) -> None:
    """Serve the style sheet, make what pages share, and set what every field and button has in common."""
    manifest.register()
    text, url = style_sheet()
    app.state.feed_line, app.state.bell = FeedLine(desk, live), Bell(desk, live)

    @app.get(url, include_in_schema=False)
    def style() -> Response:
        return Response(text, media_type='text/css', headers={'Cache-Control': 'public, max-age=31536000, immutable'})

    for field in FIELDS:
        field.default_props('outlined dense stack-label hide-bottom-space no-error-icon')
    app.config.quasar_config['notify'] = {'attrs': {'role': 'status'}}  # said when there is a pause, not at once
    ui.button.default_props('flat no-caps')
    ui.toggle.default_props('flat no-caps toggle-color=primary')


@cache
def style_sheet() -> tuple[str, str]:
    """The style sheet's text and its address, which changes when the text does."""
    folder = Path(__file__).parent
    files = sorted(folder.glob('*.css'), key=lambda file: (file.name != 'theme.css', file.name))
    text = '\n'.join(file.read_text(encoding='utf-8') for file in files)
    return text, f'/style-{sha256(text.encode()).hexdigest()[:12]}.css'


def coin_path(name: str) -> str:
    """The address of a coin's page; names may hold slashes and spaces, and browsers take dots for folders."""
    return f'/coin/?called={name}' if name in ('.', '..') else f'/coin/{quote(name, safe="")}'


@contextmanager
def frame(title: str, desk: Desk) -> Iterator[Frame]:
    """Enter this in every page; what stands inside becomes its main part. The title goes to the browser's tab."""
    ui.page_title(f'{title} · {NAME}' if title != NAME else NAME)
    mode = app.storage.user.get('theme', 'auto')
    dark = _colours(mode)
    with ui.header(wrap=False).classes('bar'):
        ui.skip_link('Skip to the content', target=ui.context.client.content)
        still('a', NAME, 'brand', href=own('/'))
        still('nav', _pages(desk), 'pages', **PAGES)
        search = _search(desk)
        app.state.feed_line.show()
        app.state.bell.show()
        if may(Right.PRICES):
            still('a', 'Add price', 'add', href=own('/add'))
        _toggle(dark, mode)
    add = f'<a href="{own("/add")}" class="add" aria-label="Add price">Add</a>' if may(Right.PRICES) else ''
    bottom(_pages(desk, add, 'more-below'), **PAGES)
    banner(desk)
    OrderNews(desk)
    AlertNews(desk)
    yield Frame(search, Keys(desk, search))


def _colours(mode: str) -> ui.dark_mode:
    dark, _ = MODES[mode]
    scheme = '' if dark is None else f'<style>:root {{ color-scheme: {mode} }}</style>'  # before Quasar is loaded
    ui.add_head_html(f'<link rel="stylesheet" href="{own(style_sheet()[1])}">{scheme}{manifest.head_html(mode)}')
    return ui.dark_mode(dark)


def _links(*places: Place) -> str:
    here = ui.context.client.request.url.path.rstrip('/')
    return ''.join(
        f'<a href="{own(place.path)}"{" aria-current=page" if here == place.path.rstrip("/") else ""}>'
        f'{escape(place.label)}</a>'
        for place in places
    )


def _menu(desk: Desk) -> tuple[Place, ...]:
    """What there is for who acts; on a desk without accounts nothing about them."""
    places = (*MENU, *(Place(page.path, page.label, seldom=True) for page in desk.plugins.pages))
    return tuple(place for place in places if may(place.right) and (acting().via or place.path not in OF_ACCOUNTS))


def _pages(desk: Desk, add: str = '', name: str = 'more-above') -> str:
    """What one goes to often, and a door to the rest: the browser opens and closes it."""
    often, seldom = (_links(*(place for place in _menu(desk) if place.seldom is kind)) for kind in (False, True))
    here = ' class="here"' if 'aria-current' in seldom else ''
    return (
        f'{often}{add}<button type="button" popovertarget="{name}"{here}>More</button>'
        f'<div popover id="{name}" class="more">{seldom}</div>'
    )


def _search(desk: Desk) -> ui.input:
    box = ui.input(placeholder='Search  /').classes('search')
    box.props('type=search aria-label="Search coins" autocomplete=off')

    def go() -> None:
        text = (box.value or '').strip()
        if text and (path := _target(desk, text)):
            ui.navigate.to(path)

    box.on('keydown.enter', go)
    box.on('keydown.escape', lambda: box.set_value(''))
    return box


def _target(desk: Desk, text: str) -> str:
    try:
        return coin_path(desk.coin(text).name)
    except NotFound:
        on_board = ui.context.client.request.url.path == '/'  # which has filtered by the text already
        return '' if on_board else f'/?q={quote(text)}'


def _toggle(dark: ui.dark_mode, mode: str) -> None:
    def show(mode: str) -> None:
        dark.value, icon = MODES[mode]
        button.props(f'icon={icon}').props['aria-label'] = f'Colours: {mode}'
        button.props['title'] = f'Colours: {mode}'

    def turn() -> None:
        modes = list(MODES)
        mode = modes[(modes.index(app.storage.user.get('theme', 'auto')) + 1) % len(modes)]
        app.storage.user['theme'] = mode
        show(mode)

    button = ui.button(icon='contrast', on_click=turn).props('round dense').classes('toggle')
    show(mode)
