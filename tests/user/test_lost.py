"""An address that has no page, and a page that cannot be made."""

import pytest
from nicegui.testing import User

from desk.desk import Desk


async def test_an_address_without_a_page_is_a_404_with_a_way_on(user: User) -> None:
    answer = await user.http_client.get('/no/such/page')
    assert answer.status_code == 404
    assert 'There is no page at /no/such/page.' in answer.text
    assert 'All coins' in answer.text


async def test_the_api_answers_in_its_own_form(user: User) -> None:
    answer = await user.http_client.get('/api/nothing')
    assert answer.status_code == 404
    assert 'error' in answer.json()


async def test_a_page_that_breaks_says_so_and_the_log_says_why(
    user: User, desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise RuntimeError('a bug')

    monkeypatch.setattr(desk, 'quotes', broken)
    answer = await user.http_client.get('/trading/')
    assert answer.status_code == 500
    assert 'This page could not be made.' in answer.text
    assert 'a bug' not in answer.text
    assert 'a bug' in caplog.text
    caplog.clear()  # this error was expected
