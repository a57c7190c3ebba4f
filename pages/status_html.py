"""What /status shows, as HTML: red where red is true. Everything is escaped."""

from collections.abc import Iterable
from datetime import datetime
from html import escape

from desk.feeds import FeedState
from desk.guarded import Fault, Seam
from desk.plugins import PluginState
from desk.status import Status
from pages.formats import format_age, format_bytes, format_count

LATE_SECONDS, WAITING_ROWS = 0.05, 5000
Fact = tuple[str, str, bool]
SEAMS = {
    Seam.MODULE: 'The module itself',
    Seam.FEED: 'Feed “{}”',
    Seam.COLUMN: 'Column “{}”',
    Seam.PAGE: 'Page “{}”',
    Seam.CONDITION: 'Condition “{}”',
}


def status_html(status: Status, browsers: tuple[int, int]) -> str:
    """The whole page below its heading."""
    problems = [(what, why, True) for what, why in status.problems.items()]
    head = f'<p class="notice">{_summary(status)}</p>'
    if not status.healthy:
        head = _facts('Something is wrong', problems)
    return ''.join(
        (
            head,
            *map(_feed, status.feeds),
            *map(_plugin, status.plugins),
            _facts('Writer', _writer(status)),
            _facts('This process', _process(status, browsers)),
            _facts('Versions', ((name, number, False) for name, number in status.versions.items())),
        )
    )


def _summary(status: Status) -> str:
    """One sentence for a desk without problems of its own."""
    broken = [escape(plugin.module) for plugin in status.plugins if plugin.faults]
    if broken:
        return f'The desk is well; not all is well with these plugins: {", ".join(broken)}.'
    troubled = [escape(feed.label) for feed in status.feeds if feed.state in ('failed', 'reconnecting')]
    return f'The desk is well; {" and ".join(troubled)} gives no prices now.' if troubled else 'All is well.'


def _feed(feed: FeedState) -> str:
    state = ('State', feed.words, feed.state in ('failed', 'reconnecting'))
    if feed.state == 'off':
        return _facts(feed.label, [state])
    return _facts(
        feed.label,
        (
            state,
            ('Since', _moment(feed.since), False),
            ('Last message', _moment(feed.last_message), False),
            ('Ticks a second', f'{feed.ticks_per_second:.1f}', False),
            ('Ticks', format_count(feed.ticks), False),
            ('Reconnects', format_count(feed.reconnects), False),
            ('Restarts', format_count(feed.restarts), feed.restarts > 0 and feed.state != 'live'),
            ('Conflated · clamped · unreadable', f'{feed.conflated:,} · {feed.clamped:,} · {feed.rejected:,}', False),
            ('Not listed there', ', '.join(feed.missing), False),
            ('Silent for a minute', ', '.join(feed.stale), bool(feed.stale)),
            ('History', feed.history, False),
            ('Note', feed.note, False),
            ('Problem', feed.error, True),
        ),
    )


def _plugin(plugin: PluginState) -> str:
    added = [(SEAMS[seam].format(name), 'added', False) for seam, name in plugin.adds]
    return _facts(f'Plugin {plugin.module}', (*added, *map(_fault, plugin.faults)))


def _fault(fault: Fault) -> Fact:
    often = f'{fault.error} ({format_count(fault.count)} times, last at {fault.at:%H:%M:%S} UTC)'
    return SEAMS[fault.seam].format(fault.name), often if fault.count > 1 else fault.error, True


def _writer(status: Status) -> Iterable[Fact]:
    writer = status.writer
    return (
        ('Rows waiting', format_count(writer.queue), writer.queue > WAITING_ROWS),
        ('Rows a second', f'{writer.rows_per_second:.1f}', False),
        ('Rows written', format_count(writer.rows), False),
        ('Last commit', _moment(writer.last_commit), False),
        ('Feed records conflated', format_count(writer.conflated), writer.conflated > 0),
        ('Feed records refused by the database', format_count(writer.refused), writer.refused > 0),
        ('Database', f'{status.database_kind}, {format_bytes(status.database)}', False),
        ('Problem', writer.error, True),
    )


def _process(status: Status, browsers: tuple[int, int]) -> Iterable[Fact]:
    connected, waiting = browsers
    up = format_age(status.started, status.now) or 'a moment'
    return (
        ('Browsers', f'{connected} connected, {waiting} not (yet)', False),
        ('Coins', format_count(status.coins), False),
        ('Frames sent', format_count(status.frames), False),
        (
            'Event loop late by (median · p99)',
            f'{status.lag_p50 * 1000:.1f} ms · {status.lag_p99 * 1000:.1f} ms',
            status.lag_p99 > LATE_SECONDS,
        ),
        ('Memory', format_bytes(status.memory), False),
        ('Up for', up, False),
        ('Feed prices refused · clamped', f'{status.refused:,} · {status.clamped:,}', False),
        ('Waiting: orders · alerts · letters', _queues(status), False),
        ('Prices that paper orders missed', format_count(status.unseen), status.unseen > 0),
    )


def _queues(status: Status) -> str:
    return ' · '.join(format_count(status.waiting[queue]) for queue in ('orders', 'alerts', 'deliveries'))


def _facts(title: str, facts: Iterable[Fact]) -> str:
    rows = ''.join(
        f'<dt>{escape(label)}</dt><dd{" class=bad" if bad else ""}>{escape(value)}</dd>'
        for label, value, bad in facts
        if value
    )
    return f'<section class="section"><h2>{escape(title)}</h2><dl class="facts">{rows}</dl></section>'


def _moment(moment: datetime | None) -> str:
    return 'never' if moment is None else f'{moment:%Y-%m-%d %H:%M:%S} UTC'
