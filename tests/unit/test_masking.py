"""What must never be read in a log, in the forms in which libraries, tracebacks and requests say it."""

from time import process_time

import pytest

from desk.masking import LONGEST, mask

SECRETS = [
    ('Authorization: Bearer {}', 'ct_abc.DEF-123~/+='),
    ("headers [(b'authorization', b'Basic {}'), (b'host', b'a')]", 'dXNlcjpwYXNzd29yZA=='),
    ('curl -H "Authorization: bearer {}"', 'tiny'),
    ("[(b'cookie', b'session={}; theme=dark'), (b'host', b'desk')]", 'opaque-value'),
    ('Set-Cookie: id={}; Path=/; HttpOnly', 'opaque'),
    ("{{'HTTP_COOKIE': 'a=1; session={}', 'PATH_INFO': '/'}}", 'opaque'),
    ('login failed: password={}', 'hunter2'),
    ('{{"user": "ada", "password": "{}", "new_password": "{}"}}', 'correct horse \\" battery'),
    ("Login(user='ada', password='{}')", 'correct horse'),
    ("password\n  too short [type=string_too_short, input_value='{}', input_type=str]", 'hunter2'),
    ("[SQL: INSERT INTO account VALUES (?, ?)]\n[parameters: ('ada', '{}')]", 'pbkdf'),
    ('DETAIL:  Failing row contains (7, {}, null).', 'ada@example.org'),
    ('DETAIL:  Key (token)=({}) already exists.', 'deadbeef'),
    ('could not connect to postgresql+psycopg://desk:{}@db.local:5432/desk', 'p@ss/w?rd'),
    ('connection to "host=db user=desk password={} dbname=desk" failed', 'hunter2'),
    ('Could not send to tgram://{}/99', '123456:ABC-DEF'),
    ('Could not send to mailto://ada:{}@gmail.com?to=bob@example.org', 'hunter2'),
    ('POST https://hooks.slack.com/services/{} said 404', 'T0/B0/xyz'),
    ('POST https://discord.com/api/webhooks/1/{}', 'xyz'),
    ('jsons://desk.example/hook/{}', 'xyz'),
    ('otpauth://totp/Cointape:ada?secret={}&issuer=Cointape', 'JBSWY3DPEHPK3PXP'),
    ('the second factor is {}', 'JBSWY3DPEHPK3PXP'),
    ('one-time code {}', '483920'),
    ('The code is {}.', '4839-2011-AB'),
    ('{{"code": "{}"}}', '483920'),
    ("recovery_codes=['{}', 'zzzz-9999']", 'aaaa-1111'),
    ('totp={}', '123456'),
    ('127.0.0.1:5 - "GET /_nicegui_ws/socket.io/?client_id={}&EIO=4 HTTP/1.1" 200', '7f'),
    ('127.0.0.1:5 - "WebSocket /_nicegui_ws/socket.io/?EIO=4&document_id={}" [accepted]', '7f'),
    ("{{'client_id': '{}'}}", 'x'),
    ('Pruning stale client {}', '0b3c1d9e-1111-4222-8333-444455556666'),
    ('GET /login?next={} not found', '/secret'),
    ('http://127.0.0.1:8080/import?token={} not found', 'x'),
    ("'query_string': b'{}'", 'client_id=7f'),
    ('sealed as {}', 'gAAAAABlZ2x1ZTEyMzQ1Njc4OTAxMjM0NTY3ODkw=='),
    ('hash {} does not fit', '$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub'),
    ('sha256 {}', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'),
]


@pytest.mark.parametrize(('said', 'secret'), SECRETS)
def test_a_secret_is_not_in_what_is_left(said: str, secret: str) -> None:
    text = said.format(*[secret] * 2)
    assert secret in text
    left = mask(text)
    assert secret not in left
    assert '****' in left
    assert not any(part in left for part in secret.split('/') if len(part) > 3), left


@pytest.mark.parametrize(
    'text',
    [
        'desk.crew: frames to the browsers failed',
        'The channel “Phone” keeps failing: the service answered 503',
        'a price of BTC/USD? yes: 67000.12345678901234567890 at 2026-11-24T00:00:00+00:00',
        '  File "/srv/cointape/desk/crew.py", line 34, in _repeat',
        'sqlite3.OperationalError: database is locked',
        'Coinbase: closed with code=1006, exit code 3',
        '127.0.0.1:5 - "GET /api/prices/BTC HTTP/1.1" 200',
        'http://127.0.0.1:8080/coin/BTC not found',
        'sqlite:////var/lib/cointape/cointape.db',
        'The token of ada was used from a new address: 10.0.0.7.',
    ],
)
def test_what_is_no_secret_stays_as_it_is(text: str) -> None:
    assert mask(text) == text


def test_what_helps_to_find_the_fault_stays() -> None:
    said = mask('postgresql+psycopg://desk:hunter2@db.local:5432/desk?sslmode=require')
    assert said == 'postgresql+psycopg://desk:****@db.local:5432/desk?****'
    assert mask('https://api.coinbase.com/v3/x?key=1 answers 503') == 'https://api.coinbase.com/**** answers 503'
    assert mask('Authorization: Bearer abc\nHost: desk') == 'Authorization: ****\nHost: desk'


@pytest.mark.parametrize(
    'part', ['a', 'a-', 'A1a', 'x://', '/?', '"', "'\\", "cookie='", 'password', 'code=[', 'Key (=', '$argon2', 'a.a+']
)
def test_hostile_text_takes_no_longer_than_other_text(part: str) -> None:
    began = process_time()
    assert len(mask(part * (LONGEST // len(part)))) <= 3 * LONGEST
    assert process_time() - began < 0.5


def test_of_what_is_very_long_the_middle_is_left_out() -> None:
    said = mask('begin ' + 'x' * 1_000_000 + ' end')
    assert len(said) < LONGEST + 100
    assert said.startswith('begin ')
    assert said.endswith(' end')
    assert '967,242 characters left out' in said
