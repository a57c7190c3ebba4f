"""Alerts on their page: made with the price filled in, told in every window, paused, snoozed, changed, acknowledged."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from nicegui import ui
from nicegui.testing import User

from desk.alert import Alert, Draft, Status
from desk.desk import Desk
from models import utc_now
from pages import alert_list
from tests import waiting
from tests.user.helpers import field, press, price

FIRED = 'Acknowledge: ACME is above 110.00.'
ABOVE = Draft('above', coin='ACME', price=Decimal(110))


@pytest.fixture
async def page(user: User, desk: Desk) -> User:
    """A browser on /alerts, where the price of ACME is 100 and one alert waits for more than 110."""
    await price(desk, 'ACME', '100')
    await desk.alerts.create(ABOVE)
    await user.open('/alerts')
    return user


def only(desk: Desk) -> Alert:
    [alert] = desk.alerts.all()
    return alert


until = partial(waiting.until, seconds=2)


async def choose(user: User, words: str) -> None:
    """From the menu of the only alert."""
    found = user.find(kind=ui.button)
    found.elements = {each for each in found.elements if each.props.get('icon') == 'more_horiz'}
    found.click()
    await user.should_see(words)
    items = user.find(kind=ui.menu_item)
    items.elements = {
        item for item in items.elements if words in [getattr(part, 'text', '') for part in item.descendants()]
    }
    items.click()


async def test_without_alerts_the_first_step_is_shown_until_one_is_made_anywhere(user: User, desk: Desk) -> None:
    await price(desk, 'ACME', '100')
    await user.open('/alerts')
    await user.should_see('No alert yet')
    await user.should_see('Nothing yet.')
    await desk.alerts.create(ABOVE)
    await user.should_see('is above 110.00.')
    await user.should_not_see('No alert yet')
    await desk.alerts.delete(only(desk).id)
    await user.should_see('No alert yet')


async def test_the_form_begins_with_the_coin_and_its_price_and_says_what_will_happen(user: User, desk: Desk) -> None:
    await price(desk, 'ACME', '67000.12')
    await user.open('/alerts/new?coin=acme')
    assert field(user, 'Price, USD').value == '67000.12'
    await user.should_see('ACME crosses 67,000.12.')
    await user.should_see('It stands exactly there now. The price has to move away first')
    with user:
        field(user, 'Price, USD').set_value('70000')
    await user.should_see('It stands at 67,000.12 now, 4.29 % below.')
    press(user, 'Create alert')
    await user.should_see('How alerts fire')
    await user.should_see('crosses 70,000.00.')
    alert = only(desk)
    assert (alert.condition, alert.price, alert.status) == ('crosses', Decimal(70000), Status.ACTIVE)


async def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_kept(user: User, desk: Desk) -> None:
    await price(desk, 'ACME', '100')
    await user.open('/alerts/new?coin=ACME')
    with user:
        field(user, 'Price, USD').set_value('much')
    press(user, 'Create alert')
    await user.should_see('is not a number')
    with user:
        field(user, 'Price, USD').set_value('110')
        field(user, 'Coin').set_value('NOPE')
    press(user, 'Create alert')
    await user.should_see('NOPE')
    with user:
        field(user, 'Coin').set_value('ACME')
        user.find(kind=ui.textarea).elements.pop().set_value('{nonsense}')
    press(user, 'Create alert')
    await user.should_see('nonsense')
    assert desk.alerts.all() == []


async def test_another_coin_brings_its_price_unless_one_was_written(user: User, desk: Desk) -> None:
    await price(desk, 'ACME', '100')
    await price(desk, 'BOLT', '7')
    await user.open('/alerts/new?coin=ACME')
    with user:
        field(user, 'Coin').set_value('BOLT')
    assert field(user, 'Price, USD').value == '7'
    with user:
        field(user, 'Price, USD').set_value('8')
        field(user, 'Coin').set_value('ACME')
    assert field(user, 'Price, USD').value == '8'


async def test_only_the_fields_that_the_condition_needs_are_shown(user: User, desk: Desk) -> None:
    await price(desk, 'ACME', '100')
    await user.open('/alerts/new?coin=ACME')
    await user.should_not_see(kind=ui.input, content='Per cent')
    with user:
        next(each for each in user.find(kind=ui.select).elements if each.props.get('label') == 'Condition').set_value(
            'rises'
        )
    await user.should_see(kind=ui.input, content='Per cent')
    await user.should_not_see(kind=ui.input, content='Price, USD')
    await user.should_see('ACME rises by 5 % within 1 hour.')


async def test_a_firing_is_told_once_in_every_window_and_counted_by_the_bell(
    page: User, another: Callable[[], User], desk: Desk
) -> None:
    board = another()
    await board.open('/')
    await price(desk, 'ACME', '111')
    for window in (page, board):
        await window.should_see('Alerts, 1 unread')
    said = ['ACME is above 110.00, at 111.00.'] * 2  # the simulation gives those of both windows to the newer one
    await until(lambda: board.notify.messages == said)
    await page.should_see('What has fired · 1 unread')
    press(page, 'Acknowledge all')
    for window in (page, board):
        await window.should_see('Alerts, none unread')
    assert only(desk).status is Status.ACKNOWLEDGED
    await page.should_see('Re-activate')


async def test_a_price_stays_live_where_another_window_no_longer_shows_the_alert(
    page: User, another: Callable[[], User], desk: Desk
) -> None:
    resting = await desk.alerts.create(replace(ABOVE, price=Decimal(130)))
    await desk.alerts.pause([resting.id], True)
    second = another()
    await second.open('/alerts')
    with second:
        next(each for each in second.find(kind=ui.select).elements if 'paused' in each.options).set_value('paused')
    await second.should_not_see('is above 110.00.')
    await price(desk, 'ACME', '105')
    for browser in (page, second):
        await browser.should_see('105.00')
    with second:
        next(each for each in second.find(kind=ui.select).elements if 'paused' in each.options).set_value('')
    await second.should_see('is above 110.00.')
    await price(desk, 'ACME', '106')
    await page.should_see('3.64 % below')


async def test_an_alert_that_fired_is_acknowledged_in_its_row_and_watches_again(page: User, desk: Desk) -> None:
    await price(desk, 'ACME', '111')
    await page.should_see('Fired')
    press(page, 'Acknowledge')
    await page.should_see('Re-activate')
    press(page, 'Re-activate')
    await page.should_see('Active')
    assert only(desk).status is Status.ACTIVE
    await price(desk, 'ACME', '112')
    await page.should_see('ACME is above 110.00, at 112.00.')


async def test_all_that_an_alert_has_fired_is_acknowledged_in_its_row(
    page: User, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alert_list, 'A_PAGE', 2)
    for amount in ('111', '112', '113'):
        await desk.alerts.activate(only(desk).id)
        await price(desk, 'ACME', amount)
        await desk.alerts.settled()
    assert desk.alerts.unread() == 3
    await page.should_see('Fired')
    found = page.find(kind=ui.button)
    found.elements = {each for each in found.elements if each.props.get('aria-label') == FIRED}
    found.click()
    await until(lambda: desk.alerts.unread() == 0)
    await page.should_see('Re-activate')


async def test_an_alert_rests_sleeps_wakes_and_is_copied(page: User, desk: Desk) -> None:
    press(page, 'Pause')
    await page.should_see('Paused')
    press(page, 'Resume')
    await page.should_see('active">Active')
    await choose(page, 'Snooze for 1 hour')
    await page.should_see('It is silent until')
    snoozed = only(desk).snoozed
    assert snoozed is not None
    assert abs(snoozed - utc_now() - timedelta(hours=1)) < timedelta(minutes=1)
    press(page, 'Wake up')
    await page.should_not_see('It is silent until')
    await choose(page, 'Duplicate')
    await until(lambda: len(desk.alerts.all()) == 2)


async def test_deleting_asks_by_naming_the_alert(page: User, desk: Desk) -> None:
    await choose(page, 'Delete…')
    await page.should_see('Delete this alert?')
    press(page, 'Delete the alert')
    await page.should_see('No alert yet')
    assert desk.alerts.all() == []


async def test_an_alert_is_changed_in_a_dialog(page: User, desk: Desk) -> None:
    await choose(page, 'Edit…')
    await page.should_see('Change the alert')
    with page:
        field(page, 'Price, USD').set_value('120')
    press(page, 'Save changes')
    await page.should_see('The alert is changed.')
    assert only(desk).price == Decimal(120)


async def test_what_was_not_written_over_stays_as_another_window_has_made_it(page: User, desk: Desk) -> None:
    expires = utc_now() + timedelta(days=1, seconds=7)
    await desk.alerts.change(only(desk).id, expires=expires)
    await choose(page, 'Edit…')
    await page.should_see('Change the alert')
    await desk.alerts.change(only(desk).id, price=Decimal(120))
    with page:
        field(page, 'Name').set_value('Mine')
    press(page, 'Save changes')
    await page.should_see('The alert is changed.')
    alert = only(desk)
    assert (alert.name, alert.price, alert.expires) == ('Mine', Decimal(120), expires)


async def test_several_are_paused_and_resumed_at_once(page: User, desk: Desk) -> None:
    await desk.alerts.create(replace(ABOVE, price=Decimal(130)))
    await page.should_see('is above 130.00.')
    with page:
        next(each for each in page.find(kind=ui.checkbox).elements if each.text == 'Select all').set_value(True)
    await page.should_see('2 selected')
    for words, status in (('Pause those that are selected', Status.PAUSED), ('Resume those', Status.ACTIVE)):
        with page:
            next(each for each in page.find(kind=ui.checkbox).elements if each.text == 'Select all').set_value(True)
        found = page.find(kind=ui.button)
        found.elements = {each for each in found.elements if str(each.props.get('aria-label')).startswith(words)}
        found.click()
        await page.should_not_see('active">Active' if status is Status.PAUSED else 'paused">Paused')
        assert {alert.status for alert in desk.alerts.all()} == {status}


async def test_times_are_in_the_zone_of_the_desk_and_names_are_no_markup(user: User, desk: Desk) -> None:
    await desk.set_preference('timezone', 'Asia/Tokyo')
    await price(desk, '<b>x', '100')
    await desk.alerts.create(replace(ABOVE, coin='<b>x', name='<i>mine', expires=utc_now() + timedelta(days=1)))
    await user.open('/alerts')
    await user.should_see(' JST.')
    markup = (await user.http_client.get('/alerts')).text
    assert '<b>x' not in markup
    assert '<i>mine' not in markup


async def test_the_dialog_on_a_coins_page_has_its_price(user: User, desk: Desk) -> None:
    await price(desk, 'ACME', '100')
    await user.open('/coin/ACME')
    press(user, 'New alert')
    await user.should_see('ACME crosses 100.00.')
    press(user, 'Create alert')
    await user.should_see('The alert is set.')
    assert only(desk).price == Decimal(100)


async def test_the_rules_can_be_read(user: User) -> None:
    await user.open('/alerts/rules')
    await user.should_see('The rules by which alerts fire')
