"""What SQLite is taught about decimals, which it keeps as canonical text. Pure."""

from decimal import Decimal

from columns import canonical
from desk.ticks import MONEY


def decimal_max(one: str, other: str) -> str:
    """The greater of two canonical texts' numbers."""
    return one if Decimal(one) >= Decimal(other) else other


def decimal_min(one: str, other: str) -> str:
    """The smaller of two canonical texts' numbers."""
    return one if Decimal(one) <= Decimal(other) else other


def decimal_sum(one: str | None, other: str | None) -> str | None:
    """The canonical text of the sum, as exact as the money of the desk; None if one is."""
    return None if one is None or other is None else canonical(MONEY.add(Decimal(one), Decimal(other)))


FUNCTIONS = {function.__name__: function for function in (decimal_max, decimal_min, decimal_sum)}
