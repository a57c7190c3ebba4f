"""Whether what an event brings fits the element that it is of: NiceGUI's elements believe any value of any type."""

from typing import Any

from nicegui import ui
from nicegui.element import Element
from nicegui.elements.choice_element import ChoiceElement
from nicegui.elements.mixins.value_element import ValueElement
from nicegui.event_listener import EventListener

CHANGES = 'update:'
MOVE = ('item_id', 'from_id', 'to_id', 'old_index', 'new_index')
KEY = {'key': str, 'code': str, 'action': str, 'location': int, 'repeat': bool} | dict.fromkeys(
    ('altKey', 'ctrlKey', 'metaKey', 'shiftKey'), bool
)


def fits(element: Element, listener: EventListener, args: list[Any]) -> bool:
    """Whether a browser could have made these of what was asked of it."""
    if isinstance(element, ValueElement) and listener.type.startswith(CHANGES):
        return len(args) == 1 and _is_value(element, args[0])
    if isinstance(element, ui.keyboard):
        return len(args) == 1 and _is_key(args[0])
    if listener.type == 'sortend':
        return len(args) == 1 and _is_move(element, args[0])
    if listener.args is None:
        return True
    missing = [None] * (len(listener.args) - len(args))  # an event may bring less than was asked for
    return len(args) <= len(listener.args) and all(map(_has, listener.args, [*args, *missing]))


def _has(names: Any, arg: Any) -> bool:
    """A browser sends what an event has of the fields that were asked for."""
    return names is None or (isinstance(arg, dict) and arg.keys() <= set(names))


def _is_key(arg: Any) -> bool:
    return isinstance(arg, dict) and all(isinstance(arg.get(name), kind) for name, kind in KEY.items())


def _is_move(element: Element, arg: Any) -> bool:
    """Names of a list change places within it: our pages move nothing from one list to another."""
    if not isinstance(arg, dict) or not all(type(arg.get(name)) is int for name in MOVE):
        return False
    places = range(len(element.default_slot.children))
    here = arg['from_id'] == arg['to_id'] == element.id and any(
        arg['item_id'] == child.id for child in element.default_slot.children
    )
    return here and arg['old_index'] in places and arg['new_index'] in places


def _is_value(element: ValueElement[Any], value: Any) -> bool:
    if isinstance(element, ui.select):
        picked = value if element.multiple and isinstance(value, list) else [value]
        return all(
            each is None or (isinstance(each, dict) and _is_place(element, each.get('value'))) for each in picked
        )
    if isinstance(element, ChoiceElement):
        return value is None or _is_place(element, value)
    if isinstance(element, ui.input | ui.textarea):
        return value is None or isinstance(value, str)
    if isinstance(element, ui.number):
        return value is None or isinstance(value, int | float) or (isinstance(value, str) and _is_number(value))
    return (
        value is None
        or isinstance(value, bool)
        or (isinstance(value, str | int) and type(value) is type(element.value))
    )


def _is_place(element: ChoiceElement, place: Any) -> bool:
    return isinstance(place, int) and not isinstance(place, bool) and 0 <= place < len(element._values)


def _is_number(text: str) -> bool:
    try:
        float(text or 0)
    except ValueError:
        return text == '-'
    return True
