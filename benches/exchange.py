"""The recorded exchange as fast as its socket goes: ticks a second, and how late the event loop runs meanwhile.

Needs the recordings beside the repository (`../shared`). Limit: the loop's p99 below 20 ms.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.running import ROOT, Server, free_port

SECONDS, LIMIT = 30, 0.020
PLAYER = ROOT.parent / 'shared' / 'tools' / 'recorded_exchange.py'


def measured(exchange: str, coins: str, quote: str, folder: Path) -> tuple[float, float, float]:
    """Ticks a second, the loop's p99 lateness in seconds, megabytes."""
    port = free_port()
    player = subprocess.Popen([sys.executable, PLAYER, exchange, '--port', str(port), '--speed', '0', '--loop'])
    server = Server(
        folder / exchange,
        '--exchange',
        exchange,
        '--exchange-url',
        f'http://127.0.0.1:{port}',
        '--coins',
        coins,
        '--quote',
        quote,
        '--no-demo',
    )
    try:
        server.wait()
        time.sleep(SECONDS)
        health = server.http.get('/api/health').json()
        feed = health['feeds'][0]
        return feed['ticks_per_second'], health['lag_p99'], health['memory'] / 1e6
    finally:
        server.end()
        player.terminate()
        player.wait()


def main() -> None:
    """Print the table."""
    print('| recorded exchange at full speed | ticks/s | loop late by, p99 | limit | share | memory |')
    print('|---|---|---|---|---|---|')
    with tempfile.TemporaryDirectory() as folder:
        for exchange, quote in (('coinbase', 'USD'), ('binance', 'USDT')):
            rate, late, memory = measured(exchange, 'BTC,ETH', quote, Path(folder))
            print(
                f'| {exchange} | {rate:,.0f} | {late * 1000:.1f} ms | {LIMIT * 1000:.0f} ms '
                f'| {late / LIMIT:.0%} | {memory:.0f} MB |',
                flush=True,
            )


if __name__ == '__main__':
    main()
