"""What one live element shows in every browser, and how NiceGUI is told. Pure."""

import json
import re
from collections.abc import Sequence
from html import unescape
from typing import Any

import orjson

ROOM = 'live:'
TAG = re.compile(r'<[^>]+>')


class Cell:
    """What one live element shows in every browser: a tag with classes, properties and inner HTML.

    `lit` is one more class, for as long as it flashes: frames bring it, page loads and snapshots do not. `element` is
    for whoever puts it on pages, to make one for all of them.
    """

    __slots__ = (
        '_calm_piece',
        '_piece',
        'children',
        'classes',
        'element',
        'html',
        'id',
        'lit',
        'props',
        'room',
        'tag',
    )

    def __init__(
        self, number: int, room: str, tag: str, classes: str, children: Sequence['Cell'], props: dict[str, str]
    ) -> None:
        self.id, self.room, self.tag = number, ROOM + room, tag
        self.classes, self.children, self.props = classes.split(), tuple(children), props
        self.element: Any = None
        self.show('')

    def show(self, html: str, lit: str = '') -> None:
        """Another content, and whether it flashes."""
        self.html, self.lit = html, lit
        self._piece = self._calm_piece = b''

    def dress(self, props: dict[str, str]) -> None:
        """Other attributes; those that are not named stay, an empty one goes."""
        self.props.update(props)
        for name in [name for name, value in self.props.items() if not value]:
            del self.props[name]
        self._piece = self._calm_piece = b''

    def rendering(self, lit: str = '') -> dict[str, Any]:
        """The element as NiceGUI sends it; `html` is made in Python and escaped by its maker."""
        shown: dict[str, Any] = {'tag': self.tag, 'props': self.props}
        if classes := [*self.classes, lit] if lit else self.classes:
            shown['class'] = classes
        if self.children:
            shown['children'] = [child.id for child in self.children]
        else:
            shown['props'] = {**self.props, 'innerHTML': self.html}
        return shown

    @property
    def piece(self) -> bytes:
        """This cell's part of a frame, as JSON, made once per change."""
        self._piece = self._piece or self._encoded(self.lit)
        return self._piece

    @property
    def calm_piece(self) -> bytes:
        """The same without its flash, for snapshots."""
        self._calm_piece = self._calm_piece or (self._encoded('') if self.lit else self.piece)
        return self._calm_piece

    def _encoded(self, lit: str) -> bytes:
        shown = self.rendering(lit)
        try:
            said = orjson.dumps(shown)
        except TypeError:  # half a character in a name from outside: no other cell of its frame shall wait for it
            said = json.dumps(shown, ensure_ascii=False).encode(errors='replace')
        return b'"%d":%b' % (self.id, said)

    @property
    def text(self) -> str:
        """What a person reads."""
        return unescape(TAG.sub('', self.html))
