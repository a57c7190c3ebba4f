"""Passwords: which are refused, and that their hashes are made beside the event loop, two at once."""

import asyncio
import threading
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.accounts import passwords
from desk.accounts.common import commonest, is_common
from desk.accounts.passwords import AT_ONCE, WAITING, Passwords, check_password, provisional_password
from desk.errors import Invalid, TooMany

COMMON = sorted(commonest())


def test_the_list_is_whole() -> None:
    assert len(COMMON) == 10_000
    assert {'password', '123456', 'qwerty', 'dragon'} < commonest()
    assert all(word == word.casefold().strip() for word in COMMON)


@pytest.mark.parametrize(
    'password',
    [
        'qwerty123456',
        'QWERTY123456',
        'Password2026!',
        '!!Dragon!!2026',
        'passwordpassword',
        'Passwordpassw',
        'dragon1dragon1',
        'aaaaaaaaaaaa',
        'abcabcabcabcabc',
        '123456789012',
        '1234567890123456',
        '            ',
    ],
)
def test_what_is_tried_first_is_refused(password: str) -> None:
    with pytest.raises(Invalid, match='tried first'):
        check_password(password, 'Ada')


@pytest.mark.parametrize(
    ('password', 'says'),
    [('', 'at least 12'), ('elevenchars', 'has 11'), ('x' * 201, 'at most 200'), ('e\u0301' * 11, 'has 11')],
)
def test_its_length_is_that_of_its_letters(password: str, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        check_password(password, 'Ada')


@pytest.mark.parametrize('password', ['Christopher Robin', 'christopher robin1926', 'CHRISTOPHER ROBIN!'])
def test_the_name_of_the_account_is_refused(password: str) -> None:
    with pytest.raises(Invalid, match='name of its account'):
        check_password(password, 'Christopher Robin')
    check_password(password, 'Ada')


@given(st.sampled_from(COMMON), st.text('0123456789!?.-_ ', max_size=8), st.booleans())
def test_digits_and_signs_around_a_common_one_make_it_no_better(word: str, around: str, capital: bool) -> None:
    if word[0].isalpha() and word[-1].isalpha():
        assert is_common(f'{around}{word.capitalize() if capital else word}{around}')


def test_what_is_given_is_good_enough() -> None:
    given = {provisional_password() for _ in range(200)}
    assert len(given) == 200
    for password in given:
        check_password(password, 'Ada')


@pytest.mark.parametrize(
    'password', ['correct horse battery', 'b5Tq!0rmZx&2', 'пароль без связи слов', '雨が降れば傘をさして歩きます']
)
def test_others_are_good_enough(password: str) -> None:
    check_password(password, 'Ada')


async def test_a_hash_knows_its_password_however_it_is_composed() -> None:
    hashes = Passwords()
    stored = await hashes.hash('Zoë likes this horse')
    assert stored.startswith('$argon2id$')
    assert await hashes.hash('Zoë likes this horse') != stored
    assert await hashes.verify(stored, unicodedata.normalize('NFD', 'Zoë likes this horse')) == ''
    assert await hashes.verify(stored, 'Zoe likes this horse') is None
    assert await hashes.verify('no hash', 'Zoë likes this horse') is None
    assert await hashes.verify(None, '') is None


async def test_a_hash_of_other_parameters_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = await Passwords().hash('correct horse battery')
    monkeypatch.setitem(passwords.COST, 'time_cost', 2)
    hashes = Passwords()
    stronger = await hashes.verify(stored, 'correct horse battery')
    assert stronger
    assert await hashes.verify(stronger, 'correct horse battery') == ''
    assert await hashes.verify(stored, 'another horse battery') is None


async def test_two_are_made_at_once_some_wait_and_the_others_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    hashes, running, most, go = Passwords(), 0, 0, threading.Event()
    lock = threading.Lock()

    def slow(_: str) -> str:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        go.wait(10)
        with lock:
            running -= 1
        return 'hash'

    monkeypatch.setattr(hashes, '_hash', slow)
    asked = [asyncio.create_task(hashes.hash('x')) for _ in range(WAITING)]
    await asyncio.sleep(0)
    asked[0].cancel()
    with pytest.raises(TooMany) as refused:
        await hashes.hash('x')
    assert refused.value.retry_after > 0
    go.set()
    done = await asyncio.gather(*asked, return_exceptions=True)
    assert (most, done.count('hash')) == (AT_ONCE, WAITING - 1)
    assert await hashes.hash('x') == 'hash'
    hashes.close()
