"""What deploy/ says is right as far as it can be known without Docker and without a service manager."""

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from desk.settings import Settings
from tests.caddy import CADDYFILE, environment, program
from tests.deploying import DEPLOY, let_in
from tests.running import ROOT

FOR_CADDY = {'COINTAPE_SITE', 'COINTAPE_UPSTREAM'}
UNIT = DEPLOY / 'cointape.service'
WORST = 1.5  # of 10, as systemd-analyze counts exposure


def run(*command: str, env: dict[str, str] | None = None) -> str:
    """What a program of this Python's folder (or of the system) prints; it must be content."""
    found = shutil.which(command[0], path=str(Path(sys.executable).parent)) or shutil.which(command[0])
    assert found, f'there is no {command[0]}: pip install -r requirements-dev.txt'
    done = subprocess.run([found, *command[1:]], capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def compose() -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ='safe').load(DEPLOY / 'compose.yaml')
    return found


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    assert run('hadolint', str(DEPLOY / 'Dockerfile')) == ''


def test_the_compose_file_is_one() -> None:
    run('check-jsonschema', '--builtin-schema', 'vendor.compose-spec', str(DEPLOY / 'compose.yaml'))


def test_every_variable_is_a_setting() -> None:
    known = {f'COINTAPE_{name.upper()}' for name in Settings.model_fields} | FOR_CADDY
    for file in DEPLOY.iterdir():
        if file.is_file():
            named = set(re.findall(r'COINTAPE_[A-Z_]*[A-Z]', file.read_text('utf-8')))
            assert named <= known, (file.name, named - known)


def test_all_code_is_let_into_the_image() -> None:
    packages = tomllib.loads((ROOT / 'pyproject.toml').read_text('utf-8'))['tool']['importlinter']['root_packages']
    modules = run('git', '-C', str(ROOT), 'ls-files', '--', ':(glob)*.py').split()
    assert {*packages, *modules, 'migrations'} <= set(let_in())
    assert {'.git', 'data', 'tests', 'build'}.isdisjoint(let_in())


def test_what_is_copied_and_mounted_is_there() -> None:
    dockerfile = (DEPLOY / 'Dockerfile').read_text('utf-8')
    for copied in re.findall(r'^COPY (?!--from)(.*) \S+$', dockerfile, re.MULTILINE):
        assert all((ROOT / path).exists() for path in copied.split())
    services = compose()['services']
    mounted = [volume.split(':')[0] for service in services.values() for volume in service['volumes']]
    own, named = [each for each in mounted if each[0] == '.'], [each for each in mounted if each[0] != '.']
    assert all((DEPLOY / path).exists() for path in own)
    assert set(named) == set(compose()['volumes'])
    assert (DEPLOY / services['desk']['build']['context'] / services['desk']['build']['dockerfile']).is_file()


def test_both_containers_may_do_little() -> None:
    for service in compose()['services'].values():
        assert service['read_only'] is True
        assert (service['cap_drop'], service['security_opt']) == (['ALL'], ['no-new-privileges:true'])
        assert 'privileged' not in service
    desk, caddy = compose()['services']['desk'], compose()['services']['caddy']
    assert 'ports' not in desk  # it is reached through Caddy alone
    assert desk['environment']['COINTAPE_TRUSTED_PROXIES'] == caddy['networks']['inside']['ipv4_address']


@pytest.mark.parametrize('prefix', ['', '/desk'])
def test_caddy_takes_the_caddyfile(prefix: str, tmp_path: Path) -> None:
    env = environment(tmp_path, site='desk.example.org', path_prefix=prefix)
    adapted = json.loads(run(program(), 'adapt', '--validate', '--config', str(CADDYFILE), env=env))
    site = adapted['apps']['http']['servers']['srv0']['routes'][0]
    matches = [route.get('match') for route in site['handle'][0]['routes']]
    assert [{'path': [prefix, '/desk/*'] if prefix else ['/*']}] in matches
    assert adapted['admin'] == {'disabled': True}


def test_the_unit_starts_what_is_there() -> None:
    text = UNIT.read_text('utf-8')
    folder = re.findall(r'^WorkingDirectory=(.*)$', text, re.MULTILINE)[0]
    python, *arguments = shlex.split(re.findall(r'^ExecStart=(.*)$', text, re.MULTILINE)[0])
    assert python.startswith(folder)
    assert all((ROOT / argument).is_file() for argument in arguments)
    assert re.findall(r'^Documentation=file:(.*)$', text, re.MULTILINE) == [f'{folder}/README.md']


@pytest.mark.skipif(not shutil.which('systemd-analyze'), reason='systemd-analyze comes with systemd')
def test_systemd_finds_the_unit_right_and_little_exposed(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text('utf-8').replace('/opt/cointape/.venv/bin/python', sys.executable), 'utf-8')
    run('systemd-analyze', 'verify', '--man=no', str(unit))
    run('systemd-analyze', 'security', '--offline=true', f'--threshold={WORST * 10:.0f}', str(UNIT))
