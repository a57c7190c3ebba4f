"""The rule that makes Cointape what it is: no handwritten JavaScript, neither openly nor by a back door."""

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOT_OURS = {'.git', '.venv', 'data', 'build', 'node_modules', '__pycache__'}
SCRIPT_SUFFIXES = {'.js', '.mjs', '.cjs', '.jsx', '.ts', '.tsx', '.vue'}
# They mark the scripts of libraries as the server's, for the Content-Security-Policy: a tag's beginning, and no script.
MARKS = {'api/docs.py': 2, 'pages/nonces.py': 2}
# Playwright's calls that take JavaScript as a text
CALLS = {'evaluate', 'evaluate_handle', 'evaluate_all', 'eval_on_selector', 'wait_for_function', 'add_init_script'}
TEXTS = {
    'a <script>': re.compile(r'<\s*script|javascript:', re.IGNORECASE),
    'an event handler in HTML': re.compile(r'<[^>]*\son[a-z]+\s*=', re.IGNORECASE),
    "a name that begins with ':'": re.compile(r':[A-Za-z][\w.-]*'),
    "a prop that begins with ':'": re.compile(r'(?:^|.*\s):[A-Za-z][\w.-]*=.*', re.DOTALL),
    'a Vue expression': re.compile(r'\{\{|\sv-[a-z]+[=:]|\s@[a-z]+[\w.-]*=|\s#[a-z-]+="', re.IGNORECASE),
    'run_javascript by its name': re.compile(r'run_javascript'),
}
WHOLE_TEXT = {"a name that begins with ':'", "a prop that begins with ':'", 'run_javascript by its name'}


def our_files() -> list[Path]:
    """Every file of the tree that somebody of ours has written."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in NOT_OURS]
        found += [Path(folder, name) for name in names]
    return found


def findings(source: str, product: bool = True) -> list[str]:
    """What looks like JavaScript in Python code. Tests may hold texts that attack (`<script>` as a name), no calls."""
    tree = ast.parse(source)
    found = [f'line {getattr(node, "lineno", 0)}: {what}' for node in ast.walk(tree) for what in _in_calls(node)]
    if product:
        found += [f'line {text.lineno}: {what}' for text in _texts(tree) for what in _in_text(str(text.value))]
    return found


def _in_calls(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.keyword) and node.arg in ('js_handler', 'esm'):
        yield node.arg
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, 'id', '')
        if name == 'run_javascript' or (name in CALLS and _is_text(node.args[:1])):
            yield f'{name}()'
        if name == 'add_slot' and not all(_is_text([given]) for given in _given(node)):
            yield 'a slot template that is not a plain text'
        if name == 'element' and any(getattr(given, 'value', '') == 'script' for given in node.args):
            yield 'a script element'


def _is_text(given: list[ast.expr]) -> bool:
    return bool(given) and isinstance(given[0], ast.Constant) and isinstance(given[0].value, str)


def _given(call: ast.Call) -> list[ast.expr]:
    return [*call.args[1:], *(keyword.value for keyword in call.keywords)]


def _texts(tree: ast.AST) -> Iterator[ast.Constant]:
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node


def _in_text(text: str) -> Iterator[str]:
    for what, pattern in TEXTS.items():
        if pattern.fullmatch(text) if what in WHOLE_TEXT else pattern.search(text):
            yield what


def test_no_script_file_is_in_the_tree() -> None:
    assert [path for path in our_files() if path.suffix.lower() in SCRIPT_SUFFIXES] == []


def test_no_python_file_carries_javascript() -> None:
    sources = {path.relative_to(ROOT): path.read_text('utf-8') for path in our_files() if path.suffix == '.py'}
    assert Path('models.py') in sources
    found = [
        f'{path}, {what}'
        for path, source in sorted(sources.items())
        if str(path) not in MARKS
        for what in findings(source, product=path.parts[0] != 'tests')
    ]
    assert found == []
    for name, most in MARKS.items():
        source = sources[Path(name)]
        assert len(re.findall('<script', source)) <= most
        assert not re.search(r'</script|run_javascript|js_handler', source)


@pytest.mark.parametrize(
    'sample',
    [
        "ui.run_javascript('alert(1)')",
        'client.run_javascript(code)',
        'run_javascript(code)',
        "outbox.enqueue_message('run_javascript', {'code': code}, client_id)",
        "ui.button().on('click', js_handler='() => emit()')",
        'ui.input().props(\':rules="[v => !!v]"\')',
        'ui.input().props(f\'dense :rules="{rules}"\')',
        'ui.input().props(\'dense\\n  :model-value="x"\')',
        "element.props[':columns'] = 'x => x'",
        "ui.echart({'tooltip': {':formatter': 'p => p.value'}})",
        "grid.run_method(':setFilter', 1)",
        'ui.add_head_html(\'<script src="x"></script>\')',
        "ui.add_body_html(f'< SCRIPT>{code}')",
        'ui.html(\'<a href="javascript:void(0)">\', sanitize=False)',
        'ui.html(f\'<b onclick="go({number})">{name}</b>\', sanitize=False)',
        "ui.element('script')",
        "class Chart(ui.element, esm={'chart': 'dist'}): pass",
        "table.add_slot('body-cell', '<q-td>{{ props.value }}</q-td>')",
        "table.add_slot('body-cell', '<q-td :props=\"props\">x</q-td>')",
        "table.add_slot('body-cell', '<q-btn @click=\"go\">x</q-btn>')",
        "table.add_slot('body-cell', '<b v-if=\"a\">x</b>')",
        "table.add_slot('body-cell', template)",
        "page.evaluate('window.scrollX')",
    ],
)
def test_the_checker_catches(sample: str) -> None:
    assert findings(sample)


@pytest.mark.parametrize(
    'sample',
    [
        '"""Why there is no <script> and no run_javascript here."""',
        "with table.add_slot('top'):\n    pass",
        "ui.input('Price').props('dense outlined aria-label=\"Price: in USD\"')",
        "element.run_method('focus')",
        "create_engine('sqlite:///:memory:')",
        "ui.add_css('.row:hover { color: red } @media print { .row { --v-up: 1 } }')",
        "text.split(':')",
        "f'{moment:%H:%M:%S} and {price:.2f}'",
        'ui.html(\'<svg><path d="M0 0"/></svg>\', sanitize=False)',
    ],
)
def test_the_checker_lets_pass(sample: str) -> None:
    assert findings(sample) == []


@pytest.mark.parametrize('sample', ["name = '<script>alert(1)</script>'"])
def test_attacks_may_stand_in_tests(sample: str) -> None:
    assert findings(sample, product=False) == []
    assert findings(sample, product=True)
