"""What the parts of a desk tell Prometheus: the figures that /status shows, and how they grow."""

from collections.abc import Iterable, Iterator
from platform import python_version

from prometheus_client import Metric

from desk.feeds import FeedState
from desk.feeds.state import STATES
from desk.metrics import counter, gauge
from desk.status import VERSION, Watched, problems, waiting

QUANTILES = (0.5, 0.9, 0.99, 1.0)


def figures(desk: Watched) -> Iterator[Metric]:
    """All of them, as they are now. Times are seconds, sizes bytes; a moment is seconds since 1970."""
    yield from _desk(desk)
    yield from _prices(desk)
    yield from _writer(desk)
    yield from _feeds(desk.feeds.states())
    yield from _alerts(desk)
    yield from desk.broker.latency.collect()


def _desk(desk: Watched) -> Iterable[Metric]:
    build = {(VERSION, python_version(), desk.store.kind): 1.0}
    late = {str(share): desk.lag.percentile(share) for share in QUANTILES}
    yield gauge('build_info', 'Which program this is.', build, 'version', 'python', 'database')
    yield gauge('problem', 'What is wrong now, by its part: 1 each.', dict.fromkeys(problems(desk), 1.0), 'part')
    yield gauge('loop_lag_seconds', 'How late the event loop ran within the last minute.', late, 'quantile')
    yield gauge('queue_length', 'What waits: rows, records, decisions, steps, letters.', waiting(desk), 'queue')
    yield gauge('coins', 'Coins that the desk knows.', len(desk.registry.all()))
    open_now = {path: count() for path, count in desk.metrics.sockets.items()}
    yield gauge('api_sockets', 'Programs that listen at a websocket, by its address.', open_now, 'path')
    yield counter('frames', 'Rounds of changes told to the pages.', desk.conflator.frames + desk.trades.frames)


def _prices(desk: Watched) -> Iterable[Metric]:
    intake = desk.intake
    yield counter('ticks', 'Prices that were taken, by the door they came in.', intake.taken, 'origin')
    yield counter('feed_prices_refused', 'Prices of feeds that were none.', intake.refused)
    yield counter('feed_prices_clamped', 'Prices of feeds from the future, taken for now.', intake.clamped)
    yield counter('prices_unseen', 'Prices that paper orders missed.', desk.broker.unseen)


def _writer(desk: Watched) -> Iterable[Metric]:
    store, writer = desk.store, desk.store.writer
    yield from writer.seconds.collect()
    yield from writer.rows.collect()
    yield counter('commits_failed', 'Transactions that the database did not take.', writer.failures)
    yield counter('rows_written', 'Records, candles and changes that were committed.', store.rows_written)
    yield counter('feed_records_conflated', 'Records of feeds given up: the database was slow.', store.conflated)
    yield counter('feed_records_refused', 'Records of feeds that the database would not take.', store.refused)
    yield gauge('commit_age_seconds', 'For how long the transaction at hand has been going on.', writer.stuck)
    yield gauge('database_bytes', 'What the database takes on disk.', store.size_bytes())
    if store.last_commit:
        yield gauge('last_commit_timestamp_seconds', 'When the last commit was.', store.last_commit.timestamp())


def _feeds(feeds: list[FeedState]) -> Iterable[Metric]:
    states = {(feed.name, state): float(feed.state == state) for feed in feeds for state in STATES}
    last = {feed.name: feed.last_price.timestamp() for feed in feeds if feed.last_price}
    yield gauge('feed_state', 'Which state a feed is in: 1 for that one.', states, 'feed', 'state')
    yield gauge('feed_last_price_timestamp_seconds', 'When a feed gave its last price.', last, 'feed')
    silent = {feed.name: len(feed.stale) for feed in feeds}
    yield gauge('feed_silent_coins', 'Coins of a feed that were silent for a minute.', silent, 'feed')
    for name, says in (
        ('ticks', 'Prices that a feed gave.'),
        ('reconnects', 'How often a feed connected anew.'),
        ('restarts', 'How often a feed was begun anew.'),
        ('rejected', 'What a feed gave that could not be read, or was refused.'),
    ):
        yield counter(f'feed_{name}', says, {feed.name: getattr(feed, name) for feed in feeds}, 'feed')


def _alerts(desk: Watched) -> Iterable[Metric]:
    deliverer = desk.alerts.deliverer
    outcomes = deliverer.outcomes
    yield counter('alert_firings', 'Firings that this process committed.', desk.alerts.fired)
    yield counter(
        'alert_firings_lost', 'Firings given up: too many while the database was away.', desk.alerts.pump.dropped
    )
    yield counter(
        'alert_deliveries', 'Attempts to send a firing: sent, to be tried again, failed.', outcomes, 'outcome'
    )
    yield gauge('channels_failing', 'Channels of alerts that keep failing.', desk.alerts.channels.failing)
