"""The pages, in menu order, and what they share: one set of live cells."""

from nicegui import app

from desk.desk import Desk
from pages import (
    account,
    add_price,
    alerts,
    audit,
    board,
    coin,
    counting,
    entry,
    import_csv,
    leaving,
    ledger,
    lost,
    nonces,
    order_list,
    order_page,
    people,
    plugin_pages,
    portfolio,
    replay,
    settings,
    status,
    theme,
    thrift,
    tie,
    trading,
    watchlists,
)
from pages.account_changes import account_changes
from pages.chart_firings import Fired
from pages.charts import Charts
from pages.coin_cells import AGES_EVERY, Heads
from pages.coin_statistics import CoinStatistics
from pages.hearing import Hearing
from pages.live import Live, figures
from pages.stars import Stars
from pages.trading_marks import marks_of


def register(desk: Desk) -> None:
    """Define every page of this desk."""
    app.state.path_prefix = desk.settings.path_prefix
    nonces.install()
    tie.install(desk.accounts.on_end)
    app.add_middleware(tie.Belonging)
    thrift.install()
    app.add_middleware(Hearing)
    leaving.install()
    live = Live()
    app.on_startup(lambda: live.start(desk.crew))
    desk.metrics.add(lambda: figures(live))
    theme.register(desk, live)
    stars = Stars(desk, live)
    board.register(desk, live, stars)
    watchlists.register(desk)
    add_price.register(desk)
    heads = Heads(desk, live)
    app.timer(AGES_EVERY, heads.refresh)
    fired = Fired(desk)
    charts = Charts(desk, lambda name, user: marks_of(desk, fired, name, user), fired.read)
    app.on_startup(lambda: charts.start(desk.crew))
    statistics = CoinStatistics(desk, live)
    app.on_startup(lambda: statistics.start(desk.crew))
    coin.register(desk, live, heads, charts, statistics, stars)
    trading.register(desk, live, heads, charts)
    changes = account_changes(desk)
    portfolio.register(desk, live, changes)
    counting.register(desk)
    alerts.register(desk, live)
    ledger.register(desk, changes)
    order_page.register(desk, changes)
    order_list.register(desk, changes)
    import_csv.register(desk)
    replay.register(desk)
    settings.register(desk)
    entry.register(desk)
    account.register(desk)
    people.register(desk)
    audit.register(desk)
    status.register(desk, live)
    lost.register(desk)
    plugin_pages.register(desk)
