"""The settings page: the time zone of the whole desk."""

from nicegui import ui
from nicegui.testing import User

from desk.desk import Desk
from tests.user.helpers import price


async def test_the_time_zone_is_kept_and_every_page_follows(user: User, desk: Desk) -> None:
    await price(desk, 'BTC', '1')
    await user.open('/settings')
    await user.should_see('UTC there.')
    with user:
        next(iter(user.find(kind=ui.select).elements)).set_value('Asia/Tokyo')
    await user.should_see('JST there.')
    assert desk.preference('timezone') == 'Asia/Tokyo'
    await user.open('/trading/')
    await user.should_see(' JST')


async def test_it_tells_how_the_desk_was_started(user: User) -> None:
    await user.open('/settings')
    await user.should_see('As this desk was started')
    await user.should_see('8 days')
