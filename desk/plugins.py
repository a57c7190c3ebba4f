"""What extends a desk from outside: modules with a `register(desk)`, and the seams that they may use.

`register` calls `desk.plugins.add_feed`, `add_column`, `add_page` and `add_condition`. What it adds counts when it has
returned; of one that raises nothing does. Whatever a plugin does wrong then or later is told in `states()`, and the
desk goes on: but plugins run inside the desk, and code that never gives its turn back holds up everything.
"""

import logging
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from inspect import iscoroutine
from pathlib import Path
from typing import Any

from desk.alerting.conditions import Conditions
from desk.errors import Ended, Invalid
from desk.feeds import Feed, FeedMaker, Feeds
from desk.guarded import RAISED, Fault, Faults, GuardedColumn, GuardedTest, Number, Seam, guarded_feed
from desk.market import Quote

KEY, PATH, LONGEST_LABEL, MOST_COLUMNS = re.compile(r'[a-z][a-z0-9_]{0,29}'), re.compile(r'(/[a-z0-9-]+)+'), 30, 3
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PluginPage:
    """A page and its entry in the menu. `build` puts NiceGUI's elements below the heading; it may be async."""

    path: str
    label: str
    build: Callable[[], Any]
    faults: Faults


@dataclass(frozen=True, slots=True)
class PluginState:
    """One plugin: the labels of what it has added, and what was wrong with it."""

    module: str
    adds: tuple[tuple[Seam, str], ...]
    faults: tuple[Fault, ...]


@dataclass
class _Plugin:
    """One plugin as it is registered; `counts`: its `register` has returned."""

    module: str
    faults: Faults
    makers: list[FeedMaker] = field(default_factory=list)
    feeds: list[Feed] = field(default_factory=list)
    columns: list[GuardedColumn] = field(default_factory=list)
    pages: list[PluginPage] = field(default_factory=list)
    conditions: list[tuple[str, str, GuardedTest]] = field(default_factory=list)
    counts: bool = False


class Plugins:
    """The plugins of a desk. `with_feeds` False: the feeds that they add do not run, as in a replay."""

    def __init__(
        self, feeds: Feeds, conditions: Conditions, clock: Callable[[], datetime], with_feeds: bool = True
    ) -> None:
        self._feeds, self._conditions, self._clock, self._with_feeds = feeds, conditions, clock, with_feeds
        self._plugins: list[_Plugin] = []
        self._current: _Plugin | None = None

    def load(self, modules: Sequence[str], desk: Any) -> None:
        """Import each module, from the working directory or the Python path, and call its `register(desk)`."""
        if modules and (here := str(Path.cwd())) not in sys.path:
            sys.path.append(here)  # last: what lies there hides no module of the desk
        for module in modules:
            self._load(module, desk)

    def add_feed(self, make: FeedMaker) -> None:
        """A source of prices: a class whose objects have a `health` and a `run()`, as in desk/feeds/feed.py."""
        self._registering.makers.append(_called(make))

    def add_column(
        self,
        key: str,
        label: str,
        value: Callable[[Quote], Number | None],
        show: Callable[[Any], str] = '{:,}'.format,
    ) -> None:
        """A column of the board. `value` of a quote is what it sorts by, `show` makes the text of a value.

        Both are called when a row changes, once for all browsers, and while the board is being sorted.
        """
        plugin = self._registering
        if len(self.columns) + len(plugin.columns) >= MOST_COLUMNS:
            raise Invalid(f'The board has room for {MOST_COLUMNS} columns of plugins.')
        _free(key, {column.key for column in (*self.columns, *plugin.columns)}, KEY, 'spread_percent')
        plugin.columns.append(GuardedColumn(key, _label(label), _called(value), _called(show), plugin.faults))

    def add_page(self, path: str, label: str, build: Callable[[], Any]) -> None:
        """A page, and its entry in the menu. `build` is called for each browser that opens it, within the frame."""
        plugin = self._registering
        _free(path, {page.path for page in (*self.pages, *plugin.pages)}, PATH, '/movers')
        plugin.pages.append(PluginPage(path, _label(label), _called(build), plugin.faults))

    def add_condition(self, key: str, label: str, test: Callable[[Quote], bool]) -> None:
        """A condition of alerts, `key` in the API, `label` on the pages: a state, as `above` is.

        `test` is asked on the way of every price of a coin that is watched so: it must not wait for anything.
        """
        plugin = self._registering
        taken = {one for one, _, _ in plugin.conditions} | ({key} if key in self._conditions else set())
        _free(key, taken, KEY, 'wide_spread')
        plugin.conditions.append((key, _label(label), GuardedTest(_label(label), _called(test), plugin.faults)))

    @property
    def columns(self) -> list[GuardedColumn]:
        """The columns that plugins have added to the board."""
        return [column for plugin in self._plugins if plugin.counts for column in plugin.columns]

    @property
    def pages(self) -> list[PluginPage]:
        """The pages that plugins have added, in menu order."""
        return [page for plugin in self._plugins if plugin.counts for page in plugin.pages]

    def refuse(self, page: PluginPage, why: str) -> None:
        """Take a page away that cannot be served."""
        page.faults.add(Seam.PAGE, page.label, why)
        for plugin in self._plugins:
            plugin.pages = [one for one in plugin.pages if one is not page]

    def states(self) -> list[PluginState]:
        """Every plugin at this moment."""
        return [_state(plugin, self._clock()) for plugin in self._plugins]

    @property
    def _registering(self) -> _Plugin:
        if self._current is None:
            raise Invalid('A plugin adds things while its register(desk) runs, not later.')
        return self._current

    def _load(self, module: str, desk: Any) -> None:
        def told(fault: Fault) -> None:
            log.warning('plugin %s, %s %s: %s', module, fault.seam, fault.name, fault.error)

        plugin = _Plugin(module, Faults(self._clock, told))
        self._plugins.append(plugin)
        self._current = plugin
        try:
            _register(module, desk)
        except Ended:
            raise
        except RAISED as error:
            plugin.faults.add(Seam.MODULE, '', error)
        else:
            plugin.counts = True
            for condition in plugin.conditions:
                self._conditions.add(*condition)
            self._start_feeds(plugin)
        finally:
            self._current = None

    def _start_feeds(self, plugin: _Plugin) -> None:
        for make in plugin.makers if self._with_feeds else ():
            try:
                plugin.feeds.append(self._feeds.add(guarded_feed(make)))
            except RAISED as error:
                plugin.faults.add(Seam.FEED, getattr(make, '__name__', ''), error)


def _register(module: str, desk: Any) -> None:
    register = getattr(import_module(module), 'register', None)
    if not callable(register):
        raise Invalid('It has no register(desk).')
    if iscoroutine(given := register(desk)):
        given.close()
        raise Invalid('Its register(desk) is async; the desk calls it and does not wait.')


def _state(plugin: _Plugin, now: datetime) -> PluginState:
    feeds = [feed.health for feed in plugin.feeds]
    failing = [Fault(Seam.FEED, health.label, health.error, now, health.restarts) for health in feeds if health.error]
    adds = [(Seam.FEED, health.label) for health in feeds]
    if plugin.counts:
        adds += [(Seam.COLUMN, column.label) for column in plugin.columns]
        adds += [(Seam.PAGE, page.label) for page in plugin.pages]
        adds += [(Seam.CONDITION, label) for _, label, _ in plugin.conditions]
    return PluginState(plugin.module, tuple(adds), (*plugin.faults.known.values(), *failing))


def _free(key: Any, taken: set[str], form: re.Pattern[str], example: str) -> None:
    if not isinstance(key, str) or not form.fullmatch(key) or len(key) > LONGEST_LABEL:
        raise Invalid(f'{key!r:.60} will not do; take something like {example}.')
    if key in taken:
        raise Invalid(f'{key} is taken.')


def _label(text: Any) -> str:
    if not isinstance(text, str) or not 0 < len(text.strip()) <= LONGEST_LABEL or not text.isprintable():
        raise Invalid(f'A label has 1 to {LONGEST_LABEL} characters; {text!r:.60} is none.')
    return text.strip()


def _called(given: Any) -> Any:
    if not callable(given):
        raise Invalid(f'{given!r:.60} cannot be called.')
    return given
