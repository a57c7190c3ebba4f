"""What NiceGUI works out anew for each element of each page, remembered: an element costs less than half."""

from collections.abc import Callable
from types import MethodType
from typing import Any
from weakref import WeakKeyDictionary

from nicegui import helpers

_known: WeakKeyDictionary[Callable[..., Any], bool] = WeakKeyDictionary()
_inspect = helpers.expects_arguments


def expects_arguments(func: Callable[..., Any]) -> bool:
    """As NiceGUI's; it reads a signature, three times for each element, and it is always that of the same methods."""
    method = func.__func__ if isinstance(func, MethodType) else None
    if method is None:
        return _inspect(func)
    known = _known.get(method)
    if known is None:
        known = _known[method] = _inspect(func)
    return known


def install() -> None:
    """Let NiceGUI ask here from now on."""
    helpers.expects_arguments = expects_arguments
