"""The command line: a bad value ends with one clear sentence and status 2; Ctrl-C and SIGTERM end cleanly."""

import signal
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands.line import commands
from desk.settings import Settings
from tests.running import END_SECONDS, QUIET, ROOT, Server, free_port, running


def sentence(*flags: str) -> str:
    """What a desk started with these flags says before it ends with status 2."""
    result = CliRunner().invoke(commands, list(flags))
    assert result.exit_code == 2, result.output
    assert 'Traceback' not in result.output
    return ' '.join(result.output.split())


@pytest.mark.parametrize(
    ('flags', 'says'),
    [
        (['--port', '70000'], '--port 70000 should be less than or equal to 65535.'),
        (['--host', 'example.com'], '--host example.com should be an address of this machine'),
        (['--exchange', 'coinbse'], '--exchange: There is no exchange called “coinbse”; try coinbase'),
        (['--exchange-url', 'recorder'], '--exchange-url recorder should be an address like'),
        (['--trusted-origins', 'desk.example'], '--trusted-origins desk.example should be origins like'),
        (['--coins', 'B\x07C'], '--coins: A name is made of printable characters only'),
        (['--port', 'http'], '--port http should be a valid integer'),
        (['--colour', 'blue'], 'No such option: --colour'),
    ],
)
def test_a_bad_flag_is_answered_with_what_would_be_right(flags: list[str], says: str) -> None:
    assert says in sentence(*flags)


def test_a_taken_port_is_named_and_another_proposed(tmp_path: Path) -> None:
    with socket.create_server(('127.0.0.1', 0)) as taken:
        port = taken.getsockname()[1]
        said = sentence('--port', str(port), '--data-dir', str(tmp_path), *QUIET)
    assert said == f'--port: {port} is taken by another program; choose another, like --port {port + 1}.'


def test_a_data_dir_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / 'file').touch()
    said = sentence('--data-dir', str(tmp_path / 'file' / 'desk'), *QUIET)
    assert said == f'--data-dir: {tmp_path}/file/desk cannot be written: Not a directory.'


@pytest.mark.parametrize(
    ('url', 'says'),
    [
        ('nonsense', 'that is no database URL'),
        ('mysql://localhost/desk', 'in SQLite or PostgreSQL, not in mysql'),
        ('postgresql://nobody@127.0.0.1:1/desk', 'The database does not answer'),
        ('sqlite:///pyproject.toml/desk.db', '--database-url: pyproject.toml: '),
    ],
)
def test_a_database_that_will_not_do_is_said_at_the_start(url: str, says: str, tmp_path: Path, free_port: int) -> None:
    assert says in sentence('--database-url', url, '--data-dir', str(tmp_path), '--port', str(free_port), *QUIET)


def test_every_setting_is_a_flag_that_help_and_readme_explain() -> None:
    text = ' '.join(CliRunner(env={'COLUMNS': '200'}).invoke(commands, ['--help']).output.split())
    table = (ROOT / 'README.md').read_text('utf-8')
    for name in Settings.model_fields:
        flag = f'--{name.replace("_", "-")}'
        assert flag in text
        assert f'| `{flag}`' in table


def test_ctrl_c_ends_cleanly(server: Server) -> None:
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(END_SECONDS) == 0
    assert 'Traceback' not in server.output


def test_what_was_recorded_is_there_after_an_end_and_a_new_start(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        stored = server.post({'name': 'BTC', 'price': '67000.12'})
    assert 'Traceback' not in server.output
    with running(tmp_path) as server:
        assert server.http.get('/api/prices/BTC').json()['price'] == stored[0]['price'] == '67000.12'


def test_two_desks_do_not_share_a_data_folder(server: Server) -> None:
    said = sentence('--port', str(free_port()), '--data-dir', str(server.data_dir), *QUIET)
    assert 'another desk runs on' in said
