"""Settings: defaults, then the environment, then what is given; a bad value ends in one clear sentence."""

from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from desk.errors import Invalid
from desk.orders import Terms
from desk.settings import Settings, load_settings
from desk.terms import default_terms, parse_terms, terms_text


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f'COINTAPE_{name.upper()}', raising=False)


def test_the_defaults_are_those_of_the_readme() -> None:
    settings = load_settings()
    assert (settings.host, settings.port, settings.data_dir) == ('127.0.0.1', 8080, Path('data'))
    assert (settings.exchange, settings.quote, settings.frame_rate) == ('coinbase', 'USD', 10)
    assert settings.demo is None, 'neither asked for nor refused: the desk decides'
    assert settings.coins[:2] == ('BTC', 'ETH')
    assert len(settings.coins) == 30


def test_the_terms_of_a_paper_account_are_those_of_its_data_type() -> None:
    assert default_terms(load_settings()) == Terms()
    given = load_settings(limit_fills='touch', on_gap='refuse', slippage='7.5', participation='10')
    terms = Terms(touch=True, cut=False, slippage=Decimal('7.5'), participation=Decimal(10))
    assert default_terms(given) == terms
    assert parse_terms(terms_text(terms), Terms()) == terms


def test_the_environment_overrides_a_default_and_a_given_value_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('COINTAPE_PORT', '8090')
    monkeypatch.setenv('COINTAPE_EXCHANGE', 'kraken')
    settings = load_settings(port=8091, exchange=None)
    assert settings.port == 8091
    assert settings.exchange == 'kraken', 'None is a flag that was not given'


@pytest.mark.parametrize('text', ['btc,eth', 'BTC ETH', ' Btc, eth ,btc'])
def test_coins_are_a_list_with_commas_or_blanks_in_capitals_each_once(text: str) -> None:
    assert load_settings(coins=text).coins == ('BTC', 'ETH')


def test_coins_come_from_the_environment_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('COINTAPE_COINS', 'sol,ada')
    assert load_settings().coins == ('SOL', 'ADA')


@pytest.mark.parametrize(('text', 'meant'), [('true', True), ('1', True), ('false', False), ('0', False)])
def test_the_demo_is_switched_by_the_environment(text: str, meant: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('COINTAPE_DEMO', text)
    assert load_settings().demo is meant


def test_the_database_lies_in_the_data_dir_unless_one_is_given() -> None:
    assert load_settings(data_dir='/var/desk').database == 'sqlite:////var/desk/cointape.db'
    assert load_settings(database_url='postgresql+psycopg:///desk').database == 'postgresql+psycopg:///desk'


def test_settings_are_frozen() -> None:
    settings = load_settings()
    with pytest.raises(ValidationError):
        settings.port = 1


@pytest.mark.parametrize('host', ['127.0.0.1', '127.9.9.9', '::1', 'localhost'])
def test_every_loopback_address_will_do(host: str) -> None:
    assert load_settings(host=host).host == host


@pytest.mark.parametrize(
    ('name', 'value', 'says'),
    [
        ('port', '0', '--port 0 should be greater than or equal to 1.'),
        ('port', '70000', '--port 70000 should be less than or equal to 65535.'),
        ('port', 'http', '--port http should be a valid integer.'),
        ('quote', 'us$', '--quote us$ should be a currency in capitals, like USD.'),
        ('log_level', 'loud', '--log-level loud should be debug, info, warning or error.'),
        ('frame_rate', '0', '--frame-rate 0 should be greater than or equal to 1.'),
        ('frame_rate', '1000', '--frame-rate 1000 should be less than or equal to 60.'),
        ('maker_fee', '10.1', '--maker-fee 10.1 should be less than or equal to 10.'),
        ('taker_fee', '-1', '--taker-fee -1 should be greater than or equal to 0.'),
        ('spread', '51', '--spread 51 should be less than or equal to 50.'),
        ('slippage', '1001', '--slippage 1001 should be less than or equal to 1000.'),
        ('participation', '101', '--participation 101 should be less than or equal to 100.'),
        ('paper_cash', '0', '--paper-cash 0 should be greater than 0.'),
        ('limit_fills', 'near', '--limit-fills near should be through or touch.'),
        ('on_gap', 'wait', '--on-gap wait should be cut or refuse.'),
        ('demo', 'perhaps', '--demo perhaps should be a valid boolean.'),
        ('coins', 'BTC,' + 'A' * 51, '--coins: A name has at most 50 characters; this one has 51.'),
    ],
)
def test_a_bad_value_is_one_sentence_by_flag_and_by_environment(
    name: str, value: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Invalid, match='--') as by_flag:
        load_settings(**{name: value})
    monkeypatch.setenv(f'COINTAPE_{name.upper()}', value)
    with pytest.raises(Invalid, match='--') as by_environment:
        load_settings()
    assert str(by_flag.value) == str(by_environment.value) == says


@pytest.mark.parametrize('host', ['example.com', '1.2.3', ''])
def test_a_host_is_an_address(host: str) -> None:
    with pytest.raises(Invalid, match=r'^--host .*should be an address of this machine.*\.$'):
        load_settings(host=host)


@pytest.mark.parametrize(
    ('flags', 'alone'),
    [
        ({}, True),
        ({'host': '::1'}, True),
        ({'host': 'localhost'}, True),
        ({'host': '0.0.0.0'}, False),
        ({'host': '::'}, False),
        ({'host': '192.168.1.5'}, False),
        ({'trusted_proxies': '127.0.0.1'}, False),
    ],
)
def test_only_a_desk_on_loopback_without_a_proxy_is_alone(flags: dict[str, str], alone: bool) -> None:
    assert load_settings(**flags).alone is alone


def test_proxies_are_addresses_or_networks() -> None:
    assert load_settings(trusted_proxies='10.0.0.0/8, ::1').trusted_proxies == ('10.0.0.0/8', '::1/128')
    with pytest.raises(Invalid, match=r'^--trusted-proxies caddy should be addresses or networks.*\.$'):
        load_settings(trusted_proxies='caddy')


@pytest.mark.parametrize('prefix', ['desk', '/desk/', '/de sk', '//'])
def test_a_path_prefix_is_a_path(prefix: str) -> None:
    with pytest.raises(Invalid, match=r'^--path-prefix .*should be a path like /desk'):
        load_settings(path_prefix=prefix)
