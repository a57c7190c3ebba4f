"""The typer app of all commands. `python app.py` without a command runs the desk."""

import typer

from commands.backup import backup
from commands.check import check
from commands.export import export
from commands.move import move
from commands.prune import prune
from commands.restore import restore
from commands.run import run
from commands.token import token
from commands.user import user
from commands.version import version

commands = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
commands.callback(invoke_without_command=True)(run)
for command in (backup, restore, move, check, export, prune, version):
    commands.command()(command)
for group, name in ((user, 'user'), (token, 'token')):
    commands.add_typer(group, name=name)
