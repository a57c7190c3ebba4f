"""Six minutes of Binance trades of 2024-08-09, as recorded, and a fixed set of orders placed among them."""

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from desk.orders import Kind, Side, Steps, Terms, Ticket, TimeInForce
from desk.ticks import Tick
from models import Origin

FOLDER = Path(__file__).parents[3] / 'shared' / 'data' / 'binance_spot'
FILES = {'BTC': 'spot_btcusdt_20240808.gz', 'ETH': 'spot_ethusdt_20240808.gz'}
STEPS = {
    'BTC': Steps(Decimal('0.01'), Decimal('0.00001')),
    'ETH': Steps(Decimal('0.01'), Decimal('0.0001')),
}
BY_DEFAULT, TENTH = Terms(), Terms(participation=Decimal(10))
TOUCHING = Terms(touch=True)
D = Decimal


@dataclass(frozen=True)
class Step:
    """What a person does once `after` trades of the coin have come in. `amends` and `cancels` name an earlier order."""

    after: int
    name: str
    ticket: Ticket | None = None
    terms: Terms = BY_DEFAULT
    amends: str = ''
    limit_price: Decimal | None = None
    cancels: str = ''


def trades() -> list[Tick]:
    """The trades of both coins by the time of receipt; BTC with the bid and ask of that moment, ETH without."""
    found = sorted(((at, tick) for name in FILES for at, tick in _trades(name)), key=lambda pair: pair[0])
    return [tick for _, tick in found]


def _trades(name: str) -> Iterator[tuple[int, Tick]]:
    bid = ask = None
    for line in _lines(FOLDER / FILES[name]):
        at, _, frame = line.partition(' ')
        data = json.loads(frame).get('data', {})
        if data.get('e') == 'trade':
            moment = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=data['T'])
            yield int(at), Tick(name, D(data['p']), moment, 'binance', Origin.FEED, D(data['q']), bid, ask)
        elif 'B' in data and name == 'BTC':
            bid, ask = D(data['b']), D(data['a'])


def _lines(path: Path) -> list[str]:
    """The lines of a file that may end without a gzip trailer."""
    return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(path.read_bytes()).decode().splitlines()


def _buy(name: str, kind: Kind, size: str, **more: object) -> Ticket:
    return _ticket(name, Side.BUY, kind, size, more)


def _sell(name: str, kind: Kind, size: str, **more: object) -> Ticket:
    return _ticket(name, Side.SELL, kind, size, more)


def _ticket(name: str, side: Side, kind: Kind, size: str, more: dict[str, object]) -> Ticket:
    exact = {field: D(value) if type(value) is str else value for field, value in more.items()}
    how_much = {'quote_size': D(size[1:])} if size.startswith('$') else {'size': D(size)}
    return Ticket(name, side, kind, **how_much, **exact)  # type: ignore[arg-type]


IOC, FOK, GTD = (
    {'time_in_force': TimeInForce.IOC},
    {'time_in_force': TimeInForce.FOK},
    {'time_in_force': TimeInForce.GTD},
)
MINUTE_THREE = datetime(2024, 8, 8, 23, 57, 15, tzinfo=UTC)

ORDERS = {
    'market': Step(1, 'BTC', _buy('BTC', Kind.MARKET, '0.4')),
    'resting limit': Step(1, 'BTC', _buy('BTC', Kind.LIMIT, '0.1', limit_price='61825')),
    'trailing': Step(2, 'BTC', _sell('BTC', Kind.TRAILING_STOP, '0.05', trail_amount='100')),
    'stop': Step(2, 'BTC', _sell('BTC', Kind.STOP, '0.05', stop_price='61700')),
    'winning bracket': Step(100, 'BTC', _buy('BTC', Kind.MARKET, '0.05', take_profit='61850', stop_loss='61700')),
    'losing bracket': Step(
        1500, 'BTC', _buy('BTC', Kind.LIMIT, '0.05', limit_price='61760', take_profit='61900', stop_loss='61650')
    ),
    'ioc': Step(3034, 'BTC', _buy('BTC', Kind.LIMIT, '0.3', limit_price='61800', **IOC), TENTH),
    'fok': Step(3265, 'BTC', _buy('BTC', Kind.LIMIT, '0.3', limit_price='61800', **FOK), TENTH),
    'by amount': Step(5000, 'BTC', _buy('BTC', Kind.MARKET, '$1000')),
    'too far': Step(6000, 'BTC', _buy('BTC', Kind.LIMIT, '0.03', limit_price='61500')),
    'nearer': Step(6400, 'BTC', amends='too far', limit_price=D(61610)),
    'stop limit': Step(8000, 'BTC', _buy('BTC', Kind.STOP_LIMIT, '0.02', stop_price='61730', limit_price='61735')),
    'eth market': Step(1, 'ETH', _buy('ETH', Kind.MARKET, '5')),
    'marketable': Step(1, 'ETH', _buy('ETH', Kind.LIMIT, '2', limit_price='2690')),
    'too large': Step(1, 'ETH', _buy('ETH', Kind.MARKET, '100')),
    'post only': Step(10, 'ETH', _buy('ETH', Kind.LIMIT, '1', limit_price='2690', post_only=True)),
    'touching': Step(500, 'ETH', _sell('ETH', Kind.LIMIT, '2', limit_price='2684.15'), TOUCHING),
    'eth trailing': Step(500, 'ETH', _sell('ETH', Kind.TRAILING_STOP, '1', trail_percent='0.15')),
    'in parts': Step(500, 'ETH', _buy('ETH', Kind.LIMIT, '0.4', limit_price='2680'), TENTH),
    'expiring': Step(500, 'ETH', _buy('ETH', Kind.LIMIT, '1', limit_price='2670', good_till=MINUTE_THREE, **GTD)),
    'eth stop': Step(4000, 'ETH', _buy('ETH', Kind.STOP, '$2000', stop_price='2684.5')),
    'not wanted': Step(4000, 'ETH', _sell('ETH', Kind.LIMIT, '1', limit_price='2700')),
    'not any more': Step(4500, 'ETH', cancels='not wanted'),
    'end': Step(6000, 'ETH', _sell('ETH', Kind.MARKET, '$1500')),
}
