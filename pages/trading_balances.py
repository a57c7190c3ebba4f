"""What the account has: in all, held by open orders, available; each balance leads to its postings."""

from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal
from html import escape
from urllib.parse import quote as quoted

from nicegui import ui

from desk.broker.broker import ACCOUNT
from desk.desk import Desk
from desk.matching.account import Account
from desk.ticks import MONEY
from pages.formats import CENT, format_full, format_price, price_decimals
from pages.own import own

LONG_NAME = 14
HEADINGS = ('Asset', 'Total', 'Held', 'Available')


class Balances:
    """A table that is written anew when the account changed."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        with ui.element('section').classes('section').props('aria-label="Balances"'):
            with ui.element('div').classes('head'):
                ui.html('Balances', tag='h2', sanitize=False)
                ui.link('Portfolio', '/portfolio').classes('small')
            with ui.element('div').classes('scroll').props('tabindex=0 role=region aria-label="What the account has"'):
                self.table = ui.html(tag='table', sanitize=False).classes('plain balances')
        self.show()
        ui.context.client.on_delete(desk.subscribe(self._changed))

    def show(self) -> None:
        """As it is committed now."""
        broker = self.desk.broker
        self.table.set_content(balances_html(broker.account(), self.desk.settings.quote, broker.name))

    def _changed(self, names: set[str]) -> None:
        if ACCOUNT in names:
            self.show()


def balances_html(account: Account, quote: str, name_of: Callable[[int], str]) -> str:
    """The quote currency first, then the coins that the account has or holds, by name."""
    coins = sorted((name_of(asset), asset) for asset in account.totals if asset is not None)
    rows = [_row(account, None, quote), *(_row(account, asset, name) for name, asset in coins)]
    headings = ''.join(f'<th{"" if heading == "Asset" else " class=number"}>{heading}</th>' for heading in HEADINGS)
    return f'<thead><tr>{headings}</tr></thead><tbody>{"".join(rows)}</tbody>'


def _row(account: Account, asset: int | None, name: str) -> str:
    amounts = (account.total(asset), account.held(asset), account.available(asset))
    shown = money_cells(amounts[0], amounts[2]) if asset is None else tuple(format_full(each) for each in amounts)
    cells = ''.join(
        f'<td class="number" title="{format_full(each)}">{text}</td>' for each, text in zip(amounts, shown, strict=True)
    )
    address = own(f'/ledger?asset={quoted(name, safe="")}')
    link = f'<a class="nicegui-link" href="{address}" title="Its postings: where it went">{escape(name)}</a>'
    size = ' class="long"' if len(name) > LONG_NAME else ''
    return f'<tr data-asset="{escape(name)}"><td{size}>{link}</td>{cells}</tr>'


def money_cells(total: Decimal, available: Decimal) -> tuple[str, str, str]:
    """Total, held and available as they are shown: what is held is the difference of the two that stand there."""
    decimals = price_decimals(total) if 0 < total < CENT else 2
    rounded = [each.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN, MONEY) for each in (total, available)]
    shown = (rounded[0], MONEY.subtract(*rounded), rounded[1])
    first, second, third = (format_price(each, decimals) for each in shown)
    return first, second, third
