"""`python app.py token`: how programs come in."""

from typing import Annotated

import typer

from commands.asking import WAYS, acting_for, ask
from commands.flags import settled
from desk.account import Token
from desk.accounts.accounts import Accounts
from desk.acting import Scope, acting_as
from desk.settings import Settings

token = typer.Typer(help='Tokens, by which programs come in.', no_args_is_help=True, rich_markup_mode=None)


@token.command()
@settled(*WAYS)
def add(
    settings: Settings,
    user: Annotated[str, typer.Argument(help='Whose it is: it may at most what they may.')],
    name: Annotated[str, typer.Argument(help='What it is for, like the name of the program.')],
    scope: Annotated[list[Scope], typer.Option(help='What it is good for; more than once.')] = [Scope.READ],  # noqa: B006
    days: Annotated[int | None, typer.Option(metavar='NUMBER', help='How long. [until it is revoked]')] = None,
) -> None:
    """Make a token and show it, once.

    A program sends it with each request: Authorization: Bearer TOKEN. It reads, trades and keeps alerts ("orders"), or
    adds prices, as far as its scopes and the role of its owner allow; it never administers.
    """

    async def question(accounts: Accounts) -> str:
        actor = acting_for(accounts, user)
        with acting_as(lambda: actor):
            return (await accounts.make_token(name, scope, days))[1]

    print(f'This is the token. It is not shown again:\n{ask(settings, question)}')


@token.command(name='list')
@settled(*WAYS)
def show(settings: Settings) -> None:
    """List the tokens of everybody, each with its number and how it begins."""

    async def question(accounts: Accounts) -> list[Token]:
        return accounts.tokens(everybodys=True)

    found = ask(settings, question)
    for each in found:
        until = f'until {each.expires:%Y-%m-%d}' if each.expires else 'until it is revoked'
        used = f'last used {each.used:%Y-%m-%d %H:%M} UTC' if each.used else 'not used yet'
        print(f'{each.id}  {each.owner}: {each.name}  {each.hint}…  {", ".join(each.scopes)}  {until}, {used}')
    if not found:
        print('There are no tokens.')


@token.command()
@settled(*WAYS)
def revoke(
    settings: Settings, number: Annotated[int, typer.Argument(help='Its number, as “token list” shows it.')]
) -> None:
    """Let a token go; a desk that runs closes what it holds open within seconds."""
    ask(settings, lambda accounts: accounts.revoke(number))
    print('It lets nobody in any more.')
