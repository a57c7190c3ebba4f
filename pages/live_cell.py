"""What one live element shows in every browser, and how NiceGUI is told. Pure."""

import re
from collections.abc import Sequence
from html import unescape
from typing import Any

ROOM = 'live:'
TAG = re.compile(r'<[^>]+>')


class Cell:
    """What one live element shows in every browser: a tag with classes, properties and inner HTML.

    `html` is what the last frame said and may flash; `calm` is the same without the flash.
    """

    __slots__ = ('calm', 'children', 'classes', 'html', 'id', 'props', 'room', 'tag')

    def __init__(
        self, number: int, room: str, tag: str, classes: str, children: Sequence['Cell'], props: dict[str, str]
    ) -> None:
        self.id, self.room, self.tag = number, ROOM + room, tag
        self.classes, self.children, self.props = classes.split(), tuple(children), props
        self.html = self.calm = ''

    def rendering(self, html: str) -> dict[str, Any]:
        """The element as NiceGUI sends it; `html` is made in Python and escaped by its maker."""
        shown: dict[str, Any] = {'tag': self.tag, 'props': self.props}
        if self.classes:
            shown['class'] = self.classes
        if self.children:
            shown['children'] = [child.id for child in self.children]
        else:
            shown['props'] = {**self.props, 'innerHTML': html}
        return shown

    @property
    def text(self) -> str:
        """What a person reads."""
        return unescape(TAG.sub('', self.calm))
