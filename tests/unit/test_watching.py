"""The dashboard and the alerting rules in deploy/: PromQL that parses, about figures and labels that there are."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import promql_parser as promql
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families as parse

from desk.desk import Desk
from models import utc_now
from pages.live import Live, figures
from tests.asgi import api_client
from tests.running import ROOT

GRAFANA, RULES = ROOT / 'deploy/grafana/cointape.json', ROOT / 'deploy/prometheus/alerts.yml'
SCRAPE = ROOT / 'deploy/prometheus/prometheus.yml'
OF_PROMETHEUS = {'up': {'job', 'instance'}}
ADDED = {'job', 'instance'}  # by Prometheus, to every series
VARIABLES = {'$__rate_interval': '5m', '$job': 'cointape', '$instance': '.*'}
FROM_PAGES = {'cointape_browsers', 'cointape_browser_messages', 'cointape_browser_bytes'}  # pages/live.py
Labels = dict[str, set[str]]


@pytest.fixture
async def known(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Labels:
    """The labels of each series that a desk exposes which has a problem and a feed that has given a price."""
    desk.crew.problems['retention'] = 'The disk is full.'
    feeds = [replace(feed, last_price=utc_now()) for feed in desk.feeds.states()]
    monkeypatch.setattr(desk.feeds, 'states', lambda: feeds)
    async with api_client(desk) as http:
        families = list(parse((await http.get('/metrics')).text))
    found: Labels = {name: set(labels) for name, labels in OF_PROMETHEUS.items()}
    for sample in (sample for family in families for sample in family.samples):
        found.setdefault(sample.name, set()).update(sample.labels, ADDED)
    return found | {name: {'state', *ADDED} for name in FROM_PAGES} | {f'{name}_total': ADDED for name in FROM_PAGES}


def board() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(GRAFANA.read_text('utf-8'))
    return made


def questions() -> list[tuple[str, str]]:
    """All PromQL there is, each with where it stands."""
    asked = [(panel['title'], target['expr']) for panel in board()['panels'] for target in panel['targets']]
    for variable in board()['templating']['list']:
        if variable['type'] == 'query':
            asked.append((variable['name'], re.sub(r'label_values\((.*), \w+\)', r'\1', variable['definition'])))
    groups = yaml.safe_load(RULES.read_text('utf-8'))['groups']
    return asked + [(rule['alert'], rule['expr']) for group in groups for rule in group['rules']]


def parsed(question: str) -> Any:
    for variable, value in VARIABLES.items():
        question = question.replace(variable, value)
    return promql.parse(question)


def nodes(node: Any) -> Iterator[Any]:
    """A question and all its parts."""
    yield node
    for name in ('expr', 'lhs', 'rhs', 'vector_selector', 'param'):
        if (part := getattr(node, name, None)) is not None:
            yield from nodes(part)
    for part in getattr(node, 'args', None) or ():
        yield from nodes(part)


def asked(question: str) -> list[Any]:
    """The series that a question is about."""
    return [node for node in nodes(parsed(question)) if isinstance(node, promql.VectorSelector)]


def test_every_question_is_about_figures_and_labels_that_there_are(known: Labels) -> None:
    for where, question in questions():
        selected = asked(question)
        assert selected, where
        for one in selected:
            assert one.name in known, f'{where}: nothing exposes {one.name}'
            for matcher in one.matchers.matchers:
                assert matcher.name in known[one.name], f'{where}: {one.name} has no label {matcher.name}'
        labels = set[str]().union(*(known[one.name] for one in selected))
        grouped = ', '.join(re.findall(r'(?:by|on) \(([\w, ]*)\)', question)).split(', ')
        assert set(filter(None, grouped)) <= labels, where


def test_what_a_legend_or_a_summary_names_is_a_label_of_its_question(known: Labels) -> None:
    told = [(target['expr'], target['legendFormat']) for panel in board()['panels'] for target in panel['targets']]
    for group in yaml.safe_load(RULES.read_text('utf-8'))['groups']:
        told += [(rule['expr'], ' '.join(rule['annotations'].values())) for rule in group['rules']]
    for question, words in told:
        labels = set[str]().union(*(known[one.name] for one in asked(question)))
        assert set(re.findall(r'{{ ?(?:\$labels\.)?(\w+) ?}}', words)) <= labels, (question, words)


def test_the_board_stands_on_any_data_source_and_every_panel_has_its_place() -> None:
    made = board()
    sources = {json.dumps(panel['datasource']) for panel in made['panels']}
    assert sources == {'{"type": "prometheus", "uid": "${datasource}"}'}
    assert made['templating']['list'][0]['type'] == 'datasource'
    assert len({panel['id'] for panel in made['panels']}) == len(made['panels'])
    taken = [
        (x, y)
        for panel in made['panels']
        for x in range(panel['gridPos']['x'], panel['gridPos']['x'] + panel['gridPos']['w'])
        for y in range(panel['gridPos']['y'], panel['gridPos']['y'] + panel['gridPos']['h'])
    ]
    assert len(taken) == len(set(taken)), 'panels lie on each other'
    assert max(x for x, _ in taken) == 23


def test_prometheus_is_told_where_the_rules_are_and_how_to_come_in() -> None:
    told = yaml.safe_load(SCRAPE.read_text('utf-8'))
    assert told['rule_files'] == [RULES.name]
    (job,) = told['scrape_configs']
    assert job['job_name'] in RULES.read_text('utf-8')
    assert job['authorization']['type'] == 'Bearer'


def test_the_pages_tell_what_the_questions_are_about() -> None:
    assert {family.name for family in figures(Live())} == FROM_PAGES
