"""What only a browser shows of the gate: windows that are open when a login ends, and scripts that are not ours."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.browser.people import begin, log_in
from tests.running import Server


def test_a_log_out_in_one_window_leads_all_others_to_the_login_and_back(
    networked: Server, new_window: Callable[..., Page], complaints: list[str]
) -> None:
    page = new_window(networked.url)
    begin(networked, page)
    other = page.context.new_page()
    other.goto('/status')
    expect(other.get_by_role('heading', name='Status')).to_be_visible()
    page.goto('/account')
    page.get_by_role('button', name='Log out').click()
    expect(page).to_have_url(f'{networked.url}/login')
    expect(other).to_have_url(re.compile(r'/login\?next=/status$'))
    log_in(other, 'Ada', 'a boat on the old canal')
    expect(other).to_have_url(f'{networked.url}/status')
    expect(other.get_by_role('heading', name='Status')).to_be_visible()
    complaints.clear()  # the browser notes the socket that was closed


def test_a_script_that_somebody_brought_into_a_page_is_not_run(page: Page, complaints: list[str]) -> None:
    def bring(route: Route) -> None:
        answer = route.fetch()
        brought = (
            '<body><script>document.title = "theirs"</script><img src="none" onerror="document.title = \'theirs\'">'
        )
        route.fulfill(response=answer, body=answer.text().replace('<body>', brought))

    page.route('**/status', bring)
    page.goto('/status')
    expect(page.locator('img[src=none]')).to_be_attached()
    expect(page).to_have_title('Status · Cointape')
    assert len([said for said in complaints if 'Content Security Policy' in said]) == 2
    complaints.clear()
