"""The chart in NiceGUI: the same element in every browser, so that one message is for all; what is kept per browser."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta

from nicegui import ui
from nicegui.testing import User

from desk.desk import Desk
from pages.chart_element import NUMBER, ChartElement
from tests.user.helpers import press, price


def chart(user: User) -> ChartElement:
    found = next(iter(user.find(kind=ui.echart).elements))
    assert isinstance(found, ChartElement)
    return found


def titles(user: User) -> list[str]:
    return [title['text'] for title in chart(user).options['title'] if title['show']]


async def test_one_message_is_for_every_browser(user: User, another: Callable[[], User], desk: Desk) -> None:
    await price(desk, 'BTC', '100')
    second = another()
    await user.open('/coin/BTC')
    await second.open('/trading/?coin=BTC')
    one, other = chart(user), chart(second)
    assert one.id == other.id == NUMBER
    assert one.client.next_element_id < NUMBER
    said = one.message(b'"series":[{"id":"x"}]').packet
    assert said == other.message(b'"series":[{"id":"x"}]').packet
    event, elements = json.loads(said.removeprefix(b'42'))
    told = elements[str(NUMBER)]
    assert event == 'update'
    assert told['props']['options'] == {'series': [{'id': 'x'}]}
    assert told['update_method'] == 'update_chart'
    assert {each['listener_id'] for each in told['events']} == set(one._event_listeners)
    assert told.keys() == one._to_dict().keys()


async def test_a_page_brings_the_chart_as_it_is_now(user: User, desk: Desk) -> None:
    await price(desk, 'BTC', '100')
    await user.open('/coin/BTC')
    before = chart(user)._to_dict()['props']['options']
    await price(desk, 'BTC', '120')
    for _ in range(100):
        now = chart(user).options
        if now != before:
            break
        await asyncio.sleep(0.05)
    assert now['series'][2]['data'][0][2] == '120'


async def test_indicators_are_chosen_in_a_dialog_and_kept(user: User, desk: Desk) -> None:
    for minutes in range(30):
        await price(desk, 'BTC', '100', ago=timedelta(minutes=minutes))
    await user.open('/coin/BTC')
    press(user, 'Indicators')
    await user.should_see('Logarithmic scale')
    with user:
        for switch in user.find(kind=ui.checkbox).elements:
            if isinstance(switch, ui.checkbox) and 'RSI' in switch.text:
                switch.set_value(True)
    press(user, 'Show')
    for _ in range(100):
        if titles(user):
            break
        await asyncio.sleep(0.05)
    assert titles(user) == ['RSI 14']
    await user.open('/coin/BTC')
    assert titles(user) == ['RSI 14']


async def test_parameters_that_make_no_sense_are_refused_at_their_field(user: User, desk: Desk) -> None:
    await price(desk, 'BTC', '100')
    await user.open('/coin/BTC')
    press(user, 'Indicators')
    await user.should_see('Logarithmic scale')
    switch = next(each for each in user.find(kind=ui.checkbox).elements if 'RSI' in getattr(each, 'text', ''))
    assert isinstance(switch, ui.checkbox)
    with user:
        switch.set_value(True)
        field = next(each for each in user.find(kind=ui.input).elements if 'RSI' in str(each.props.get('title', '')))
        assert isinstance(field, ui.input)
        field.set_value('one')
    press(user, 'Show')
    for _ in range(100):
        if 'error-message' in field.props:
            break
        await asyncio.sleep(0.05)
    assert field.props['error-message'] == 'Whole numbers of candles, with commas between them.'
    assert titles(user) == []


async def test_statistics_are_shown(user: User, desk: Desk) -> None:
    await price(desk, 'BTC', '90', ago=timedelta(days=2))
    await price(desk, 'BTC', '110', ago=timedelta(minutes=5))
    await price(desk, 'BTC', '100')
    await user.open('/coin/BTC')
    for words in ('All-time high', '110.00', 'All-time low', '90.00', 'needs eight daily closes'):
        await user.should_see(words)
