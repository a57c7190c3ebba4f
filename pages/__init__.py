"""The pages, in menu order, and what they share: one set of live cells."""

from nicegui import app

from desk.desk import Desk
from pages import (
    add_price,
    board,
    coin,
    counting,
    import_csv,
    ledger,
    lost,
    order_list,
    order_page,
    portfolio,
    replay,
    settings,
    status,
    theme,
    thrift,
    trading,
)
from pages.account_changes import account_changes
from pages.coin_cells import AGES_EVERY, Heads
from pages.live import Live


def register(desk: Desk) -> None:
    """Define every page of this desk."""
    thrift.install()
    live = Live()
    app.on_startup(lambda: live.start(desk.crew))
    theme.register(desk, live)
    board.register(desk, live)
    add_price.register(desk)
    heads = Heads(desk, live)
    app.timer(AGES_EVERY, heads.refresh)
    coin.register(desk, live, heads)
    trading.register(desk, live, heads)
    changes = account_changes(desk)
    portfolio.register(desk, live, changes)
    counting.register(desk)
    ledger.register(desk, changes)
    order_page.register(desk, changes)
    order_list.register(desk, changes)
    import_csv.register(desk)
    replay.register(desk)
    settings.register(desk)
    status.register(desk, live)
    lost.register(desk)
