"""The gate between a desk and whoever calls it: who acts, by which name, how often, and what browsers are told."""

from collections.abc import Callable, Mapping
from functools import partial

from fastapi import FastAPI
from starlette.types import ASGIApp

from desk.settings import Settings
from gate.gate import Gate
from gate.visitors import Client, Visitors
from gate.who import Accounts


def install(app: FastAPI, settings: Settings, accounts: Accounts, clients: Mapping[str, Client]) -> None:
    """Around all that `app` has and will get, also what is added later; `clients` are the pages of NiceGUI."""
    build = partial(type(app).build_middleware_stack, app)  # not one that an earlier desk in this process left
    vars(app)['build_middleware_stack'] = partial(_around, build, settings, accounts, Visitors(clients))


def _around(build: Callable[[], ASGIApp], settings: Settings, accounts: Accounts, visitors: Visitors) -> ASGIApp:
    return Gate(build(), settings, accounts, visitors)
