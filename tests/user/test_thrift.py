"""NiceGUI asks what is remembered, and gets the answers that it would have got."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from nicegui import helpers, ui
from nicegui.testing import User

from pages import thrift


class Methods:
    def nothing(self) -> None: ...

    def one(self, value: int) -> None: ...

    def optional(self, value: int = 1, *values: int, **named: int) -> None: ...

    @classmethod
    def of_class(cls, value: int) -> None: ...

    @staticmethod
    def static(value: int) -> None: ...


@pytest.mark.parametrize(
    ('func', 'expected'),
    [
        (Methods().nothing, False),
        (Methods().one, True),
        (Methods().optional, False),
        (Methods.of_class, True),
        (Methods.static, True),
        (partial(Methods().one, 1), False),
        (lambda: None, False),
        (lambda value: None, True),
    ],
)
def test_the_answer_is_the_same_however_often_it_is_asked(func: Callable[..., Any], expected: bool) -> None:
    assert [thrift.expects_arguments(func) for _ in range(3)] == [expected] * 3


def test_two_objects_of_a_class_share_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Callable[..., Any]] = []

    def inspect(func: Callable[..., Any]) -> bool:
        asked.append(func)
        return True

    monkeypatch.setattr(thrift, '_inspect', inspect)

    class Fresh:
        def method(self, value: int) -> None: ...

    assert thrift.expects_arguments(Fresh().method)
    assert thrift.expects_arguments(Fresh().method)
    assert len(asked) == 1


async def test_an_element_asks_here(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Callable[..., Any]] = []

    def listening(func: Callable[..., Any]) -> bool:
        asked.append(func)
        return thrift.expects_arguments(func)

    @ui.page('/asks')
    def page() -> None:
        with monkeypatch.context() as during:
            during.setattr(helpers, 'expects_arguments', listening)
            ui.element('div')

    assert helpers.expects_arguments.__module__ == thrift.__name__
    await user.open('/asks')
    assert [func.__name__ for func in asked] == ['_update'] * 3
