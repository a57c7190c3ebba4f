"""Prices are checked at a glance where that is enough: the answer is that of the long way round, for every number."""

from decimal import Decimal, localcontext

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from columns import FRACTION_DIGITS, INTEGER_DIGITS, PRICE_DIGITS
from desk.errors import Invalid
from desk.ticks import check_price

written = st.builds(
    lambda sign, whole, fraction, zeros, exponent: Decimal(f'{sign}{whole}.{fraction}{"0" * zeros}{exponent}'),
    st.sampled_from(['', '-']),
    st.integers(0, 10**22),
    st.integers(0, 10**20).map(str),
    st.integers(0, 12),
    st.sampled_from(['', '', '', 'E-18', 'E-7', 'E+2', 'E+15']),
)


def by_its_digits(price: Decimal) -> Decimal | None:
    """The rule itself, digit by digit; None for what is no price."""
    if not price.is_finite() or price <= 0:
        return None
    with localcontext(prec=1000):
        digits = price.as_tuple().digits
        exponent = int(price.as_tuple().exponent)
        while len(digits) > 1 and digits[-1] == 0:
            digits, exponent = digits[:-1], exponent + 1
        fraction, integer = max(0, -exponent), max(0, len(digits) + exponent)
        if integer > INTEGER_DIGITS or fraction > FRACTION_DIGITS or integer + fraction > PRICE_DIGITS:
            return None
        if exponent > 0:
            digits, exponent = digits + (0,) * exponent, 0
        return Decimal((0, digits, exponent))


@given(written | st.decimals() | st.decimals(min_value=0, max_value=10**21, places=2))
@example(Decimal('0'))
@example(Decimal('-0'))
@example(Decimal('0.00'))
@example(Decimal('100'))
@example(Decimal('100.00'))
@example(Decimal('1E+19'))
@example(Decimal('1E-18'))
@example(Decimal('0.0000001'))
@example(Decimal('9' * 20))
@example(Decimal('9' * 21))
@example(Decimal('sNaN123'))
@example(Decimal('-Infinity'))
def test_the_answer_is_that_of_the_rule(price: Decimal) -> None:
    expected = by_its_digits(price)
    if expected is None:
        with pytest.raises(Invalid):
            check_price(price)
    else:
        assert check_price(price).as_tuple() == expected.as_tuple()
