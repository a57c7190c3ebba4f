"""What tests of several pages do: fill fields, press buttons, read help texts, put prices on the desk."""

import asyncio
from datetime import timedelta
from decimal import Decimal

from nicegui import ui
from nicegui.testing import User

from desk.desk import Desk
from desk.ticks import Tick
from models import Cryptocurrency, Origin, utc_now


def field(user: User, label: str) -> ui.input:
    """The newest field of that label: a dialog's stands after its page's."""
    return max(user.find(kind=ui.input, content=label).elements, key=lambda element: element.id)


def fill(user: User, **values: str) -> None:
    """Write into the fields, over what is there."""
    with user:
        for label, value in values.items():
            field(user, label.capitalize()).set_value(value)


def press(user: User, button: str) -> None:
    """Press the newest button with this on it: a dialog's stands after its page's."""
    found = user.find(kind=ui.button, content=button)
    found.elements = {max(found.elements, key=lambda element: element.id)}
    found.click()


async def should_hint(user: User, label: str, text: str) -> None:
    """Wait for a help text under a field."""
    for _ in range(60):
        if text in field(user, label).props.get('hint', ''):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f'no “{text}” under {label}, but “{field(user, label).props.get("hint")}”')


async def price(desk: Desk, name: str, amount: str, ago: timedelta = timedelta()) -> Cryptocurrency:
    """A price from a program."""
    return await desk.submit(Tick(name, Decimal(amount), utc_now() - ago, 'api', Origin.PROGRAM))


async def listed(desk: Desk, name: str, amount: str) -> None:
    """A coin that an exchange lists, with a price from there."""
    await desk.listed('coinbase', {name: f'{name}/USD'}, {})
    await desk.submit_many([Tick(name, Decimal(amount), utc_now(), 'coinbase', Origin.FEED)])
