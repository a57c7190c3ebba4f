"""What can be done with a coin while the desk runs: whose price counts, follow, rename, merge."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from desk.acting import Right, may
from desk.desk import Desk
from desk.errors import DeskError
from models import Coin, Policy
from pages.policies import feed_label, policies
from pages.theme import coin_path
from pages.trying import attempt, complain


def manage(desk: Desk, coin: Coin) -> None:
    """The section at the end of a coin's page, for administrators."""
    if not may(Right.ADMINISTER):
        return
    with ui.element('section').classes('section manage').props('aria-label="This coin"'):
        ui.html('This coin', tag='h2', sanitize=False)
        _policy(desk, coin)
        with ui.element('div').classes('line'):
            _follow(desk, coin)
            ui.button('Rename …', on_click=lambda: _ask_name(desk, coin))
            if len(desk.coins()) > 1:
                ui.button('Merge into another …', on_click=lambda: _ask_merge(desk, coin))


def _policy(desk: Desk, coin: Coin) -> None:
    async def choose() -> None:
        if choice.value != desk.policy(coin.name):
            policy = Policy(choice.value)
            await attempt(lambda: desk.set_policy(coin.name, policy), complain, lambda: ui.notify('Changed.'))

    words = {policy: text[0].upper() + text[1:] for policy, text in policies(desk, coin).items()}
    choice = ui.select(words, label='Whose price counts', value=desk.policy(coin.name), on_change=choose)
    choice.classes('policy').props['hint'] = 'It moves the board; others stand beside it.'


def _follow(desk: Desk, coin: Coin) -> None:
    exchange = desk.settings.exchange
    if coin.followed:
        label = feed_label(desk, coin.exchange)
        ui.button(f'Unfollow on {label}', on_click=lambda: _reload(lambda: desk.unfollow(coin.name), coin))
    elif exchange != 'none':
        label = feed_label(desk, exchange)
        ui.button(f'Follow on {label}', on_click=lambda: _reload(lambda: desk.follow(coin.name), coin))


async def _reload(act: Callable[[], Awaitable[Coin]], coin: Coin) -> None:
    await attempt(act, complain, lambda: ui.navigate.to(coin_path(coin.name)))


async def _ask_name(desk: Desk, coin: Coin) -> None:
    with ui.dialog() as dialog, ui.element('div').classes('panel asking'):
        title = dialog.props['aria-label'] = f'Rename {coin.name}'
        ui.label(title).props('role=heading aria-level=2').classes('heading-2')
        ui.label('Its records stay as they are; the old name goes on leading here.')
        name = ui.input('New name', value=coin.name).props('autofocus autocomplete=off')

        async def rename() -> None:
            try:
                renamed = await desk.rename(coin.name, name.value or '')
            except DeskError as error:
                name.error = str(error)
            else:
                ui.navigate.to(coin_path(renamed.name))

        name.on('keydown.enter', rename)
        with ui.element('div').classes('line'):
            ui.button('Rename', on_click=rename).classes('filled')
            ui.button('Leave it', on_click=dialog.close)
    dialog.open()


async def _ask_merge(desk: Desk, coin: Coin) -> None:
    others = [other.name for other in desk.coins() if other.name != coin.name]
    with ui.dialog() as dialog, ui.element('div').classes('panel asking'):
        title = dialog.props['aria-label'] = f'Merge {coin.name} into another coin'
        ui.label(title).props('role=heading aria-level=2').classes('heading-2')
        ui.label(
            f'All records of {coin.name} will count for the other coin, and its name will lead there. '
            'This is not undone.'
        )
        into = ui.select(others, label='Other coin', with_input=True)

        async def merge() -> None:
            if not into.value:
                into.error = 'Choose the coin that will stand for both.'
            else:
                root = into.value
                await attempt(lambda: desk.merge(coin.name, root), complain, lambda: ui.navigate.to(coin_path(root)))

        def name_it() -> None:
            into.error = None
            button.set_text(f'Merge {coin.name} into {into.value}' if into.value else f'Merge {coin.name}')

        with ui.element('div').classes('line'):
            button = ui.button(f'Merge {coin.name}', on_click=merge).classes('filled danger')
            ui.button('Leave it', on_click=dialog.close)
        into.on_value_change(name_it)
    dialog.open()
