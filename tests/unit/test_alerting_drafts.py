"""What can be asked of an alert, the sentence for each thing that cannot, and what a firing says."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from desk.alert import Condition, Draft, Firing, Repeat
from desk.alerting.conditions import CROSSES, HIGHS, LEVELS, MOVES, Conditions
from desk.alerting.drafts import check_draft
from desk.alerting.messages import PLACEHOLDERS, Occasion, message
from desk.errors import Invalid
from tests.running import ROOT
from tests.unit.alerting_world import START, an_alert

D = Decimal
RULES = (ROOT / 'docs' / 'alert-rules.md').read_text('utf-8')
GOOD = Draft('above', 'BTC', price=D(70000))
MOVE = Draft('rises', 'BTC', percent=D(5), window=300)
EVERY = replace(GOOD, repeat=Repeat.EVERY, cooldown=60)
REARM = replace(GOOD, repeat=Repeat.REARM, rearm=D(1))
SILENT = Draft('silent', 'BTC', minutes=10)


def _checked(draft: Draft) -> Draft:
    conditions = Conditions()
    conditions.add('wide', 'spread is wide', lambda quote: True)
    return check_draft(draft, conditions, START)


@pytest.mark.parametrize(
    'draft',
    [
        GOOD,
        MOVE,
        EVERY,
        REARM,
        SILENT,
        Draft('new_low'),
        Draft('wide', watchlist_id=3),
        replace(SILENT, repeat=Repeat.EVERY),
        replace(GOOD, condition='crosses', repeat=Repeat.EVERY),
        replace(MOVE, condition='falls', percent=D('99.9999'), window=86400),
        replace(GOOD, message='{"text": "{name} at {price}", "more": {}}'),
        replace(GOOD, expires=START + timedelta(seconds=1), channels=(1, 2)),
    ],
)
def test_what_goes_together_passes_as_it_is(draft: Draft) -> None:
    assert _checked(draft) == draft


def test_texts_are_trimmed_and_numbers_written_plainly() -> None:
    asked = replace(GOOD, coin=' BTC ', name=' up ', note=' n ', message=' {price} ', price=D('7e4'), channels=(1, 1))
    got = _checked(asked)
    assert (got.coin, got.name, got.note, got.message, str(got.price), got.channels) == (
        'BTC',
        'up',
        'n',
        '{price}',
        '70000',
        (1,),
    )


@pytest.mark.parametrize(
    ('draft', 'changes', 'field', 'words'),
    [
        (GOOD, {'condition': ''}, 'condition', 'Choose the condition'),
        (GOOD, {'condition': 'sinks'}, 'condition', 'no condition “sinks”; take one of above, below,'),
        (GOOD, {'watchlist_id': 1}, 'watchlist_id', 'one coin or a watchlist'),
        (GOOD, {'price': None}, 'price', 'Give the price to watch for'),
        (GOOD, {'price': D(-1)}, 'price', 'greater than zero'),
        (GOOD, {'percent': D(5)}, 'percent', 'this one takes none'),
        (GOOD, {'window': 300}, 'window', 'this one takes none'),
        (GOOD, {'minutes': 5}, 'minutes', 'this one takes none'),
        (MOVE, {'price': D(5)}, 'price', 'this one takes none'),
        (MOVE, {'percent': None}, 'percent', 'by how many per cent'),
        (MOVE, {'percent': D(0)}, 'percent', 'greater than 0 and less than 100,000'),
        (MOVE, {'percent': D('NaN')}, 'percent', 'greater than 0'),
        (MOVE, {'percent': D('0.00001')}, 'percent', 'at most 4 digits'),
        (MOVE, {'condition': 'falls', 'percent': D(100)}, 'percent', 'less than 100,'),
        (MOVE, {'window': None}, 'window', 'within which time'),
        (MOVE, {'window': 400}, 'window', 'one of 5m, 1h, 24h'),
        (SILENT, {'minutes': None}, 'minutes', 'after how many minutes'),
        (SILENT, {'minutes': 0}, 'minutes', 'from 1 to 43,200'),
        (SILENT, {'repeat': Repeat.REARM, 'rearm': D(1)}, 'repeat', 'cannot be re-armed by a price'),
        (GOOD, {'cooldown': 60}, 'cooldown', 'for alerts that fire every time'),
        (EVERY, {'cooldown': 59}, 'cooldown', 'at least 60 seconds'),
        (EVERY, {'cooldown': -1}, 'cooldown', 'from 0 to 2,592,000'),
        (EVERY, {'rearm': D(1)}, 'rearm', 'for alerts that are re-armed'),
        (REARM, {'rearm': None}, 'rearm', 'must go back'),
        (REARM, {'rearm': D(100)}, 'rearm', 'less than 100'),
        (GOOD, {'name': 'n' * 51}, 'name', 'at most 50 characters; this one has 51'),
        (GOOD, {'note': 'n' * 501}, 'note', 'at most 500'),
        (GOOD, {'message': 'm' * 501}, 'message', 'at most 500'),
        (GOOD, {'message': '{name} {prize}'}, 'message', 'no placeholder {prize}; take one of {name}, {price},'),
        (GOOD, {'channels': tuple(range(21))}, 'channels', 'at most 20 channels'),
        (GOOD, {'expires': START}, 'expires', 'expires at a later time'),
        (GOOD, {'expires': START.replace(tzinfo=None)}, 'expires', 'needs a zone'),
    ],
)
def test_what_does_not_go_together_is_told(draft: Draft, changes: Mapping[str, Any], field: str, words: str) -> None:
    with pytest.raises(Invalid) as told:
        _checked(replace(draft, **changes))
    assert (told.value.field, words in str(told.value)) == (field, True), str(told.value)


def _occasion(condition: str, text: str = '', **fields: Any) -> Occasion:
    numbers = {'level': D(70000), 'percent': None, 'window': None, 'minutes': None, 'reading': None, **fields}
    price = D(70010) if condition not in ('below', 'crosses_down', 'falls', 'new_low') else D(69990)
    firing = Firing(
        id=0,
        alert_id=1,
        coin_id=1,
        nth=3,
        at=START,
        condition=condition,
        price=price,
        tick_time=START,
        tick_seq=1,
        tick_source='test',
        **numbers,
    )
    alert = an_alert(1, condition, message=text, name='My {name}', note='sell half')
    return Occasion(alert, firing, 'BTC', D('1.25'), 'spread is wide')


@pytest.mark.parametrize('condition', [*Condition, 'wide'])
def test_a_firing_says_the_sentence_that_is_documented(condition: str) -> None:
    reading = D(5) if condition == 'silent' else D('5.1200')
    said = message(_occasion(condition, reading=reading, window=300))
    row = "a plugin's" if condition == 'wide' else f'`{condition}`'
    assert f'| {row} | {said} |' in RULES


def test_a_minute_is_one_minute() -> None:
    assert message(_occasion('silent', reading=D(1))).startswith('BTC has had no price for 1 minute; the last')


def test_placeholders_are_filled_and_documented() -> None:
    filled = {
        '{name}': 'BTC',
        '{price}': '70,010.00',
        '{change_24h}': '+1.25 %',
        '{time}': '2026-01-01 00:00:00 UTC',
        '{condition}': 'BTC is above 70,000.00, at 70,010.00.',
        '{level}': '70,000.00',
        '{percent}': '—',
        '{alert}': 'My {name}',
        '{note}': 'sell half',
        '{count}': '3',
        '{"a": {}}': '{"a": {}}',
    }
    assert {text: message(_occasion('above', text)) for text in filled} == filled
    assert [f'{{{name}}}' for name in PLACEHOLDERS] == list(filled)[:-1]
    assert all(f'| `{{{name}}}` |' in RULES for name in PLACEHOLDERS)


def test_a_fall_has_its_sign_and_what_is_not_known_a_dash() -> None:
    occasion = _occasion('falls', '{change_24h} {percent}', percent=D(5))
    assert message(replace(occasion, change_24h=D('-0.50'))) == '−0.5 % 5 %'
    assert message(replace(occasion, change_24h=None)) == '— 5 %'


def test_each_condition_that_is_built_in_is_in_the_rules_and_of_one_kind() -> None:
    kinds = [CROSSES, LEVELS - CROSSES, MOVES, HIGHS, {Condition.SILENT}]
    assert sorted(condition for kind in kinds for condition in kind) == sorted(Condition)
    assert all(f'| `{condition}` | ' in RULES for condition in Condition)


@pytest.mark.parametrize('name', ['two\nlines', 'B\u202eTC', 'B\u200bTC', '\x1b[31mred'])
def test_a_name_that_could_be_another_line_of_a_letter_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match=r'printable|control'):
        _checked(Draft(condition=Condition.ABOVE, coin='BTC', price=Decimal(1), name=name))
