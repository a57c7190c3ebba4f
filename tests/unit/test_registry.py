"""Coins are found by name without regard to case, through renames and merges."""

import pytest

from desk.errors import NotFound
from desk.registry import Registry
from models import Coin

BTC, ETH = (Coin(id=number, name=name, key=name.casefold()) for number, name in ((1, 'BTC'), (3, 'ETH')))


def test_names_differ_not_by_case() -> None:
    assert Registry([BTC]).get(' btc ') is BTC


def test_a_merged_coin_leads_to_the_one_it_was_merged_into_and_lends_it_its_records() -> None:
    registry = Registry([BTC, Coin(id=2, name='Xbt', key='xbt', merged_into=1)])
    assert registry.get('XBT') is BTC
    assert registry.ids(BTC) == [1, 2]
    assert registry.all() == [BTC]


def test_a_renamed_coin_is_no_longer_found_by_its_old_key() -> None:
    registry = Registry([Coin(id=1, name='BTC', key='btc')])
    registry.put(Coin(id=1, name='Bitcoin', key='bitcoin'))
    assert registry.find('BTC') is None
    assert registry.get('bitcoin').id == 1


def test_an_unknown_name_is_answered_with_those_that_begin_alike() -> None:
    with pytest.raises(NotFound, match=r'“BTX” on this desk. Known names that begin alike: BTC\.'):
        Registry([BTC, ETH]).get('BTX')
