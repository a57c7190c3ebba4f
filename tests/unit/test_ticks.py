"""The rules for names, prices and times, over everything that people and programs may write."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from columns import canonical
from desk.errors import Invalid
from desk.ticks import (
    Bar,
    check_bar,
    check_price,
    check_timestamp,
    name_key,
    name_look,
    parse_name,
    parse_price,
    parse_timestamp,
)

T = TypeVar('T')
BLANKS = set('\u115f\u1160\u2800\u3164\uffa0')
NOW = datetime(2026, 1, 31, 14, 30, tzinfo=UTC)
prices = st.builds(
    lambda digits, places: Decimal(digits).scaleb(-places), st.integers(1, 10**20 - 1), st.integers(0, 18)
).filter(lambda price: len(price.as_tuple().digits) <= 28)
names = st.text(st.characters(exclude_categories=['C', 'Z', 'M']), min_size=1, max_size=16).filter(
    lambda text: not BLANKS & set(text)
)
NAMES = ['BTC', '  BTC\n', 'Ünï', '比特币', '🚀', 'a' * 50, 'LP ETH/USDC', '🚀' * 50, 'ที่', 'नमस्ते', 'שָׁלוֹם', '🇩🇪']
NAMES += [
    '👨\u200d👩\u200d👧',
    '🏳\ufe0f\u200d🌈',
    '1\ufe0f\u20e3',
    '❤\ufe0f',
    '🧑🏽\u200d💻',
    '<b>x</b>',
    "'; DROP TABLE coin; --",
]
NAMES += ['{{7*7}}', '${7*7}', '=cmd()', '@SUM(1)', '../../etc', '%00', 'constructor', '__proto__']
grouped = st.integers(1000, 10**20 - 1)


def outcome(parse: Callable[[str], T], text: str) -> T | Invalid:
    try:
        return parse(text)
    except Invalid as error:
        return error


@given(prices)
def test_a_price_is_the_number_that_was_written(price: Decimal) -> None:
    text = canonical(price)
    assert canonical(parse_price(text)) == text
    assert canonical(parse_price(f'  +{text} ')) == text


@given(grouped)
def test_thousands_may_be_set_apart(number: int) -> None:
    assert parse_price(f'{number:,}') == number


@given(st.text(max_size=30))
def test_any_text_is_a_price_within_bounds_or_refused_in_a_sentence(text: str) -> None:
    price = outcome(parse_price, text)
    if isinstance(price, Invalid):
        assert (price.field, str(price)[-1]) == ('price', '.')
    else:
        assert 0 < price == Decimal(text.strip().replace(',', ''))


@pytest.mark.parametrize(
    ('text', 'advice'),
    [
        ('', 'like 67000.12'),
        ('12,5', '12.5 instead of 12,5'),
        ('1e5', '100000 instead of 1e5'),
        ('1E-7', '0.0000001 instead of 1E-7'),
        ('-3', 'greater than zero'),
        ('0', 'greater than zero'),
        ('0.00', 'greater than zero'),
        ('NaN', 'not a number'),
        ('Infinity', 'not a number'),
        ('1_000', 'not a number'),
        ('٣', 'not a number'),
        ('$5', 'not a number'),
        ('.', 'not a number'),
        ('1.2.3', 'not a number'),
        ('1e999999999', 'without an exponent'),
        ('1e' + '9' * 30, 'without an exponent'),
        ('1.' + '0' * 70 + '1', '18 after'),
        ('1' * 21, '20 digits'),
        ('0.' + '0' * 18 + '1', '18 after'),
        ('1' * 11 + '.' + '1' * 18, '28 in all'),
        pytest.param('9' * 4_000_000, 'has 4,000,000 characters', id='megabytes'),
    ],
)
def test_what_is_no_price_is_answered_with_what_would_be_right(text: str, advice: str) -> None:
    with pytest.raises(Invalid, match=advice):
        parse_price(text)


@pytest.mark.parametrize(
    ('text', 'price'),
    [
        ('67,000.12', '67000.12'),
        ('1,234,567', '1234567'),
        ('.5', '0.5'),
        ('5.', '5'),
        ('007', '7'),
        ('1.50', '1.5'),
        ('0.000000000000000001', '0.000000000000000001'),
        ('99999999999999999999', '99999999999999999999'),
    ],
)
def test_a_price_may_be_written_as_people_do(text: str, price: str) -> None:
    assert canonical(parse_price(text)) == price


@pytest.mark.parametrize('number', ['NaN', 'sNaN', 'Infinity', '-Infinity', '0', '-1', '1e20', '1e-19', '1e999999'])
def test_a_number_out_of_bounds_is_no_price(number: str) -> None:
    with pytest.raises(Invalid):
        check_price(Decimal(number))


@given(prices, st.integers(0, 10))
def test_trailing_zeros_do_not_count_as_digits(price: Decimal, zeros: int) -> None:
    text = canonical(price)
    assert check_price(Decimal(text + ('' if '.' in text else '.') + '0' * zeros)) == price


@given(st.text(max_size=60))
def test_any_text_is_a_name_of_1_to_50_printable_characters_or_refused(text: str) -> None:
    name = outcome(parse_name, text)
    if isinstance(name, Invalid):
        assert name.field == 'name'
    else:
        assert 1 <= len(name) <= 50
        assert name == name.strip()
        assert parse_name(name) == name


@given(names)
def test_a_name_in_another_case_is_the_same_coin(text: str) -> None:
    name = parse_name(text)
    assert name_key(name.casefold()) == name_key(name) == name_key(parse_name(name))


@pytest.mark.parametrize(
    'text',
    ['', '   ', 'x' * 51, 'B\x00TC', 'B\x1b[31mTC', 'B\nTC', 'a\ud800']
    + [f'B{char}TC' for char in '\u200b\u200c\u200e\u202a\u202e\u2066\u2069\u2060\ufeff\u00ad\u2028\u180e\U000e0041']
    + [f'B{char}TC' for char in '\u200d\ufe0f\ufe0e\u034f\u3164\u115f\uffa0\u2800\U000e0101'],
)
def test_what_cannot_be_seen_is_no_name(text: str) -> None:
    with pytest.raises(Invalid):
        parse_name(text)


@pytest.mark.parametrize('text', ['\u200d', '👨\u200d', '\u200d👨', '5\ufe0f', '🚀\ufe0f\ufe0f', '\u3164', '\u0301a'])
def test_a_joiner_or_a_mark_stands_only_where_it_changes_what_is_seen(text: str) -> None:
    with pytest.raises(Invalid):
        parse_name(text)


def test_a_pile_of_accents_is_no_name() -> None:
    assert parse_name('Z' + '\u0335' * 4)
    with pytest.raises(Invalid, match='at most 4 accents'):
        parse_name('Z' + '\u0335' * 5)


@pytest.mark.parametrize(
    ('one', 'other'), [('🚀', '🚀\ufe0f'), ('❤', '❤\ufe0f'), ('A B', 'A\u00a0B'), ('A B', 'a  B'), ('e\u0301', 'É')]
)
def test_names_that_look_the_same_are_one(one: str, other: str) -> None:
    assert name_look(parse_name(one)) == name_look(parse_name(other))


@pytest.mark.parametrize('text', NAMES)
def test_a_name_may_be_in_any_script(text: str) -> None:
    assert parse_name(text) == text.strip()


@given(
    st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2100, 1, 1)),  # noqa: DTZ001  (bounds only)
    st.integers(-14 * 60, 14 * 60),
)
def test_a_time_with_a_zone_is_the_same_moment_in_utc(moment: datetime, minutes: int) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    parsed = parse_timestamp(aware.isoformat())
    assert (parsed, parsed.utcoffset()) == (aware, timedelta(0))


def test_a_time_without_a_zone_is_taken_as_utc() -> None:
    assert parse_timestamp('2026-01-31T14:30:00') == NOW == parse_timestamp('2026-01-31 14:30Z')


@given(st.text(max_size=40))
def test_any_text_is_a_time_in_utc_or_refused(text: str) -> None:
    parsed = outcome(parse_timestamp, text)
    if isinstance(parsed, Invalid):
        assert parsed.field == 'timestamp'
    else:
        assert parsed.utcoffset() == timedelta(0)


@pytest.mark.parametrize('text', ['0001-01-01T00:00:00+14:00', '9999-12-31T23:59:59-14:00'])
def test_a_time_outside_of_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_timestamp(text)


def test_a_clock_may_be_five_seconds_ahead_and_no_more() -> None:
    ahead = NOW + timedelta(seconds=5)
    assert check_timestamp(ahead, NOW) == ahead
    with pytest.raises(Invalid, match='future'):
        check_timestamp(ahead + timedelta(microseconds=1), NOW)


@pytest.mark.parametrize('moment', [datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC), NOW.replace(tzinfo=None)])
def test_a_time_before_1970_or_without_a_zone_is_refused(moment: datetime) -> None:
    with pytest.raises(Invalid):
        check_timestamp(moment, NOW)


def bar(**changes: object) -> Bar:
    values = {
        'name': 'BTC',
        'interval': 60,
        'start': NOW,
        'open': Decimal(2),
        'high': Decimal(3),
        'low': Decimal(1),
        'close': Decimal(2),
        'volume': None,
        'source': 'csv',
        **changes,
    }
    return Bar(**values)  # type: ignore[arg-type]  # one value of each type, by name


def test_a_candle_that_holds_together_passes() -> None:
    assert check_bar(bar(volume=Decimal(0))) == bar(volume=Decimal(0))


@pytest.mark.parametrize(
    'changes',
    [
        {'high': Decimal('1.5')},
        {'low': Decimal('2.5')},
        {'low': Decimal(0)},
        {'volume': Decimal(-1)},
        {'volume': Decimal('NaN')},
        {'interval': 300},
        {'start': NOW + timedelta(seconds=1)},
        {'start': NOW + timedelta(microseconds=1)},
        {'interval': 3600},
    ],
)
def test_a_candle_that_contradicts_itself_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        check_bar(bar(**changes))
