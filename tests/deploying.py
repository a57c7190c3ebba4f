"""What an image of deploy/Dockerfile would hold, without Docker."""

import shutil
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from tests.running import ROOT

DEPLOY = ROOT / 'deploy'


def let_in() -> list[str]:
    """The patterns that deploy/Dockerfile.dockerignore leaves of everything."""
    lines = (DEPLOY / 'Dockerfile.dockerignore').read_text('utf-8').split('\n')
    return [line[1:] for line in lines if line.startswith('!')]


def image(folder: Path) -> Path:
    """The files of the image, copied to `folder`."""
    for file in _files():
        target = folder / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / file, target)
    return folder


def _files() -> Iterator[Path]:
    for pattern in let_in():
        found = list(ROOT.glob(pattern))
        assert found, f'{pattern} lets in nothing'
        for place in found:
            inside = place.rglob('*') if place.is_dir() else [place]
            yield from (file.relative_to(ROOT) for file in inside if file.is_file() and not _left_out(file))


def _left_out(file: Path) -> bool:
    return any(fnmatch(part, '__pycache__') for part in file.parts)
