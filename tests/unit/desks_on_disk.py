"""Databases with a row in each table, and what the commands say of them."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine
from typer.testing import CliRunner

from commands.line import commands
from desk.store.database import connect
from desk.store.schema import migrate
from tests.unit.filled_tables import Held, fill, held


def say(*words: object) -> str:
    """What a command says that ends well."""
    result = CliRunner().invoke(commands, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return ' '.join(result.output.split())


def refused(*words: object) -> str:
    """What a command says that ends with status 2, without a traceback."""
    result = CliRunner().invoke(commands, [str(word) for word in words])
    assert result.exit_code == 2, result.output
    assert 'Traceback' not in result.output
    return ' '.join(result.output.split())


def database_in(folder: Path) -> str:
    return f'sqlite:///{folder / "cointape.db"}'


def with_engine(url: str, act: Callable[[Engine], Held | None]) -> Held:
    engine = connect(url, patience=1)
    try:
        return act(engine) or {}
    finally:
        engine.dispose()


def full_desk(url: str) -> Held:
    """A database of the newest revision with a row in each table; what it holds."""

    def make(engine: Engine) -> Held:
        migrate(engine)
        fill(engine)
        return held(engine)

    return with_engine(url, make)
