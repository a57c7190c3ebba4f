"""`python app.py user`: who may come in."""

from typing import Annotated

import typer

from commands.asking import WAYS, acting_for, ask
from commands.flags import settled
from desk.account import Account
from desk.accounts.accounts import Accounts
from desk.acting import Role
from desk.settings import Settings

user = typer.Typer(help='Accounts: who may come in, and as what.', no_args_is_help=True, rich_markup_mode=None)
Name = Annotated[str, typer.Argument(help='What they are called; case makes no difference.')]
GIVEN = '{name} logs in with this password and chooses another one then. It is not shown again:\n{password}'


@user.command()
@settled(*WAYS)
def add(
    settings: Settings,
    name: Name,
    role: Annotated[Role, typer.Option(help='What they may do; each role may all that those before it may.')] = (
        Role.VIEWER
    ),
) -> None:
    """Make an account and show its first password.

    A viewer sees prices and keeps lists and alerts; a trader trades on paper, too; a contributor adds and corrects
    prices; an administrator does everything. The first administrator has what the desk's own user had before.
    Before its first start there is no desk; this makes one. A desk that runs knows them within seconds.
    """
    password = ask(settings, lambda accounts: accounts.add(name, role), make=True)
    print(GIVEN.format(name=name.strip(), password=password))


@user.command()
@settled(*WAYS)
def reset(settings: Settings, name: Name) -> None:
    """Give somebody a new password, whatever they have forgotten.

    Their second factor is off and all their sessions end; their tokens may only read until they have chosen a password.
    This helps an administrator, too, who cannot come in any more.
    """

    async def question(accounts: Accounts) -> str:
        return await accounts.reset(accounts.directory.of_user(acting_for(accounts, name).user).account.id)

    print(GIVEN.format(name=name.strip(), password=ask(settings, question)))


@user.command(name='list')
@settled(*WAYS)
def show(settings: Settings) -> None:
    """List all accounts."""

    async def question(accounts: Accounts) -> list[Account]:
        return accounts.all()

    found = ask(settings, question)
    width = max((len(each.name) for each in found), default=0)
    for each in found:
        print(f'{each.name:{width}}  {each.role:13}  {", ".join(_state(each))}')
    if not found:
        print('There are no accounts yet; “user add NAME --role administrator” makes the first.')


def _state(account: Account) -> list[str]:
    said = [f'last seen {account.seen:%Y-%m-%d %H:%M} UTC' if account.seen else 'not seen yet']
    said += ['second factor'] if account.second_factor else []
    said += ['has a password to change'] if account.provisional else []
    return said if account.is_on else ['switched off', *said]
