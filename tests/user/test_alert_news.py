"""What a firing says in a window: a toast and a tone where its alert wants them, and of very many only a few."""

from dataclasses import replace
from decimal import Decimal

import pytest
from nicegui import ui
from nicegui.testing import User

from desk.alert import Draft
from desk.desk import Desk
from pages import alert_news
from tests.user.helpers import price

ABOVE = Draft('above', coin='ACME', price=Decimal(110))


async def test_an_alert_that_wants_no_toast_gets_none_and_one_that_wants_a_tone_gets_that(
    user: User, desk: Desk
) -> None:
    await price(desk, 'ACME', '100')
    await desk.alerts.create(replace(ABOVE, toast=False, sound=True))
    await user.open('/')
    await price(desk, 'ACME', '111')
    await user.should_see('Alerts, 1 unread')
    await user.should_see(kind=ui.audio)
    assert user.notify.messages == []
    tone = await user.http_client.get('/alert.wav')
    assert (tone.headers['content-type'], tone.content[:4]) == ('audio/wav', b'RIFF')
    part = await user.http_client.get('/alert.wav', headers={'Range': 'bytes=0-1'})
    assert (part.status_code, part.content) == (206, b'RI')


async def test_of_very_many_firings_a_few_are_said_and_the_others_counted(
    user: User, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alert_news, 'WITHIN', 0.3)
    await price(desk, 'ACME', '100')
    for level in range(110, 130):
        await desk.alerts.create(replace(ABOVE, price=Decimal(level)))
    await user.open('/')
    await price(desk, 'ACME', '150')
    await user.should_see('And 17 more alerts fired.')
    assert len(user.notify.messages) == 4
    await user.should_see('Alerts, 20 unread')
