"""How soon a desk is there. Here, and not among the unit tests, because nothing else runs at the same time."""

from pathlib import Path
from time import monotonic

from tests.running import running


def test_the_address_is_there_within_three_seconds_and_the_first_page_one_later(tmp_path: Path) -> None:
    began = monotonic()
    with running(tmp_path) as server:
        address = monotonic() - began
        assert f'Cointape is at {server.url}' in server.output
        assert server.http.get('/').status_code == 200
        page = monotonic() - began - address
    print(f'the address after {address:.1f} s, the first page {page:.2f} s later')
    assert address < 3
    assert page < 1
