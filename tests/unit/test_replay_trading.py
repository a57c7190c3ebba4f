"""Orders in a replay fill as they do live, by recorded time, at any speed and after a crash."""

import asyncio
import csv
import gzip
import json
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from desk.desk import Desk
from desk.orders import Ticket
from desk.ticket import parse_ticket
from tests.running import running, wait_until
from tests.unit.csv_files import written
from tests.unit.csv_sink import REAL_FILES, needs_real_files
from tests.unit.replaying import HEADER, Replaying, all_of, came, line, replaying, second

__all__ = ['replaying']


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
