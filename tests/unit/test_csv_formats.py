"""Headers are recognised, others are mapped, and coins are found in pairs and file names."""

import pytest

from desk.csv.formats import base_of, likely_mapping, mapped, name_in, recognise
from desk.errors import Invalid


@pytest.mark.parametrize(
    ('header', 'key'),
    [
        ('name,price,timestamp', 'cointape'),
        ('Timestamp, Name ,PRICE,Note', 'cointape'),
        ('price,timestamp', 'prices'),
        ('timeOpen,timeClose,timeHigh,timeLow,name,open,high,low,close,volume', 'coinmarketcap_export'),
        ('SNo,Name,Symbol,Date,High,Low,Open,Close,Volume,Marketcap', 'coinmarketcap_kaggle'),
        ('unix,date,symbol,open,high,low,close,Volume BTC,Volume USD', 'cryptodatadownload'),
        ('snapped_at,price,market_cap,total_volume', 'coingecko'),
        ('Date,Open,High,Low,Close,Adj Close,Volume', 'yahoo'),
        ('time,open,high,low,close,volume,trades', 'kraken_daily'),
        ('time,low,high,open,close,volume', 'coinbase_1m'),
    ],
)  # fmt: skip
def test_a_known_header_is_recognised_in_any_case(header: str, key: str) -> None:
    layout = recognise(header.split(','))
    assert layout is not None
    assert layout.format.key == key


@pytest.mark.parametrize('header', ['', 'a,b,c', 'name,price', 'time,open,high,low', 'date,value'])
def test_an_unknown_header_is_not_guessed(header: str) -> None:
    assert recognise(header.split(',')) is None


def test_the_volume_in_coins_is_taken_where_there_are_two() -> None:
    layout = recognise(['date', 'symbol', 'open', 'high', 'low', 'close', 'volume_btc', 'volume'])
    assert layout is not None
    assert layout.at['volume'] == 6


def test_a_mapping_is_proposed_for_an_unknown_header() -> None:
    assert likely_mapping(['Date', 'Rate', 'Coin', 'x']) == {'timestamp': 'Date', 'price': 'Rate', 'name': 'Coin'}
    assert likely_mapping(['Day', 'Close']) == {'timestamp': 'Day', 'price': 'Close'}
    candles = likely_mapping(['Date', 'O', 'H', 'L', 'C', 'Price'])
    assert candles == {'timestamp': 'Date', 'open': 'O', 'high': 'H', 'low': 'L', 'close': 'C'}


def test_a_mapping_says_prices_or_candles() -> None:
    header = ['when', 'what', 'o', 'h', 'l', 'c']
    assert not mapped(header, {'timestamp': 'when', 'price': 'what'}).candles
    assert mapped(header, {'timestamp': 'when', 'open': 'o', 'high': 'h', 'low': 'l', 'close': 'c', 'name': ''}).candles


@pytest.mark.parametrize(
    ('mapping', 'sentence'),
    [
        ({}, 'Say which column holds the price and the time; the file has when, what.'),
        ({'price': 'what'}, 'Say which column holds the time'),
        ({'open': 'what', 'timestamp': 'when'}, 'Say which column holds the high and the low and the close'),
        ({'price': 'whom'}, 'The file has no column “whom”; it has when, what.'),
        ({'prize': 'what'}, 'There is no “prize” to map to; take one of name, price'),
    ],
)
def test_a_mapping_that_does_not_work_is_refused_with_what_would(mapping: dict[str, str], sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        mapped(['when', 'what'], mapping)
    assert sentence in str(refused.value)
    assert refused.value.field == 'mapping'


@pytest.mark.parametrize(
    ('pair', 'quote', 'name'),
    [
        ('BTCUSD', 'USD', 'BTC'),
        ('btc-usd', 'USD', 'btc'),
        ('ETH/USDT', 'USD', 'ETH'),
        ('ETHBTC', 'USD', 'ETHBTC'),
        ('USDT', 'USD', 'USDT'),
        ('USDTUSD', 'USD', 'USDT'),
        ('BTCEUR', 'EUR', 'BTC'),
        ('BTCUSD', 'EUR', 'BTCUSD'),
    ],
)
def test_a_pair_in_the_desks_money_takes_its_base(pair: str, quote: str, name: str) -> None:
    assert base_of(pair, quote) == name


@pytest.mark.parametrize(
    ('filename', 'name'),
    [
        ('btc-usd-max.csv', 'BTC'),
        ('converted_BTCUSD_1440.csv', 'BTC'),
        ('Coinbase_ETHUSD_1h.csv', 'ETH'),
        ('ADA-USD.csv.gz', 'ADA'),
        ('DOGEUSDT.csv', 'DOGE'),
        ('Bitcoin_9_12_2023.csv', ''),
        ('usd.csv', ''),
        ('prices.csv', ''),
    ],
)
def test_a_file_name_may_hint_at_the_coin(filename: str, name: str) -> None:
    assert name_in(filename, 'USD') == name
