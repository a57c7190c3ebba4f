"""Columns that lose nothing: decimals to the last digit, times in UTC, on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import StatementError
from sqlmodel import Session, SQLModel, create_engine, select

from columns import canonical
from models import Coin, Cryptocurrency

EXTREMES = [
    '0.000000000000000001',
    '99999999999999999999',
    '9999999999.999999999999999999',
    '0.1',
    '67000.12',
    '12345678901234567890.12345678',
    '100',
    '0.00000012',
]


@pytest.fixture
def session(blank_database: str) -> Iterator[Session]:
    engine = create_engine(blank_database.replace('postgresql://', 'postgresql+psycopg://'))
    SQLModel.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Coin(id=1, name='BTC', key='btc'))
        session.commit()
        yield session
    engine.dispose()


@pytest.mark.parametrize('text', EXTREMES)
def test_a_price_comes_out_as_it_went_in(session: Session, text: str) -> None:
    session.add(Cryptocurrency(name='BTC', coin_id=1, price=Decimal(text)))
    session.commit()
    session.expunge_all()
    assert canonical(session.exec(select(Cryptocurrency)).one().price) == text


def test_a_time_comes_out_as_the_same_moment_in_utc(session: Session) -> None:
    moment = datetime(2026, 1, 31, 14, 30, 0, 123456, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    session.add(Cryptocurrency(name='BTC', coin_id=1, price=Decimal(1), timestamp=moment))
    session.commit()
    session.expunge_all()
    kept = session.exec(select(Cryptocurrency)).one().timestamp
    assert (kept, kept.tzinfo) == (moment, UTC)


def test_a_time_without_a_zone_is_refused(session: Session) -> None:
    session.add(Cryptocurrency(name='BTC', coin_id=1, price=Decimal(1), timestamp=datetime(2026, 1, 31)))  # noqa: DTZ001  (what is tested)
    with pytest.raises(StatementError, match='timezone'):
        session.commit()


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=0, max_value=10**20, places=18))
def test_canonical_text_is_the_same_number_and_the_shortest(value: Decimal) -> None:
    text = canonical(value)
    assert Decimal(text) == value
    assert 'E' not in text
    assert not ('.' in text and text[-1] in '0.')


def test_a_record_reads_as_its_name() -> None:
    assert str(Cryptocurrency(name='BTC', price=Decimal(1))) == 'BTC'
