"""What import-linter cannot see, because app.py and models.py are files and no packages."""

import ast

import pytest

from tests.running import ROOT

OURS = {'alert_models', 'app', 'columns', 'models', 'commands', 'desk', 'gate', 'pages', 'api', 'benches', 'tests'}


def imported(file: str) -> set[str]:
    """The top-level names that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / file).read_text('utf-8'))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split('.')[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split('.')[0])
    return found


def test_models_import_the_column_types_alone_of_ours_and_no_nicegui() -> None:
    assert imported('columns.py') & (OURS | {'nicegui'}) == set()
    assert imported('models.py') & (OURS | {'nicegui'}) == {'columns'}
    assert imported('alert_models.py') & (OURS | {'nicegui'}) == {'columns', 'models'}


@pytest.mark.parametrize('folder', ['desk', 'gate', 'pages', 'api', 'migrations'])
def test_nobody_imports_the_program_or_its_tests(folder: str) -> None:
    files = [str(path.relative_to(ROOT)) for path in (ROOT / folder).rglob('*.py')]
    assert files
    assert [file for file in files if imported(file) & {'app', 'commands', 'benches', 'tests'}] == []
