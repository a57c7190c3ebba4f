"""What the owner of a desk can set: defaults, then COINTAPE_… variables, then flags. Fails loudly."""

import re
from decimal import Decimal
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from desk.errors import Invalid
from desk.ticks import parse_name

COINS = (
    'BTC ETH SOL XRP DOGE ADA AVAX LINK DOT LTC BCH UNI AAVE ATOM ALGO XLM ETC FIL NEAR APT '
    'ARB OP SUI INJ SHIB PEPE BONK CRV HBAR ICP'
)
GREATEST_TERMS = {'maker_fee': 10, 'taker_fee': 10, 'spread': 50, 'slippage': 1000, 'participation': 100}
ORIGIN = re.compile(r'https?://[^/\s]+|null')
Names = Annotated[tuple[str, ...], NoDecode]


def flag(default: Any, words: str, *, right: str = '', metavar: str | None = None, **limits: Any) -> Any:
    """A field, and all that the command line says of it (commands/flags.py): with its default, if it is a plain one.

    `right` ends the sentence "should be …" where its pattern is not met.
    """
    return Field(default=default, description=words, json_schema_extra={'right': right, 'metavar': metavar}, **limits)


def term(name: str, default: Decimal, words: str) -> Any:
    """A figure of the paper account's terms, from 0 to the greatest that they may have."""
    return flag(default, words, ge=0, le=GREATEST_TERMS[name], decimal_places=8)


class Settings(BaseSettings):
    """The settings of one process, frozen."""

    model_config = SettingsConfigDict(env_prefix='COINTAPE_', env_ignore_empty=True, frozen=True, extra='ignore')

    host: str = flag('127.0.0.1', 'Address to listen on; any but a loopback one needs accounts.')
    port: int = flag(8080, 'Port to listen on.', ge=1, le=65535)
    data_dir: Path = flag(Path('data'), 'Where the database and uploads are kept.')
    database_url: str = flag('', 'SQLAlchemy URL, like postgresql+psycopg://user@host/db. [SQLite in the data dir]')
    key_file: Path | None = flag(None, 'Seals the addresses of channels. [in the data dir]')
    exchange: str = flag('coinbase', 'Any ccxt exchange with websockets, by its id, or "none".')
    exchange_url: str = flag(
        '',
        "Send all of the exchange client's traffic here instead: a relay or a recording.",
        right='an address like http://127.0.0.1:9000',
        pattern=r'^(https?://\S+)?$',
    )
    coins: Names = flag(tuple(COINS.split()), 'Coins to follow, with commas. [30 well-known ones]')
    quote: str = flag(
        'USD', 'Currency of all prices.', right='a currency in capitals, like USD', pattern=r'^[A-Z0-9]{2,10}$'
    )
    demo: bool | None = flag(None, 'Invented coins: at once, or never. [only if the exchange gives nothing]')
    demo_rate: int = flag(20, 'Ticks a second of the demo market, 5 to 200.', ge=5, le=200)
    frame_rate: int = flag(10, 'Updates a second that a browser gets at most.', ge=1, le=60)
    feed_record_days: int = flag(8, 'Days that single prices of a feed are kept; their candles stay.', ge=1)
    keep_days: int = flag(
        365, 'Days that firings of alerts with their deliveries, and refused orders, are kept.', ge=1, le=36_500
    )
    odd_price: Decimal = flag(Decimal(20), 'Per cent from the last price from which the form asks once more.', gt=0)
    paper_cash: Decimal = flag(Decimal(100_000), 'What a paper account opens with.', gt=0, le=10**15, decimal_places=8)
    maker_fee: Decimal = term('maker_fee', Decimal('0.10'), 'Per cent on paper orders that waited for their price.')
    taker_fee: Decimal = term('taker_fee', Decimal('0.20'), 'Per cent on paper orders that take what there is.')
    spread: Decimal = term('spread', Decimal('0.10'), 'Per cent between bid and ask where no feed has them.')
    slippage: Decimal = term('slippage', Decimal(5), 'Basis points that market orders and stops lose.')
    limit_fills: str = flag(
        'through',
        'Resting limits fill at prices "through" them, or at a "touch".',
        right='through or touch',
        pattern='^(through|touch)$',
    )
    participation: Decimal = term('participation', Decimal(0), "Per cent of a price's volume that orders take; 0: all.")
    on_gap: str = flag(
        'cut',
        '"cut" or "refuse" what the money no longer pays for after a gap.',
        right='cut or refuse',
        pattern='^(cut|refuse)$',
    )
    replay: Path | None = flag(None, 'A CSV file of recorded prices to trade on, or the folder of an earlier replay.')
    speed: int = flag(60, 'Recorded seconds of a replay in a real one.', ge=1, le=1_000_000_000)
    plugin: Names = flag((), 'A module whose register(desk) extends it; more than once, or commas.', metavar='MODULE')
    trusted_origins: Names = flag((), 'Other origins that may call this desk, with commas, like https://desk.example.')
    trusted_proxies: Names = flag((), 'Proxies whose word on addresses and TLS counts, with commas, like 10.0.0.0/8.')
    path_prefix: str = flag(
        '',
        'Where a proxy serves it, like /desk.',
        right='a path like /desk, without a slash behind',
        pattern=r'^(/[\w.~-]+)*$',
    )
    session_days: int = flag(30, 'Days that a login lasts.', ge=1, le=365)
    open_to_everyone_without_login: bool = flag(False, 'Whoever reaches it may do anything.')
    log_json: bool = flag(False, 'Logs as one JSON object a line.')
    log_level: str = flag(
        'warning',
        'debug, info, warning or error.',
        right='debug, info, warning or error',
        pattern='^(debug|info|warning|error)$',
    )

    @field_validator('coins', mode='before')
    @classmethod
    def _coins(cls, value: Any) -> tuple[str, ...]:
        names = value.replace(',', ' ').split() if isinstance(value, str) else value
        return tuple(dict.fromkeys(parse_name(name).upper() for name in names))

    @field_validator('trusted_origins', mode='before')
    @classmethod
    def _origins(cls, value: Any) -> tuple[str, ...]:
        origins = tuple(value.replace(',', ' ').split()) if isinstance(value, str) else tuple(value)
        if not all(ORIGIN.fullmatch(origin) for origin in origins):
            raise ValueError('should be origins like https://desk.example, without a path')
        return origins

    @field_validator('plugin', mode='before')
    @classmethod
    def _modules(cls, value: Any) -> tuple[str, ...]:
        modules = value.replace(',', ' ').split() if isinstance(value, str) else value
        if not all(part.isidentifier() for module in modules for part in module.split('.')):
            raise ValueError('should be modules as one imports them, like examples.office_feed')
        return tuple(dict.fromkeys(modules))

    @field_validator('trusted_proxies', mode='before')
    @classmethod
    def _proxies(cls, value: Any) -> tuple[str, ...]:
        networks = value.replace(',', ' ').split() if isinstance(value, str) else value
        try:
            return tuple(str(ip_network(network)) for network in networks)
        except ValueError:
            raise ValueError('should be addresses or networks, like 127.0.0.1 or 10.0.0.0/8') from None

    @field_validator('host')
    @classmethod
    def _address(cls, value: str) -> str:
        try:
            return value if value == 'localhost' else str(ip_address(value))
        except ValueError:
            raise ValueError(
                'should be an address of this machine, like 127.0.0.1, or 0.0.0.0 for all of them'
            ) from None

    @property
    def alone(self) -> bool:
        """Whether it listens for this machine alone, with no proxy in front: its user needs no login then."""
        return not self.trusted_proxies and (self.host == 'localhost' or ip_address(self.host).is_loopback)

    @property
    def url(self) -> str:
        """Where a browser on this machine finds the desk."""
        return f'http://[{self.host}]:{self.port}' if ':' in self.host else f'http://{self.host}:{self.port}'

    @property
    def channel_key(self) -> Path:
        """The file of the key that seals the addresses of channels."""
        return self.key_file or self.data_dir / 'channel_key'

    @property
    def database(self) -> str:
        """The SQLAlchemy URL: what was given, or SQLite in the data dir."""
        return self.database_url or f'sqlite:///{self.data_dir / "cointape.db"}'


def load_settings(**given: Any) -> Settings:
    """Settings from the environment and from `given` (a None counts as not given); raises Invalid in one sentence."""
    try:
        return Settings(**{key: value for key, value in given.items() if value is not None})
    except ValidationError as error:
        raise Invalid(_sentence(error)) from None
    except Invalid as error:
        raise Invalid(f'--coins: {error}') from None


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    name = str(first['loc'][0])
    says = re.sub(r'^(Value error, |(Decimal )?[Ii]nput )', '', first['msg']).split(', unable')[0]
    if first['type'] == 'string_pattern_mismatch':
        says = f'should be {Settings.model_fields[name].json_schema_extra["right"]}'  # type: ignore[index]
    return f'--{name.replace("_", "-")} {first["input"]} {says}.'
