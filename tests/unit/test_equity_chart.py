"""What ECharts is told of an equity curve: plain data, moments in the chosen zone, money as people read it."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from desk.equity import Point, curve
from pages.equity_chart import EquityDrawing
from tests.unit.fills import START, fill, of_coins

DEPOSIT = Decimal(1000)


def drawn(zone: str = 'UTC') -> dict[str, list[list[object]]]:
    minute = timedelta(minutes=1)
    closes = {1: [(START + minute, Decimal('110.5'))]}
    found = curve(DEPOSIT, START, START + minute, of_coins([fill('buy', '2', '100')]), closes)
    made = EquityDrawing(found, Point(START + 1.5 * minute, Decimal('1234.567')), zone).options()
    assert json.loads(json.dumps(made)) == made
    return {series['id']: series['data'] for series in made['series']}


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def test_the_points_are_exact_and_said_for_people() -> None:
    assert drawn()['past'][-1] == [milliseconds(START + timedelta(minutes=1)), '1021', '1,021.00']


def test_the_live_point_goes_on_from_the_last_one() -> None:
    last, live = drawn()['running']
    assert last == drawn()['past'][-1]
    assert live[1:] == ['1234.567', '1,234.57']


def test_moments_are_those_of_a_clock_in_the_chosen_zone() -> None:
    assert drawn('Asia/Tokyo')['past'][0][0] == milliseconds(START.astimezone(UTC) + timedelta(hours=9))
