"""A long time in a short one: `benches/soak.py` is the hour, `make soak` five minutes, this the shortest form."""

import os
from pathlib import Path

import pytest

from tests.faults.cost import connections
from tests.faults.soaking import BUSY, Soak
from tests.running import running

BROWSERS = int(os.environ.get('COINTAPE_BROWSERS', '60'))  # read before the fixtures bare the environment
SECONDS = int(os.environ.get('COINTAPE_SOAK_SECONDS', '60'))
FLAT = 1.1  # of memory, late beside early: pages that nobody looks at are kept for two minutes, so a short one grows


@pytest.mark.timeout(120 + 2 * SECONDS)
async def test_nothing_grows_and_nothing_is_lost(tmp_path: Path) -> None:
    with running(tmp_path / 'data', *BUSY) as server:
        soak = Soak(server, BROWSERS, SECONDS)
        await soak.run()
        early, late = soak.memory(0.5, 0.65), soak.memory(0.85, 1)
        print(f'\n{BROWSERS} browsers, {SECONDS} s: {early / 1e6:.1f} MB, then {late / 1e6:.1f}; {dict(soak.deeds)}')
        assert soak.wrong == {}
        assert late < early * FLAT
        assert server.http.get('/api/orders', params={'status': 'filled'}).json()
        assert len(connections(server)) <= 2
    assert 'Traceback' not in server.output, server.output
