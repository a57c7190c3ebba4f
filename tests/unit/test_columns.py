"""A column made into text at once says what each of its values says by itself."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from columns import canonical, canonical_texts, moment_texts

zones = st.just(UTC) | st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1971, 1, 1), datetime(2999, 1, 1), timezones=zones)  # noqa: DTZ001  (the zone is drawn)


@given(st.lists(st.none() | st.decimals(allow_nan=False, allow_infinity=False)))
def test_numbers(values: list[Decimal | None]) -> None:
    assert canonical_texts(values) == [None if value is None else canonical(value) for value in values]


@given(st.lists(st.none() | moments))
def test_moments(values: list[datetime | None]) -> None:
    expected = [None if value is None else f'{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}' for value in values]
    assert moment_texts(values) == expected


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match='zone'):
        moment_texts([datetime(2026, 1, 1)])  # noqa: DTZ001
