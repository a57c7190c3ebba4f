"""What a person reads on a page of NiceGUI that is there only as its elements."""

from collections.abc import Iterator
from html import escape
from html.parser import HTMLParser
from typing import Any

Elements = dict[str, dict[str, Any]]
Fields = dict[str, str]
VOID = {'area', 'br', 'col', 'hr', 'img', 'input', 'link', 'meta', 'source', 'wbr'}
CONTENT = {'innerHTML', 'textContent', 'innerText'}


def read_fields(elements: Elements, field: str) -> Fields:
    """Coin → the text under its `data-field`, of every `data-coin` that the root leads to."""
    reader = _Reader(field)
    reader.feed(''.join(_html(elements, '0')))
    reader.close()
    return {coin: ''.join(parts).strip() for coin, parts in reader.found.items()}


def read_rows(elements: Elements) -> list[tuple[str, str]]:
    """Each `data-coin` that the root leads to, in reading order, and all that is drawn of it."""
    told = ((ident, str(elements[ident].get('props', {}).get('data-coin', ''))) for ident in _reached(elements, '0'))
    return [(coin, ''.join(_html(elements, ident))) for ident, coin in told if coin]


def _reached(elements: Elements, ident: str) -> Iterator[str]:
    """The element and all below it that there are."""
    if ident in elements:
        yield ident
        for child in _children(elements[ident]):
            yield from _reached(elements, str(child))


def _html(elements: Elements, ident: str) -> Iterator[str]:
    """The element and all below it, as the browser would draw it."""
    element = elements.get(ident)
    if element is None:
        return
    props = element.get('props') or {}
    told = ''.join(
        f' {name}="{escape(str(value))}"'
        for name, value in props.items()
        if name not in CONTENT and isinstance(value, str | int | float)
    )
    classes = escape(' '.join(element.get('class') or ()))
    yield f'<{element["tag"]} class="{classes}"{told}>'
    yield str(props.get('innerHTML', ''))
    yield escape(str(props.get('textContent') or props.get('innerText') or element.get('text') or ''))
    for child in _children(element):
        yield from _html(elements, str(child))
    yield f'</{element["tag"]}>'


def _children(element: dict[str, Any]) -> Iterator[int | str]:
    slots = {'default': {'ids': element.get('children') or []}, **(element.get('slots') or {})}
    for slot in slots.values():
        yield from slot.get('ids') or []


class _Reader(HTMLParser):
    """Collects the text of one field by the coin around it."""

    def __init__(self, field: str) -> None:
        super().__init__(convert_charrefs=True)
        self.field, self.found = field, dict[str, list[str]]()
        self.open: list[tuple[str, str | None, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        _, coin, inside = self.open[-1] if self.open else ('', None, False)
        coin, inside = told.get('data-coin', coin), inside or told.get('data-field') == self.field
        if inside and coin is not None:
            self.found.setdefault(coin, [])
        if tag not in VOID:
            self.open.append((tag, coin, inside))

    def handle_endtag(self, tag: str) -> None:
        while tag not in VOID and any(tag == opened for opened, _, _ in self.open):
            if self.open.pop()[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        _, coin, inside = self.open[-1] if self.open else ('', None, False)
        if inside and coin is not None:
            self.found[coin].append(data)
