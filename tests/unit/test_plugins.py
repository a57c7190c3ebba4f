"""Plugins: what they add is there, and whatever they do wrong is named while the desk goes on."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest

from desk.desk import Desk
from desk.errors import Ended, Invalid
from desk.guarded import Fault, Seam
from desk.market import Quote
from desk.settings import Settings, load_settings
from desk.ticks import Tick
from models import Origin, Policy, utc_now
from tests.waiting import until

FEED = """
import asyncio
from desk.feeds import Health
class Office:
    def __init__(self, settings, sink, clock, changed):
        self.sink, self.clock, self.health = sink, clock, Health('office', 'Office', clock, changed)
    async def run(self):
        {run}
def register(desk):
    desk.plugins.add_feed(Office)
"""
TICK = "Tick('ACME', Decimal('12.5'), self.clock(), 'office', Origin.FEED)"
HANDS_IN = """
        from decimal import Decimal
        from desk.ticks import Tick
        from models import Origin
        await self.sink.submit_many([{tick}])
        self.health.become('live')
        await asyncio.Event().wait()
"""
COLUMN = """def register(desk):
    desk.plugins.add_column('some', 'Some', {value})"""
ADDS = 'def register(desk): desk.plugins.{}'
NOW = utc_now()
NOTHING = (None, None, None, None, None, None, None, None)
QUOTE = Quote(1, 'BTC', '', Decimal('1.25'), NOW, NOW, 'api', 1, *NOTHING, (), Policy.LATEST, False, '')


@pytest.fixture
def plugged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Desk]]:
    """Makes a desk with plugins of these sources: plugin_0, plugin_1 …, modules in the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, 'path', list(sys.path))
    made: list[str] = []

    def make(*sources: str, **changes: object) -> Desk:
        for source in sources:
            made.append(f'plugin_{len(made)}')
            (tmp_path / f'{made[-1]}.py').write_text(source)
        settings = Settings(data_dir=tmp_path, exchange='none', demo=False)
        return Desk(settings.model_copy(update={'plugin': tuple(made), **changes}))

    yield make
    for name in made:
        sys.modules.pop(name, None)


def faults(desk: Desk) -> list[tuple[str, Seam, str]]:
    return [(state.module, fault.seam, fault.error) for state in desk.status().plugins for fault in state.faults]


@pytest.mark.parametrize(
    ('source', 'error'),
    [
        ('import nothing_of_that_name', "ModuleNotFoundError: No module named 'nothing_of_that_name'"),
        ('def register(desk:', "SyntaxError: '(' was never closed (plugin_0.py, line 1)"),
        ('raise SystemExit(0)', 'SystemExit: 0'),
        ('raise KeyboardInterrupt', 'KeyboardInterrupt: KeyboardInterrupt'),
        ('x = 1', 'Invalid: It has no register(desk).'),
        (
            'async def register(desk): pass',
            'Invalid: Its register(desk) is async; the desk calls it and does not wait.',
        ),
        ('def register(desk): 1 / 0', 'ZeroDivisionError: division by zero'),
        ('def register(): pass', 'TypeError: register() takes 0 positional arguments but 1 was given'),
        (ADDS.format('add_page("x", "X", print)'), "Invalid: 'x' will not do; take something like /movers."),
        (ADDS.format('add_page("/x", "", print)'), "Invalid: A label has 1 to 30 characters; '' is none."),
        (ADDS.format('add_column("x", "X", 7)'), 'Invalid: 7 cannot be called.'),
    ],
)
def test_a_plugin_that_cannot_be_loaded_is_named_and_the_next_one_is_loaded(
    plugged: Callable[..., Desk], source: str, error: str
) -> None:
    desk = plugged(source, COLUMN.format(value='lambda quote: 1'))
    assert faults(desk) == [('plugin_0', Seam.MODULE, error)]
    assert [column.label for column in desk.plugins.columns] == ['Some']
    assert desk.status().healthy, 'a broken plugin is no reason to start the desk anew'


def test_a_module_that_is_not_there_is_named(settings: Settings) -> None:
    desk = Desk(settings.model_copy(update={'plugin': ('nowhere.to_be_found',)}))
    assert faults(desk) == [('nowhere.to_be_found', Seam.MODULE, "ModuleNotFoundError: No module named 'nowhere'")]


def test_nothing_counts_of_a_register_that_raises(plugged: Callable[..., Desk]) -> None:
    source = (
        COLUMN.format(value='lambda quote: 1')
        + '    desk.plugins.add_page("/x", "X", print)\n    desk.plugins.add_feed(print)\n    1 / 0\n'
    )
    desk = plugged(source)
    assert (desk.plugins.columns, desk.plugins.pages, len(desk.feeds.states())) == ([], [], 2)


def test_the_end_of_the_program_is_no_fault_of_a_plugin(plugged: Callable[..., Desk]) -> None:
    with pytest.raises(Ended):
        plugged('from desk.errors import Ended\nraise Ended(0)')


def test_what_is_taken_is_refused_and_later_is_too_late(plugged: Callable[..., Desk]) -> None:
    column = COLUMN.format(value='lambda quote: 1')
    desk = plugged(column, column, *(column.replace("'some'", f"'some_{number}'") for number in range(3)))
    assert faults(desk) == [
        ('plugin_1', Seam.MODULE, 'Invalid: some is taken.'),
        ('plugin_4', Seam.MODULE, 'Invalid: The board has room for 3 columns of plugins.'),
    ]
    with pytest.raises(Invalid, match='while its register'):
        desk.plugins.add_page('/late', 'Late', print)


async def test_a_feed_runs_is_listed_and_ends_with_the_desk(plugged: Callable[..., Desk]) -> None:
    desk = plugged(FEED.format(run=HANDS_IN.format(tick=TICK)))
    await desk.start()
    await until(lambda: desk.feeds.states()[-1].words == 'Office · live')
    assert desk.quote('ACME').price == Decimal('12.5')
    assert [state.adds for state in desk.plugins.states()] == [((Seam.FEED, 'Office'),)]
    assert faults(desk) == []
    await desk.stop()
    assert desk.feeds.states()[-1].state == 'stopped'


WRONG_RUNS = {
    '1 / 0': 'division by zero',
    'raise SystemExit(3)': 'The feed raised SystemExit.',
    'raise KeyboardInterrupt': 'The feed raised KeyboardInterrupt.',
    'raise asyncio.CancelledError': 'The feed cancelled itself.',
    "self.health.become('merry')": "'merry' is no state of a feed; take one of off, loading, live, reconnecting",
    "await self.sink.submit_many([('ACME', 12)])": 'A feed hands in Ticks of origin FEED, with Decimals',
    "await self.sink.listed('here', {}, {}, {})": 'Only the exchange says which coins it lists.',
    'await self.sink.submit_candles([7])': 'A feed hands in candles as Bars with an aware start; this is none: 7.',
}
WRONG_TICKS = {
    "Decimal('12.5')": ('12.5', 'A feed hands in Ticks of origin FEED, with Decimals'),
    'Origin.FEED': ('Origin.PROGRAM', 'A feed hands in Ticks of origin FEED'),
    'self.clock()': ('self.clock().replace(tzinfo=None)', 'The time of a tick needs a zone'),
    "'office'": ("'o' * 51", 'The source of a tick has 1 to 50 characters.'),
    'FEED)': ("FEED, note='n' * 501)", 'An author has at most 100 characters, a note 500.'),
}


async def test_feeds_that_do_wrong_are_named_and_prices_go_on(plugged: Callable[..., Desk]) -> None:
    ticks = {HANDS_IN.format(tick=TICK.replace(right, wrong)): why for right, (wrong, why) in WRONG_TICKS.items()}
    cases = {**WRONG_RUNS, **ticks}
    desk = plugged(*(FEED.format(run=run) for run in cases))
    await desk.start()
    await until(lambda: all(feed.state == 'reconnecting' for feed in desk.feeds.states()[2:]))
    for (module, seam, said), error, number in zip(faults(desk), cases.values(), count(), strict=False):
        assert (module, seam) == (f'plugin_{number}', Seam.FEED)
        assert error in said
    assert len(faults(desk)) == len(cases)
    await desk.submit(Tick('BTC', Decimal(1), utc_now(), 'api', Origin.PROGRAM))
    assert [quote.name for quote in desk.quotes()] == ['BTC']
    await desk.stop()


async def test_a_price_that_is_none_is_counted_as_with_every_feed(plugged: Callable[..., Desk]) -> None:
    desk = plugged(FEED.format(run=HANDS_IN.format(tick=TICK.replace('12.5', '-1'))))
    await desk.start()
    await until(lambda: desk.feeds.states()[-1].state == 'live')
    assert (desk.intake.refused, faults(desk)) == (1, [])
    await desk.stop()


@pytest.mark.parametrize(
    'maker',
    ['lambda *given: None', 'lambda *given: 1 / 0', 'lambda: None', 'lambda *given: type("Feed", (), {"health": 7})()'],
)
def test_what_makes_no_feed_is_named(plugged: Callable[..., Desk], maker: str) -> None:
    desk = plugged(f'def register(desk):\n    desk.plugins.add_feed({maker})')
    assert [(module, seam) for module, seam, _ in faults(desk)] == [('plugin_0', Seam.FEED)]
    assert len(desk.feeds.states()) == 2


async def test_a_feed_that_returns_has_stopped(plugged: Callable[..., Desk]) -> None:
    desk = plugged(FEED.format(run="self.health.become('live')"))
    await desk.start()
    await until(lambda: desk.feeds.states()[-1].state == 'stopped')
    await asyncio.wait_for(desk.stop(), 5)


def test_a_column_has_a_value_to_sort_by_and_a_text_to_show(plugged: Callable[..., Desk]) -> None:
    desk = plugged(COLUMN.format(value='lambda quote: quote.price * 1000, lambda value: f"<{value}>"'))
    (column,) = desk.plugins.columns
    assert (column.value(QUOTE), column.text(QUOTE)) == (1250, '<1250.00>')


@pytest.mark.parametrize(
    ('value', 'error'),
    [
        ('lambda quote: 1 / 0', 'ZeroDivisionError: division by zero'),
        ('lambda quote: "much"', "Invalid: A column gives a finite number or None, not 'much'."),
        ('lambda quote: True', 'Invalid: A column gives a finite number or None, not True.'),
        ('lambda quote: float("nan")', 'Invalid: A column gives a finite number or None, not nan.'),
        ('lambda quote: exit()', 'SystemExit: None'),
        (
            'lambda quote: 1, lambda value: 7',
            'Invalid: A column is shown as a text of at most 24 characters, not as 7.',
        ),
        ('lambda quote: 10 ** 40', "Invalid: A column is shown as a text of at most 24 characters, not as '10,"),
        ('lambda quote: 1, lambda value: value.nothing', "AttributeError: 'int' object has no attribute 'nothing'"),
    ],
)
def test_a_column_that_does_wrong_is_empty_and_named_once(
    plugged: Callable[..., Desk], value: str, error: str, caplog: pytest.LogCaptureFixture
) -> None:
    desk = plugged(COLUMN.format(value=value))
    (column,) = desk.plugins.columns
    for _ in range(3):
        assert column.text(QUOTE) == ''
    ((_, seam, said),) = faults(desk)
    assert seam is Seam.COLUMN
    assert said.startswith(error)
    (fault,) = desk.plugins.states()[0].faults
    assert (fault.name, fault.count) == ('Some', 3)
    assert len([entry for entry in caplog.records if entry.name == 'desk.plugins']) == 1, 'not for each row and frame'


def test_modules_are_given_once_each_with_commas_or_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings(plugin='a.b, c,a.b d').plugin == ('a.b', 'c', 'd')
    monkeypatch.setenv('COINTAPE_PLUGIN', 'e,f')
    assert load_settings().plugin == ('e', 'f')
    with pytest.raises(Invalid) as caught:
        load_settings(plugin='examples/office_feed.py')
    assert str(caught.value) == (
        '--plugin examples/office_feed.py should be modules as one imports them, like examples.office_feed.'
    )


def test_a_fault_keeps_its_last_error(plugged: Callable[..., Desk]) -> None:
    desk = plugged('def register(desk): desk.plugins.add_page("/movers", "Movers", print)')
    (page,) = desk.plugins.pages
    for error in (ValueError('one'), ValueError('two')):
        page.faults.add(Seam.PAGE, page.label, error)
    ((fault,),) = (state.faults for state in desk.plugins.states())
    assert isinstance(fault.at, datetime)
    assert fault == Fault(Seam.PAGE, 'Movers', 'ValueError: two', fault.at, 2)
    desk.plugins.refuse(page, 'It is taken.')
    assert desk.plugins.pages == []
