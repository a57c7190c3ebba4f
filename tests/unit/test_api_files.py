"""CSV in and out over HTTP."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from desk.desk import Desk
from tests.asgi import api_client


@pytest.fixture
async def http(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    async with api_client(desk) as http:
        yield http


@pytest.mark.parametrize('form', [True, False])
async def test_what_is_exported_is_imported_the_same_and_only_once(http: httpx.AsyncClient, form: bool) -> None:
    record = {'name': 'A', 'price': '1.50', 'timestamp': '2026-01-31T12:00:00Z', 'note': 'a "note", with\nlines'}
    assert (await http.post('/api/prices', json=record)).status_code == 201
    exported = await http.get('/api/export.csv')
    assert exported.headers['content-type'] == 'text/csv; charset=utf-8'
    more = exported.content + b'B,2,2026-01-31T12:00:00Z,csv,file,,,,,\r\nC,-1,2026-01-31T12:00:00Z,csv,file,,,,,\r\n'
    sent: Any = {'files': {'file': ('prices.csv', more)}} if form else {'content': more}
    dry = (await http.post('/api/import?dry_run=true', **sent)).json()
    assert (dry['good'], dry['bad'], dry['added']) == (2, 1, 0)
    first, second = [(await http.post('/api/import', **sent)).json() for _ in range(2)]
    assert (first['added'], first['present'], first['kind']) == (1, 1, 'prices')
    assert (second['added'], second['present']) == (0, 2)
    assert second['bad_rows'][0]['line'] == 4 + 1
    assert (await http.get('/api/prices/B')).json()['source'] == 'csv'


async def test_a_file_with_unknown_columns_says_so_and_takes_a_mapping(http: httpx.AsyncClient) -> None:
    file = b'Day,Last\n2026-01-30,5\n2026-01-31,6\n'
    assert (await http.post('/api/import?name=A', content=file)).status_code == 422
    answer = await http.post('/api/import?name=A&column=price:Last&column=timestamp:Day', content=file)
    assert answer.json()['added'] == 2
    assert (await http.post('/api/import?name=A&column=price', content=file)).status_code == 422


@pytest.mark.parametrize(
    ('kind', 'body'),
    [
        ('multipart/form-data', b'x'),
        ('multipart/form-data; boundary=b', b'x'),
        (
            'multipart/form-data; boundary=b',
            b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--b--\r\n',
        ),
        ('text/csv', b''),
        ('text/csv', b'PK\x03\x04'),
        ('text/csv', b'\xff\xff\xff'),
    ],
)
async def test_what_is_no_file_is_refused_and_leaves_nothing(
    http: httpx.AsyncClient, desk: Desk, kind: str, body: bytes
) -> None:
    answer = await http.post('/api/import', content=body, headers={'Content-Type': kind})
    assert answer.status_code in (400, 422)
    assert answer.json()['error']
    assert list((desk.settings.data_dir / 'import').glob('import-*')) == []
