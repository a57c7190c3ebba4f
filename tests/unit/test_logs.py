"""Logs: a line each, or an object each; of this program and of its libraries alike; without secrets."""

import json
import re
import subprocess
import sys
from typing import Any

from tests.running import ROOT, bare_environment

PROGRAM = """
import logging, sys, threading, warnings
theirs = logging.getLogger('engineio.server')
theirs.addHandler(logging.StreamHandler())  # as engine.io does it by itself
from desk import logs
logs.begin('{level}', {as_json})
log = logging.getLogger('desk.test')
theirs.error('said once')
log.debug('too quiet')
log.warning('%s came\\n2026-01-01 00:00:00Z ERROR desk: forged \\x1b[31m \\u202e', 'something')
log.warning('%d fits not', 'this with password=hunter2')
logging.getLogger('uvicorn.access').info('%s - "%s %s HTTP/%s" %d', '127.0.0.1:5', 'GET', '/x?client_id=7', '1.1', 200)
logging.getLogger('websockets.server').debug('< TEXT what somebody types')
try:
    raise ValueError('no login at postgresql://desk:hunter2@db/desk') from OSError('Bearer hunter2')
except ValueError:
    log.exception('failed with %s', 'tgram://hunter2/1')
warnings.warn('old: token=hunter2')
log.warning('with more', extra={{'password': 'hunter2', 'headers': {{'cookie': 'hunter2'}}, 'coin': 'BTC'}})
logs.started('1.2', 'http://127.0.0.1:8080', 'SQLite', {as_json})
thread = threading.Thread(target=lambda: 1 / 0)
thread.start()
thread.join()
raise RuntimeError('cookie: hunter2')
"""


def said(level: str, as_json: bool) -> tuple[list[str], str]:
    """The lines on stderr, and stdout, of a process that logs all this and ends with an error."""
    program = PROGRAM.format(level=level, as_json=as_json)
    done = subprocess.run(
        [sys.executable, '-c', program], cwd=ROOT, env=bare_environment(), capture_output=True, text=True
    )
    assert done.returncode == 1, done.stderr
    assert 'hunter2' not in done.stdout + done.stderr
    assert 'too quiet' not in done.stderr
    assert 'somebody types' not in done.stderr
    assert 'Logging error' not in done.stderr
    return done.stderr.splitlines(), done.stdout


def test_a_line_begins_with_its_time_and_nothing_else_looks_like_that() -> None:
    lines, printed = said('warning', as_json=False)
    begun = [line for line in lines if not line.startswith('    ')]
    form = re.compile(r'20\d\d-\d\d-\d\d \d\d:\d\d:\d\dZ (WARNING|ERROR|CRITICAL) [\w.]+: ')
    assert all(form.match(line) for line in begun), begun
    assert [line.split(' ', 3)[3] for line in begun][:3] == [
        'engineio.server: said once',
        'desk.test: something came',
        'desk.test: A message of desk.test could not be made: TypeError.',
    ]
    assert r'    2026-01-01 00:00:00Z ERROR desk: forged \x1b[31m \u202e' in lines
    assert '    ValueError: no login at postgresql://desk:****@db/desk' in lines
    assert '    ZeroDivisionError: division by zero' in lines
    assert '    RuntimeError: cookie: ****' in lines
    assert printed == 'Cointape is at http://127.0.0.1:8080  (version 1.2, SQLite; Ctrl-C ends it)\n'


def test_as_json_every_line_is_an_object() -> None:
    lines, printed = said('info', as_json=True)
    told: list[dict[str, Any]] = [json.loads(line) for line in lines]
    assert printed == ''
    assert all({'time', 'level', 'logger', 'message'} <= set(one) for one in told)
    assert all(re.fullmatch(r'20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z', one['time']) for one in told)
    by_message = {one['message']: one for one in told}
    assert by_message['127.0.0.1:5 - "GET /x?**** HTTP/1.1" 200']['logger'] == 'uvicorn.access'
    assert by_message['failed with tgram://****']['exception'].endswith('no login at postgresql://desk:****@db/desk')
    more = by_message['with more']
    assert (more['password'], more['headers'], more['coin']) == ('****', {'cookie': '****'}, 'BTC')
    start = by_message['Cointape is at http://127.0.0.1:8080']
    assert (start['level'], start['version'], start['database']) == ('INFO', '1.2', 'SQLite')
    assert told[-1]['level'] == 'CRITICAL'
    assert 'RuntimeError' in told[-1]['exception']


def test_the_start_is_told_in_json_even_where_only_warnings_are() -> None:
    lines, _ = said('warning', as_json=True)
    assert [json.loads(line)['version'] for line in lines if 'Cointape is at' in line] == ['1.2']
