"""What the owner of a desk can set: defaults, then COINTAPE_… variables, then flags. Fails loudly."""

import re
from decimal import Decimal
from ipaddress import ip_address
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


class Settings(BaseSettings):
    """The settings of one process, frozen."""

    model_config = SettingsConfigDict(env_prefix='COINTAPE_', env_ignore_empty=True, frozen=True, extra='ignore')

    host: str = '127.0.0.1'
    port: int = Field(default=8080, ge=1, le=65535)
    data_dir: Path = Path('data')
    database_url: str = ''
    exchange: str = 'coinbase'
    exchange_url: str = Field(
        default='', pattern=r'^(https?://\S+)?$', description='an address like http://127.0.0.1:9000'
    )
    coins: Annotated[tuple[str, ...], NoDecode] = tuple(COINS.split())
    quote: str = Field(default='USD', pattern=r'^[A-Z0-9]{2,10}$', description='a currency in capitals, like USD')
    demo: bool | None = None
    demo_rate: int = Field(default=20, ge=5, le=200)
    frame_rate: int = Field(default=10, ge=1, le=60)
    paper_cash: Decimal = Field(default=Decimal(100_000), gt=0, le=10**15, decimal_places=8)
    maker_fee: Decimal = Field(default=Decimal('0.10'), ge=0, le=GREATEST_TERMS['maker_fee'], decimal_places=8)
    taker_fee: Decimal = Field(default=Decimal('0.20'), ge=0, le=GREATEST_TERMS['taker_fee'], decimal_places=8)
    spread: Decimal = Field(default=Decimal('0.10'), ge=0, le=GREATEST_TERMS['spread'], decimal_places=8)
    slippage: Decimal = Field(default=Decimal(5), ge=0, le=GREATEST_TERMS['slippage'], decimal_places=8)
    limit_fills: str = Field(default='through', pattern='^(through|touch)$', description='through or touch')
    participation: Decimal = Field(default=Decimal(0), ge=0, le=GREATEST_TERMS['participation'], decimal_places=8)
    on_gap: str = Field(default='cut', pattern='^(cut|refuse)$', description='cut or refuse')
    trusted_origins: Annotated[tuple[str, ...], NoDecode] = ()
    feed_record_days: int = Field(default=8, ge=1)
    replay: Path | None = None
    speed: int = Field(default=60, ge=1, le=1_000_000_000)
    odd_price: Decimal = Field(default=Decimal(20), gt=0, description='per cent from the last that asks once more')
    log_level: str = Field(
        default='warning', pattern='^(debug|info|warning|error)$', description='debug, info, warning or error'
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

    @field_validator('host')
    @classmethod
    def _loopback(cls, value: str) -> str:
        if value != 'localhost' and not _is_loopback(value):
            raise ValueError(
                'is not a loopback address; until Cointape has accounts it listens on this machine alone (127.0.0.1)'
            )
        return value

    @property
    def url(self) -> str:
        """Where a browser on this machine finds the desk."""
        return f'http://[{self.host}]:{self.port}' if ':' in self.host else f'http://{self.host}:{self.port}'

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
        says = f'should be {Settings.model_fields[name].description}'
    return f'--{name.replace("_", "-")} {first["input"]} {says}.'


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
