"""Flags made from the fields of Settings, where the name, the default and the words of each are written, once."""

import sys
from collections.abc import Callable
from decimal import Decimal
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import typer

from desk.errors import DeskError
from desk.settings import Settings, load_settings

Command = Callable[..., None]


def settled(*names: str) -> Callable[[Command], Command]:
    """Give a command the flags of these settings (all, where none is named) and call it with the Settings, first.

    They may stand before the command's name too. A DeskError becomes its sentence and status 2.
    """
    flags = [flag(name) for name in names or Settings.model_fields]

    def settle(command: Command) -> Command:
        @wraps(command)
        def taking(context: typer.Context, **values: Any) -> None:
            given = dict(context.obj or {})
            given |= {one.name: plain(value) for one in flags if (value := values.pop(one.name)) not in (None, [])}
            if context.invoked_subcommand:
                context.obj = given
            else:
                ended_by_words(lambda: command(load_settings(**given), **values))

        _, *own = signature(command, eval_str=True).parameters.values()
        show(taking, [Parameter('context', Parameter.KEYWORD_ONLY, annotation=typer.Context), *own, *flags])
        return taking

    return settle


def ended_by_words(act: Callable[[], None]) -> None:
    """Call it; what it refuses is said on stderr, and the program ends with status 2."""
    try:
        act()
    except DeskError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None


def show(command: Command, parameters: list[Parameter]) -> None:
    """Let typer see these parameters of a function that takes any."""
    keyword = [one.replace(kind=Parameter.KEYWORD_ONLY) for one in parameters]
    command.__signature__ = Signature(keyword)  # type: ignore[attr-defined]
    command.__annotations__ = {one.name: one.annotation for one in keyword}


def flag(name: str) -> Parameter:
    """The flag of one setting: its type, its words and its default; None where it is not given."""
    field = Settings.model_fields[name]
    option = typer.Option(*spelled(name, field.annotation), help=words(field), metavar=metavar(field))
    return Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[taken(field) | None, option])


def words(field: Any) -> str:
    """What --help says of it, with its default in brackets if that is a plain one; else the words have it."""
    default = field.default
    plain = isinstance(default, str | int | Decimal | Path) and not isinstance(default, bool) and default != ''
    return f'{field.description} [{default}]' if plain else field.description


def spelled(name: str, kind: Any) -> tuple[str, ...]:
    """How it is written, where that is not typer's own way: a switch that is off by default has no --no-."""
    return (f'--{name.replace("_", "-")}',) if kind is bool else ()


def metavar(field: Any) -> str | None:
    """What stands for the value in --help; None: typer's own word."""
    usual = '<str>' if get_origin(field.annotation) is tuple else None
    return 'NUMBER' if field.annotation in (int, Decimal) else field.json_schema_extra['metavar'] or usual


def taken(field: Any) -> Any:
    """The type that typer reads it as: the text itself, so that Settings alone says what is wrong with it."""
    kinds = {field.annotation, *get_args(field.annotation)}
    if get_origin(field.annotation) is tuple:
        return list[str]
    return bool if bool in kinds else Path if Path in kinds else str


def plain(value: Any) -> Any:
    """What Settings takes: of a flag that may be given more than once, its values with commas between."""
    return ','.join(value) if isinstance(value, list) else value
