"""What Chromium has laid out, read without a script: which words are cut off, and what moves."""

from typing import Any

from playwright.sync_api import Page

STYLES = ['overflow-x', 'text-overflow', 'visibility', 'clip-path']
SLACK = 1.5  # CSS pixels: glyphs are rounded


def cut_off(page: Page) -> list[str]:
    """Words that stand beyond the window's sides, or are clipped with neither dots nor a way to scroll to them.

    Not those of a chart: it is a picture, and has a name.
    """
    width = page.viewport_size['width'] if page.viewport_size else 0
    taken = page.context.new_cdp_session(page).send('DOMSnapshot.captureSnapshot', {'computedStyles': STYLES})
    strings, document = taken['strings'], taken['documents'][0]
    boxes = _boxes(document, strings)
    found = []
    for node, (left, right, _) in boxes.items():
        text = _text(document, strings, node)
        edges = _edges(document, strings, boxes, node, float(width)) if text.strip() and right > left else None
        if edges and (left < edges[0] - SLACK or right > edges[1] + SLACK):
            found.append(f'{text.strip()[:60]} at {left:.0f} to {right:.0f} within {edges[0]:.0f} to {edges[1]:.0f}')
    return found


def _boxes(document: dict[str, Any], strings: list[str]) -> dict[int, tuple[float, float, dict[str, str]]]:
    """By node: its left, its right, and its style."""
    layout = document['layout']
    return {
        node: (x, x + width, dict(zip(STYLES, (strings[number] for number in styles), strict=False)))
        for node, (x, _, width, _), styles in zip(layout['nodeIndex'], layout['bounds'], layout['styles'], strict=True)
    }


def _text(document: dict[str, Any], strings: list[str], node: int) -> str:
    value = document['nodes']['nodeValue'][node]
    return strings[value] if document['nodes']['nodeType'][node] == 3 and value >= 0 else ''


def _edges(
    document: dict[str, Any],
    strings: list[str],
    boxes: dict[int, tuple[float, float, dict[str, str]]],
    node: int,
    width: float,
) -> tuple[float, float] | None:
    """Between what a text must stand; None where it is not meant to be seen, has dots, or can be scrolled to."""
    left, right = 0.0, width
    around = document['nodes']['parentIndex'][node]
    while around >= 0:
        if strings[document['nodes']['nodeName'][around]] == 'svg':
            return None
        if around in boxes:
            from_, to, style = boxes[around]
            if style.get('visibility') == 'hidden' or style.get('clip-path', 'none') != 'none':
                return None
            if style.get('text-overflow') == 'ellipsis' or style.get('overflow-x') in ('auto', 'scroll'):
                return None
            if style.get('overflow-x') in ('hidden', 'clip'):
                left, right = max(left, from_), min(right, to)
        around = document['nodes']['parentIndex'][around]
    return left, right
