"""The quote with its spread, and shares of a balance that never come to more than it."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from desk.broker.glance import glance, share
from desk.orders import Steps, Terms
from desk.ticks import Tick
from models import Origin, utc_now

NOW = utc_now()


def tick(price: str, bid: str | None = None, ask: str | None = None) -> Tick:
    own = [Decimal(text) if text else None for text in (bid, ask)]
    return Tick('BTC', Decimal(price), NOW, 'api', Origin.PROGRAM, bid=own[0], ask=own[1], received=NOW)


def test_a_price_without_a_quote_gets_half_the_spread_on_each_side() -> None:
    seen = glance(tick('67000'), Terms(), Steps())
    assert (seen.bid, seen.ask, seen.spread) == (Decimal('66966.5'), Decimal('67033.5'), Decimal('67'))
    assert (seen.spread_percent, seen.own) == (Decimal('0.1'), False)


def test_a_price_with_a_quote_keeps_it() -> None:
    seen = glance(tick('100', '99', '101'), Terms(), Steps())
    assert (seen.bid, seen.ask, seen.spread_percent, seen.own) == (Decimal(99), Decimal(101), Decimal(2), True)


def test_a_share_is_rounded_down_to_its_step() -> None:
    assert share(Decimal('99999.999'), 25) == Decimal('24999.99')
    assert share(Decimal('0.30000001'), 50, Decimal('0.0001')) == Decimal('0.15')


@given(st.decimals(0, 10**12, places=8), st.sampled_from([25, 50, 75, 100]), st.integers(0, 8))
def test_a_share_is_never_more_than_there_is(available: Decimal, percent: int, places: int) -> None:
    step = Decimal(1).scaleb(-places)
    got = share(available, percent, step)
    assert 0 <= got <= available
    assert available * percent / 100 - got < step
