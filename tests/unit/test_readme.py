"""What the README shows works as it stands there: its commands and its programs, against a real desk."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import ROOT, Server, bare_environment, running

README = (ROOT / 'README.md').read_text('utf-8')


def block(holds: str, language: str = '') -> str:
    """The one fenced block of that language that holds this text."""
    blocks = re.findall(r'^```(\w*)\n(.*?)^```$', README, re.DOTALL | re.MULTILINE)
    (found,) = (text for spoken, text in blocks if spoken == language and holds in text)
    return str(found)


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which('curl'), reason='there is no curl here')
def test_the_curl_commands_work_in_their_order(server: Server, tmp_path: Path) -> None:
    said = commands('curl -X POST localhost:8080/api/prices', server, tmp_path)
    stored, quote, history, candles, exported, imported = said
    assert json.loads(stored)['price'] == json.loads(quote)['price'] == '67000.12'
    assert [record['price'] for record in json.loads(history)['records']] == ['67000.12']
    assert len(json.loads(candles)) == 1
    assert exported == ''
    assert '67000.12' in (tmp_path / 'btc.csv').read_text()
    assert json.loads(imported)['words'].startswith('Nothing added, 1 was there already')


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which('curl'), reason='there is no curl here')
def test_the_curl_commands_of_paper_trading_work_and_buy_once(server: Server, tmp_path: Path) -> None:
    server.post({'name': 'BTC', 'price': '67000.12'})
    for _ in range(2):
        placed, waiting, portfolio, ledger = commands('/api/orders', server, tmp_path)
        assert (json.loads(placed)['status'], json.loads(waiting)['orders']) == ('filled', [])
        (position,) = json.loads(portfolio)['positions']
        assert position['size'] == json.loads(placed)['filled_size']
        assert {posting['asset'] for posting in json.loads(ledger)['postings']} == {'USD'}
        assert len(json.loads(ledger)['postings']) == 6


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which('curl'), reason='there is no curl here')
def test_the_curl_commands_of_alerts_and_watchlists_work(server: Server, tmp_path: Path) -> None:
    server.post({'name': 'BTC', 'price': '67000.12'})
    made, alerts, firings, watchlist, watchlists = map(json.loads, commands('/api/alerts', server, tmp_path))
    assert alerts['alerts'] == [made]
    assert (firings['firings'], firings['unread']) == ([], 0)
    assert watchlists == [watchlist]


def commands(hold: str, server: Server, folder: Path) -> list[str]:
    """What the commands of one block print, one after the other."""
    lines = block(hold).replace('\\\n', ' ').splitlines()
    return [curl(line.replace('localhost:8080', f'127.0.0.1:{server.port}'), folder) for line in lines]


def curl(line: str, folder: Path) -> str:
    """What one command prints; an answer that is an error fails the test."""
    program, *words = shlex.split(line)
    assert program == 'curl'
    done = subprocess.run(
        ['curl', '-sS', '--fail-with-body', '--noproxy', '*', *words], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, f'{line}\n{done.stdout}{done.stderr}'
    return done.stdout


@pytest.mark.slow
def test_the_websocket_program_prints_the_latest_price_and_the_next(server: Server) -> None:
    server.post({'name': 'BTC', 'price': '67000.12', 'timestamp': '2026-01-31T14:30:00Z'})
    code = block('websockets', 'python').replace('127.0.0.1:8080', f'127.0.0.1:{server.port}')
    with subprocess.Popen(
        [sys.executable, '-u', '-c', code], stdout=subprocess.PIPE, text=True, env=bare_environment()
    ) as program:
        try:
            assert program.stdout
            expected = {'name': 'BTC', 'price': '67000.12', 'timestamp': '2026-01-31 14:30:00+00:00'}
            assert program.stdout.readline() == f'{expected}\n'
            server.post({'name': 'BTC', 'price': '67000.34'})
            assert "'67000.34'" in program.stdout.readline()
        finally:
            program.kill()


def test_the_moving_average_is_the_file_in_examples() -> None:
    assert block('quote_size', 'python') == (ROOT / 'examples' / 'moving_average.py').read_text('utf-8')


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_the_moving_average_trades_on_the_demo_market(tmp_path: Path) -> None:
    code = block('quote_size', 'python')
    with running(tmp_path / 'data', '--demo', '--demo-rate', '200', '--exchange', 'none') as server:
        with subprocess.Popen(
            [sys.executable, '-c', code.replace('127.0.0.1:8080', f'127.0.0.1:{server.port}')],
            stdout=subprocess.PIPE,
            text=True,
            env=bare_environment(),
        ) as program:
            try:
                assert program.stdout
                side, size, name, _, price = program.stdout.readline().split()
                (fill,) = server.http.get('/api/fills', params={'name': name}).json()['fills'][-1:]
                assert (fill['side'], fill['size'], fill['price'], fill['rule']) == (side, size, price, 'market')
                order = server.http.get(f'/api/orders/{fill["order"]}').json()
                assert (order['status'], order['filled_size'], order['average_price']) == ('filled', size, price)
            finally:
                program.kill()


@pytest.mark.parametrize('name', ['office_feed', 'spread_column', 'movers_page', 'wide_spread'])
def test_the_plugins_are_the_files_in_examples(name: str) -> None:
    source = (ROOT / 'examples' / f'{name}.py').read_text('utf-8')
    assert block(source, 'python') == source
    assert f'[examples/{name}.py](examples/{name}.py)' in README
