"""Practice on the past: a recording in order of time, its clock, and a desk that lives in it."""

import asyncio
import csv
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from desk.desk import Desk
from desk.errors import Invalid
from desk.orders import Ticket
from desk.recording import START, Recorder, Recording, four_prices, quarters
from desk.replay import staged
from desk.replay_clock import ReplayClock
from desk.settings import Settings
from desk.ticket import parse_ticket
from desk.ticks import Bar, Tick
from models import Origin
from tests.running import running, wait_until
from tests.unit.csv_files import written
from tests.unit.csv_sink import NOW, REAL_FILES, needs_real_files

NOON = datetime(2024, 8, 8, 12, tzinfo=UTC)
HEADER = 'name,price,timestamp,source,origin,volume,bid,ask,author,note\n'


def second(number: int) -> datetime:
    return NOON + timedelta(seconds=number)


def line(number: int, price: str, name: str = 'BTC', rest: str = ',' * 7) -> str:
    return f'{name},{price},{second(number).isoformat()}{rest}\n'


def recorded(path: Path, name: str = '') -> Recording:
    made = path.with_suffix('.db')
    Recorder(path, path.name, 'USD', name).make(made, NOW)
    return Recording(made)


def all_of(recording: Recording, at_once: int = 1000) -> list[Tick]:
    place, found = START, []
    while some := recording.after(place, at_once):
        found += [tick for _, tick in some]
        place = some[-1][0]
    return found


class Seconds:
    """Real time that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def real() -> Seconds:
    return Seconds()


# The recording


@pytest.mark.parametrize('at_once', [1, 2, 1000])
def test_prices_come_back_in_order_of_time_then_of_the_file(tmp_path: Path, at_once: int) -> None:
    content = HEADER + line(9, '3') + line(1, '1') + line(5, '2', 'ETH') + line(5, '2.5') + line(5, '2.25')
    ticks = all_of(recorded(written(tmp_path, content)), at_once)
    assert [(tick.name, str(tick.price), tick.timestamp) for tick in ticks] == [
        ('BTC', '1', second(1)),
        ('ETH', '2', second(5)),
        ('BTC', '2.5', second(5)),
        ('BTC', '2.25', second(5)),
        ('BTC', '3', second(9)),
    ]


def test_a_price_keeps_all_but_its_origin(tmp_path: Path) -> None:
    content = HEADER + line(1, '67000.123456789', rest=',coinbase,feed,0.5,66999.5,67000.5,Ann,seen')
    (tick,) = all_of(recorded(written(tmp_path, content)))
    assert tick == Tick(
        'BTC', Decimal('67000.123456789'), second(1), 'replay', Origin.FEED, Decimal('0.5'),
        Decimal('66999.5'), Decimal('67000.5'), 'Ann', 'seen',
    )  # fmt: skip


def test_marks_beside_an_exchanges_prices_did_not_count_and_do_not(tmp_path: Path) -> None:
    feed, form = ',coinbase,feed,,,,,', ',form,person,,,,Ann,'
    content = HEADER + line(1, '9', rest=form) + line(2, '1', rest=feed) + line(3, '5', 'PRIV', rest=form)
    recording = recorded(written(tmp_path, content))
    assert [(tick.name, str(tick.price)) for tick in all_of(recording)] == [('BTC', '1'), ('PRIV', '5')]
    assert (recording.facts.prices, recording.facts.coins) == (2, 2)


def test_what_it_holds_is_told_bad_rows_too(tmp_path: Path) -> None:
    content = HEADER + line(60, '2') + 'BTC,-1,2024-08-08T12:00:00Z,,,,,,,\n' + line(1, '1')
    facts = recorded(written(tmp_path, content)).facts
    assert (facts.file, facts.words, facts.prices, facts.bad) == ('file.csv', 'Cointape', 2, 1)
    assert (facts.start, facts.end) == (second(1), second(60))
    assert facts.why == ['line 3: A price is greater than zero; this one is negative.']


@pytest.mark.parametrize(('rows', 'says'), [('', 'no rows'), ('BTC,0,2024-08-08T12:00:00Z,,,,,,,\n', 'line 2')])
def test_a_file_without_a_good_row_is_refused_and_leaves_nothing(tmp_path: Path, rows: str, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        recorded(written(tmp_path, HEADER + rows))
    assert [path.name for path in tmp_path.iterdir()] == ['file.csv']


def test_a_candle_is_four_prices_low_before_high_and_its_volume_is_kept() -> None:
    numbers = (Decimal(2), Decimal(4), Decimal(1), Decimal(3))
    ticks = four_prices(Bar('BTC', 60, NOON, *numbers, volume=Decimal('0.00000007'), source='csv'))
    assert [(str(tick.price), tick.timestamp) for tick in ticks] == [
        ('2', second(0)),
        ('1', second(20)),
        ('4', second(40)),
        ('3', second(59)),
    ]
    assert [str(tick.volume) for tick in ticks] == ['1E-8', '1E-8', '1E-8', '4E-8']
    assert quarters(None) == [None] * 4


def test_of_two_candles_of_one_minute_the_fuller_is_played(tmp_path: Path) -> None:
    content = 'time,low,high,open,close,volume\n'
    for opened, volume in ((1, 5), (2, 7), (3, 6)):
        content += f'2024-08-08 12:00:00,{opened},{opened},{opened},{opened},{volume}\n'
    ticks = all_of(recorded(written(tmp_path, content + '2024-08-08 12:01:00,4,4,4,4,1\n'), 'BTC'))
    assert [str(tick.price) for tick in ticks] == ['2'] * 4 + ['4'] * 4
    assert sum(tick.volume or 0 for tick in ticks) == 8


# The clock


def test_recorded_time_passes_faster_and_stops_at_the_next_price(real: Seconds) -> None:
    clock = ReplayClock(NOON, 60, real=real)
    clock.ceiling = second(100)
    assert clock.until(second(100)) == pytest.approx(100 / 60)
    real.now += 1
    assert clock() == second(60)
    real.now += 1
    assert clock() == second(100), 'the price at 100 s has not come in yet'
    assert clock.until(second(100)) == 0
    clock.ceiling = second(1000)
    assert clock() == second(120)


def test_it_stands_still_while_paused_and_goes_on_from_there(real: Seconds) -> None:
    clock = ReplayClock(NOON, 10, real=real)
    clock.ceiling = second(1000)
    real.now += 1
    clock.run(False)
    real.now += 500
    assert (clock(), clock.until(second(11)), clock.until(second(10))) == (second(10), None, 0)
    clock.run(True)
    clock.set_speed(100)
    real.now += 1
    assert clock() == second(110)


def test_a_step_jumps_while_it_is_paused(real: Seconds) -> None:
    clock = ReplayClock(NOON, 10, playing=False, real=real)
    clock.ceiling = second(30)
    clock.jump(second(60))
    assert (clock(), clock.until(second(30)), clock.until(second(61))) == (second(30), 0, None)
    clock.ceiling = second(90)
    assert clock() == second(60)


def test_the_highest_speed_for_a_year_is_no_overflow(real: Seconds) -> None:
    clock = ReplayClock(NOON, 1_000_000_000, real=real)
    clock.ceiling = second(10)
    real.now += 365 * 86400
    assert clock() == second(10)


# A desk that lives in it

Replaying = Callable[..., Awaitable[Desk]]


@pytest.fixture
async def replaying(tmp_path: Path) -> AsyncIterator[Replaying]:
    """Starts a desk on these lines, paused before the first price."""
    desks = []

    async def start(lines: str, source: Path | None = None) -> Desk:
        file = source or written(tmp_path, HEADER + lines, 'tape.csv')
        desk = Desk(staged(Settings(data_dir=tmp_path / 'data', replay=file, speed=1)))
        assert desk.replay
        desk.replay.pause()
        desks.append(desk)
        await desk.start()
        return desk

    yield start
    for desk in desks:
        await desk.stop()


async def came(desk: Desk, name: str, price: str) -> None:
    """Wait for a price of a coin."""
    here = asyncio.Event()

    def look(_: object = None) -> None:
        if any(quote.name == name and str(quote.price) == price for quote in desk.quotes()):
            here.set()

    forget = desk.subscribe(look)
    look()
    await asyncio.wait_for(here.wait(), 10)
    forget()


async def test_nothing_of_the_future_is_there(replaying: Replaying) -> None:
    desk = await replaying(line(0, '1') + line(10, '2', 'ETH'))
    await came(desk, 'BTC', '1')
    assert [coin.name for coin in desk.coins()] == ['BTC']
    assert desk.clock() == second(0)
    assert desk.replay
    desk.replay.step_price()
    await came(desk, 'ETH', '2')
    assert desk.clock() == second(10)
    assert desk.replay.state == 'the recording has ended'


async def test_a_step_of_a_minute_brings_what_lies_in_it(replaying: Replaying) -> None:
    desk = await replaying(line(0, '1') + line(59, '2') + line(60, '3') + line(61, '4') + line(300, '5'))
    await came(desk, 'BTC', '1')
    assert desk.replay
    desk.replay.step(timedelta(minutes=1))
    await came(desk, 'BTC', '3')
    assert (desk.clock(), desk.replay.state) == (second(60), 'paused')
    assert desk.quote('BTC').received == second(60)


async def test_at_full_speed_every_price_comes_in_at_its_own_moment(replaying: Replaying) -> None:
    desk = await replaying(''.join(line(number * 7, str(number + 1)) for number in range(5000)))
    assert desk.replay
    desk.replay.set_speed(1_000_000_000)
    desk.replay.play()
    await came(desk, 'BTC', '5000')
    await desk.store.flush()
    page = await desk.history('BTC', limit=1000)
    assert all(entry.record.timestamp == entry.record.received for entry in page.records)
    count = 0
    async for chunk in desk.export():
        count += chunk.count(b'\r\n')
    assert count == 5001, 'the header, and a record for every second that had a price'
    assert (desk.status().clamped, desk.store.conflated) == (0, 0)


async def test_an_export_of_the_replay_is_its_recording(replaying: Replaying, tmp_path: Path) -> None:
    desk = await replaying(line(0, '1') + line(1, '2', 'ETH', rest=',x,feed,3,1.9,2.1,,'))
    assert desk.replay
    desk.replay.step_price()
    await came(desk, 'ETH', '2')
    await desk.store.flush()
    path = tmp_path / 'export.csv'
    path.write_bytes(b''.join([chunk async for chunk in desk.export()]))
    again = all_of(recorded(path))
    assert again == all_of(recorded(tmp_path / 'tape.csv'))


async def test_an_earlier_session_is_opened_where_it_stood(replaying: Replaying, tmp_path: Path) -> None:
    desk = await replaying(line(0, '1') + line(10, '2') + line(20, '3'))
    assert desk.replay
    await came(desk, 'BTC', '1')
    desk.replay.step_price()
    await came(desk, 'BTC', '2')
    await desk.stop()
    again = await replaying('', desk.replay.folder)
    assert again.replay
    assert (again.clock(), again.replay.state) == (second(10), 'paused')
    assert str(again.quote('BTC').price) == '2'
    again.replay.step_price()
    await came(again, 'BTC', '3')
    assert len((await again.history('BTC')).records) >= 2


async def test_each_replay_has_a_folder_of_its_own_and_no_other_database(tmp_path: Path) -> None:
    file = written(tmp_path, HEADER + line(0, '1'), 'my tape.csv')
    given = Settings(data_dir=tmp_path / 'data', replay=file, database_url='postgresql+psycopg:///desk', demo=True)
    first, second = (staged(given, lambda: NOON) for _ in range(2))
    assert first.data_dir == tmp_path / 'data' / 'replays' / 'my-tape-20240808-120000'
    assert second.data_dir != first.data_dir
    assert (first.exchange, first.demo) == ('none', False)
    assert first.database == f'sqlite:///{first.data_dir}/cointape.db'


def test_a_browser_that_knows_the_desk_is_known_in_its_replays(tmp_path: Path) -> None:
    """Its one cookie for this machine serves them all."""
    file, secret = written(tmp_path, HEADER + line(0, '1')), tmp_path / 'storage_secret'
    secret.write_text('signs cookies')
    its = staged(Settings(data_dir=tmp_path, replay=file)).data_dir / 'storage_secret'
    assert its.read_text() == 'signs cookies'
    assert its.stat().st_mode & 0o777 == 0o600


def test_without_a_replay_the_settings_stay_as_they_are(settings: Settings) -> None:
    assert staged(settings) is settings


@pytest.mark.parametrize(
    ('name', 'content', 'says'),
    [
        ('gone.csv', '', 'there is no file'),
        ('empty.csv', '', 'The file is empty.'),
        ('prices.csv', 'snapped_at,price\n2024-08-08 00:00:00 UTC,1\n', 'Give the coin a name'),
        ('odd.csv', 'Day;Fixing\n2024-08-08;1\n', 'can be said on the page'),
        ('', '', 'a folder without a session'),
    ],
)
def test_what_cannot_be_replayed_is_refused_with_a_sentence(tmp_path: Path, name: str, content: str, says: str) -> None:
    file = tmp_path / 'in' / name
    (tmp_path / 'in').mkdir()
    if name and not name.startswith('gone'):
        file.write_text(content)
    with pytest.raises(Invalid, match=says):
        staged(Settings(data_dir=tmp_path / 'data', replay=file))
    assert not list((tmp_path / 'data' / 'replays').glob('*'))


async def test_a_file_of_candles_takes_its_coin_from_its_name(tmp_path: Path, replaying: Replaying) -> None:
    content = 'time,low,high,open,close,volume\n2024-08-08 12:00:00,1,4,2,3,8\n2024-08-08 12:01:00,5,5,5,5,1\n'
    desk = await replaying('', written(tmp_path, content, 'ETH-USD.csv'))
    await came(desk, 'ETH', '2')
    assert desk.replay
    desk.replay.step(timedelta(seconds=59))
    await came(desk, 'ETH', '3')
    await desk.store.flush()
    (candle,) = await desk.candles('ETH', '1m')
    assert (candle.open, candle.high, candle.low, candle.close, candle.volume) == tuple(map(Decimal, (2, 4, 1, 3, 8)))


# Trading on it


def ticket(**fields: str) -> Ticket:
    return parse_ticket({'name': 'BTC', 'side': 'buy', 'size': '0.1', **fields})


def seconds(**prices: str) -> str:
    """Lines of prices: s5='100' is 100 at 5 s."""
    return ''.join(line(int(when[1:]), price) for when, price in prices.items())


def fills_of(desk: Desk) -> list[tuple[str, Decimal, datetime]]:
    return [(str(fill.rule), fill.price, fill.at) for fill in reversed(desk.broker.recent_fills())]


async def run_out(desk: Desk) -> None:
    """At full speed to the end; every decision committed."""
    assert desk.replay
    desk.replay.set_speed(1_000_000_000)
    desk.replay.play()
    async with asyncio.timeout(30):
        await desk.replay.finished.wait()
    await desk.broker.dealer.commit(())


async def test_a_limit_order_rests_until_the_recording_trades_through_it(replaying: Replaying) -> None:
    desk = await replaying(seconds(s0='100', s10='99', s20='98', s30='97.5'))
    await came(desk, 'BTC', '100')
    order = await desk.broker.place(ticket(type='limit', limit_price='98'))
    await run_out(desk)
    assert fills_of(desk) == [('resting limit', Decimal(98), second(30))]
    story = await desk.broker.story(order.id)
    assert [(event.what, event.at) for event in story.events] == [('placed', second(0)), ('filled', second(30))]


async def test_a_market_order_fills_at_a_quote_of_the_last_minute_of_recorded_time(replaying: Replaying) -> None:
    desk = await replaying(seconds(s0='100', s60='101', s300='110'))
    await came(desk, 'BTC', '100')
    await desk.broker.place(ticket(type='market'))
    assert desk.replay
    desk.replay.step(timedelta(seconds=240))
    await came(desk, 'BTC', '101')
    await desk.broker.place(ticket(type='market', side='sell', size='0.05'))
    await run_out(desk)
    assert [(rule, at) for rule, _, at in fills_of(desk)] == [('market', second(0)), ('market', second(300))]


async def test_where_one_candle_spans_both_legs_the_stop_counts(replaying: Replaying, tmp_path: Path) -> None:
    content = 'time,low,high,open,close,volume\n2024-08-08 12:00:00,100,100,100,100,1\n'
    content += '2024-08-08 12:01:00,90,110,100,105,1\n'
    desk = await replaying('', written(tmp_path, content, 'BTC-USD.csv'))
    await came(desk, 'BTC', '100')
    await desk.broker.place(ticket(type='market', take_profit='108', stop_loss='95'))
    await run_out(desk)
    assert [(rule, at) for rule, _, at in fills_of(desk)] == [('market', second(0)), ('stop', second(80))]


async def test_an_order_survives_the_end_of_the_session_and_fills_in_the_next(replaying: Replaying) -> None:
    desk = await replaying(seconds(s0='100', s10='99', s20='90'))
    await came(desk, 'BTC', '100')
    await desk.broker.place(ticket(type='limit', limit_price='95'))
    assert desk.replay
    await desk.stop()
    again = await replaying('', desk.replay.folder)
    await run_out(again)
    assert fills_of(again) == [('resting limit', Decimal(95), second(20))]


async def test_after_a_crash_no_price_from_before_an_order_comes_in_again(replaying: Replaying) -> None:
    desk = await replaying(seconds(s0='100', s10='90', s20='100', s30='101', s40='94'))
    assert desk.replay
    await came(desk, 'BTC', '100')
    noted = json.dumps(asdict(desk.replay.progress()))
    desk.replay.step(timedelta(seconds=30))
    await came(desk, 'BTC', '101')
    await desk.broker.place(ticket(type='limit', limit_price='95'))
    await desk.stop()
    (desk.replay.folder / 'progress.json').write_text(noted)  # as if it had been killed before it could note more
    again = await replaying('', desk.replay.folder)
    assert again.clock() == second(30)
    await run_out(again)
    assert fills_of(again) == [('resting limit', Decimal(95), second(40))]


async def test_the_same_orders_fill_alike_at_any_speed(replaying: Replaying) -> None:
    found = []
    for stepwise in (True, False):
        desk = await replaying(''.join(line(number, str(100 + number * 7 % 13)) for number in range(200)))
        await came(desk, 'BTC', '100')
        for kind, fields in (
            ('limit', {'limit_price': '99.9'}),
            ('stop', {'stop_price': '108'}),
            ('trailing_stop', {'trail_amount': '3'}),
        ):
            await desk.broker.place(ticket(type=kind, **fields))
        assert desk.replay
        while stepwise and not desk.replay.ended:
            desk.replay.step(timedelta(seconds=50))
            await asyncio.sleep(0)
        await run_out(desk)
        found.append(fills_of(desk))
    assert found[0] == found[1]
    assert len(found[0]) == 2, 'nothing trades through 99.9'


@pytest.mark.slow
@needs_real_files
async def test_a_real_day_of_minutes_is_traded(replaying: Replaying, tmp_path: Path) -> None:
    rows = gzip.decompress((REAL_FILES / 'coinbase_1m/BTC-USD.csv.gz').read_bytes()).splitlines(keepends=True)
    file = tmp_path / 'BTC-USD.csv'
    file.write_bytes(b''.join(rows[:1441]))
    desk = await replaying('', file)
    assert desk.replay
    facts = desk.replay.facts
    opened, limit = all_of(desk.replay.recording)[0].price, Decimal('42400')
    await came(desk, 'BTC', str(opened))
    await desk.broker.place(ticket(type='limit', limit_price=str(limit)))
    await run_out(desk)
    assert desk.clock() == facts.end
    (fill,) = desk.broker.recent_fills()
    lows = {row['time']: Decimal(row['low']) for row in csv.DictReader(file.read_text().splitlines())}
    minute = min(when for when, low in lows.items() if low < limit)
    assert (fill.price, fill.tick_price) == (limit, lows[minute])
    assert fill.at == datetime.fromisoformat(f'{minute}+00:00') + timedelta(seconds=20)
    await desk.store.flush()
    assert len(await desk.candles('BTC', '1m', start=facts.end - timedelta(hours=2))) == 121


@pytest.mark.slow
def test_the_program_replays_a_file_and_fills_an_order_that_a_program_places(tmp_path: Path) -> None:
    """A price every second of real time: 100, 94, 100, …"""
    content = HEADER + ''.join(line(100_000 * number, str(100 - number % 2 * 6)) for number in range(100))
    file, data = written(tmp_path, content, 'tape.csv'), tmp_path / 'data'
    with running(data, '--replay', str(file), '--speed', '100000') as server:
        asked = {'name': 'BTC', 'side': 'buy', 'type': 'limit', 'size': '0.1', 'limit_price': '95'}
        placed = wait_until(lambda: server.http.post('/api/orders', json=asked).json().get('id'), 10, 'a first price')
        order = f'/api/orders/{placed}'
        wait_until(lambda: server.http.get(order).json()['status'] == 'filled', 20, 'the fill')
        assert server.http.get(order).json()['average_price'] in {'95', '94.047'}, 'at its limit, or the ask on arrival'
        moment = datetime.fromisoformat(server.http.get('/api/health').json()['now'])
        assert second(0) < moment < second(100_000 * 99)
        assert 'Replay of tape.csv' in server.http.get('/').text
    (session,) = (data / 'replays').iterdir()
    assert {'cointape.db', 'recording.db', 'progress.json'} <= {path.name for path in session.iterdir()}
    assert not (data / 'cointape.db').exists()
