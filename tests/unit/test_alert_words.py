"""What alerts say: a whole sentence for each case, and what is typed becomes a draft."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from desk.alert import Condition, Delivery, Draft, Mark, Repeat, Status
from desk.errors import Invalid
from pages.alert_acts import Do, first_act, more_acts, snoozes
from pages.alert_draft import ALL, Texts, texts_of, written_over
from pages.alert_words import (
    CHOICES,
    COIN,
    LIST,
    STATES,
    WATCHES,
    delivery_words,
    distance_words,
    first_words,
    repeat_words,
    span_words,
    state_of,
    state_words,
    watch_words,
)
from tests.plain_alert import PLAIN

NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)  # a Friday
ALERT = replace(PLAIN, price=Decimal('70000'), created=NOW, changed=NOW)
FIRED = replace(ALERT, marks=(Mark(1, count=1, fired=NOW, price=Decimal(70010)),))
ABOVE = Draft(Condition.ABOVE, coin='BTC', price=Decimal(100))


def test_every_condition_and_every_state_has_its_words() -> None:
    assert set(CHOICES) == set(WATCHES) == set(Condition)
    assert set(STATES) == set(Status)
    for condition in Condition:
        draft = Draft(condition, price=Decimal(5), percent=Decimal('2.5'), window=300, minutes=10)
        for form in range(3):
            words = watch_words(draft, 'ACME', {}, form)
            assert words.endswith('.')
            assert '{' not in words


@pytest.mark.parametrize(
    ('draft', 'form', 'words'),
    [
        (ABOVE, COIN, 'ACME is above 100.00.'),
        (replace(ABOVE, price=Decimal('0.000009230001')), COIN, 'ACME is above 0.000009230001.'),
        (replace(ABOVE, condition='crosses_up'), LIST, 'A coin of “ACME” crosses 100.00 upwards.'),
        (Draft('falls', percent=Decimal('2.5'), window=86400), 2, 'Any coin falls by 2.5 % within 24 hours.'),
        (Draft('silent', minutes=10), COIN, 'ACME has no new price for 10 min.'),
        (Draft('wide'), COIN, '“spread is wide” holds for ACME.'),
    ],
)
def test_what_is_watched_is_one_sentence(draft: Draft, form: int, words: str) -> None:
    assert watch_words(draft, 'ACME', {'wide': 'spread is wide'}, form) == words


def test_how_often_it_fires() -> None:
    assert repeat_words(ALERT) == 'It fires once.'
    assert repeat_words(ALERT, LIST) == 'It fires once for each coin.'
    assert repeat_words(replace(ALERT, repeat=Repeat.EVERY)) == 'It fires every time.'
    assert '1 h' in repeat_words(replace(ALERT, repeat=Repeat.EVERY, cooldown=3600))
    assert '1.5 %' in repeat_words(replace(ALERT, repeat=Repeat.REARM, rearm=Decimal('1.5')))
    assert [span_words(seconds) for seconds in (90, 300, 7200, 86400)] == ['90 s', '5 min', '2 h', '1 d']


def test_the_state_and_its_times_are_in_the_chosen_zone() -> None:
    asleep = replace(ALERT, snoozed=NOW + timedelta(hours=1))
    assert state_of(asleep, NOW) == 'snoozed'
    assert state_words(asleep, 'Asia/Tokyo', NOW) == 'It is silent until 2026-11-21 00:30:00 JST.'
    assert state_of(asleep, NOW + timedelta(hours=1)) == 'active'
    assert state_words(asleep, 'UTC', NOW + timedelta(hours=1)) == ''
    assert state_words(replace(FIRED, status=Status.FIRED), 'UTC', NOW) == 'It fired at 2026-11-20 14:30:00 UTC.'
    assert 'acknowledged' in state_words(replace(FIRED, status=Status.ACKNOWLEDGED), 'UTC', NOW)
    ended = replace(ALERT, status=Status.EXPIRED, expires=NOW)
    assert state_words(ended, 'UTC', NOW) == 'It expired at 2026-11-20 14:30:00 UTC.'
    assert state_words(replace(ended, status=Status.PAUSED), 'UTC', NOW) == 'It expires at 2026-11-20 14:30:00 UTC.'


def test_where_the_price_is_and_what_has_to_happen_first() -> None:
    assert distance_words(Decimal(100), Decimal(96)) == 'It stands at 96.00 now, 4.00 % below.'
    assert distance_words(Decimal(100), Decimal(100)) == 'It stands exactly there now.'
    assert first_words(ABOVE, Decimal(101)) == 'That is so already: it fires at the next price.'
    assert first_words(ABOVE, Decimal(99)) == ''
    assert first_words(replace(ABOVE, condition='crosses'), Decimal(100)).startswith('The price has to move away')
    assert first_words(replace(ABOVE, condition='crosses_up'), Decimal(101)).startswith('The price has to fall')
    assert first_words(replace(ABOVE, condition='crosses_down'), Decimal(99)).startswith('The price has to rise')


def test_a_delivery_says_where_it_is_and_why_not() -> None:
    due = Delivery(1, 1, 1, 'due', 0, NOW, None, '')
    assert delivery_words(due, 'Phone', 'UTC') == 'On its way to Phone.'
    again = replace(due, attempts=2, error='the service answered 503')
    assert delivery_words(again, 'Phone', 'UTC') == (
        'Not yet sent to Phone: the service answered 503. The next try is at 2026-11-20 14:30:00 UTC.'
    )
    assert delivery_words(replace(again, state='failed'), 'Phone', 'UTC').startswith('Not sent to Phone: the service')
    sent = replace(due, state='sent', sent=NOW)
    assert delivery_words(sent, 'Phone', 'Asia/Tokyo') == 'Sent to Phone at 2026-11-20 23:30:00 JST.'


def test_what_one_can_do_depends_on_the_state() -> None:
    assert first_act(ALERT, NOW).do is Do.PAUSE
    assert first_act(replace(ALERT, snoozed=NOW + timedelta(hours=1)), NOW).do is Do.WAKE
    assert first_act(replace(FIRED, status=Status.FIRED), NOW).do is Do.ACKNOWLEDGE
    assert first_act(replace(FIRED, status=Status.EXPIRED), NOW).do is Do.ACTIVATE
    assert Do.SNOOZE not in {act.do for act in more_acts(replace(ALERT, status=Status.PAUSED), NOW, 'UTC')}


def test_mornings_are_those_of_the_zone() -> None:
    hour, tomorrow, monday = (act.until for act in snoozes(NOW, 'Asia/Tokyo'))
    assert hour == NOW + timedelta(hours=1)
    assert tomorrow == datetime(2026, 11, 20, 23, tzinfo=UTC)
    assert monday == datetime(2026, 11, 22, 23, tzinfo=UTC)
    assert snoozes(NOW + timedelta(days=3), 'UTC')[2].until == datetime(2026, 11, 30, 8, tzinfo=UTC)


def test_only_what_the_condition_needs_is_asked() -> None:
    texts = Texts(coin='BTC', price='70000')
    assert texts.shown == {'coin', 'price'}
    assert texts.draft('UTC') == Draft('crosses', coin='BTC', price=Decimal(70000))
    texts.condition, texts.repeat = 'rises', Repeat.EVERY
    assert texts.shown == {'coin', 'percent', 'window', 'cooldown'}
    assert texts.draft('UTC').cooldown == 300
    texts.scope, texts.condition = ALL, 'new_high'
    assert texts.draft('UTC') == Draft('new_high', repeat=Repeat.EVERY, cooldown=300)


@pytest.mark.parametrize(
    ('wrong', 'field'),
    [
        ({'coin': ' '}, 'coin'),
        ({'price': 'much'}, 'price'),
        ({'condition': 'rises', 'percent': '-1'}, 'percent'),
        ({'condition': 'silent', 'minutes': '1.5'}, 'minutes'),
        ({'repeat': Repeat.EVERY, 'cooldown': 'x'}, 'cooldown'),
        ({'expires': 'soon'}, 'expires'),
        ({'scope': 'list'}, 'watchlist'),
    ],
)
def test_what_is_wrong_names_its_field(wrong: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        Texts(**{'coin': 'BTC', 'price': '1', **wrong}).draft('UTC')  # type: ignore[arg-type]
    assert caught.value.field == field


def test_an_alert_becomes_texts_and_the_same_draft_again() -> None:
    alert = replace(
        ALERT, repeat=Repeat.EVERY, cooldown=90, price=Decimal('67000.5'), expires=NOW, name='Mine', sound=True
    )
    texts = texts_of(alert, 'BTC', 'Asia/Tokyo')
    draft = texts.draft('Asia/Tokyo')
    assert (draft.price, draft.cooldown, draft.expires) == (Decimal('67000.5'), 90, NOW)
    assert (draft.coin, draft.name, draft.sound) == ('BTC', 'Mine', True)


@pytest.mark.parametrize('seconds', [0, 61, 90, 100, 100_000])
def test_a_cooldown_of_any_second_comes_back_from_the_form(seconds: int) -> None:
    texts = texts_of(replace(ALERT, repeat=Repeat.EVERY, cooldown=seconds), 'BTC', 'UTC')
    assert texts.draft('UTC').cooldown == seconds


def test_what_is_written_over_takes_along_what_one_sentence_says_of_it() -> None:
    begun = texts_of(ALERT, 'BTC', 'UTC')
    assert written_over(begun, replace(begun, name='Mine')) == {'name'}
    assert written_over(begun, replace(begun, cooldown='7')) == {'repeat', 'cooldown', 'rearm'}
    assert {'coin', 'price'} < written_over(begun, replace(begun, scope=ALL))
    assert written_over(begun, replace(begun)) == set()
