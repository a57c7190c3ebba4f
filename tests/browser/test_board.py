"""What only real browsers can show of the board: how soon, that no click is lost, that nothing flashes untold."""

from collections.abc import Callable
from decimal import Decimal
from time import monotonic

import pytest
from playwright.sync_api import Page, expect

from tests.browser.proxy import Proxy
from tests.browser.windows import Pulse, lit, price_of, row_of, shown
from tests.running import Server, wait_until

COINS = [f'COIN{number:02}' for number in range(30)]


def test_a_price_added_in_one_window_appears_in_another_within_a_second(two_windows: tuple[Page, Page]) -> None:
    board, form = two_windows
    board.goto('/')
    form.goto('/add')
    form.get_by_label('Name').fill('BTC')
    took = []
    for price in ('67,000.12', '67,001.5', '66,999', '67,123.45', '66,000.5', '67,000'):
        form.get_by_label('Price', exact=True).fill(price)
        began = monotonic()
        form.get_by_label('Price', exact=True).press('Enter')
        price_of(board, 'BTC').filter(has_text=price).wait_for()
        took.append(monotonic() - began)
        expect(form.get_by_label('Price', exact=True)).to_have_value('')
    print(f'form to the other window: {max(took) * 1000:.0f} ms at most, of {len(took)}')
    assert max(took) < 1
    expect(form.get_by_label('Name')).to_have_value('BTC')
    expect(form.get_by_label('Price', exact=True)).to_be_focused()


def test_no_press_is_lost_while_every_row_changes_ten_times_a_second(server: Server, page: Page) -> None:
    page.set_default_timeout(5_000)
    with Pulse(server, COINS) as pulse:
        wait_until(lambda: pulse.last > 1001, 5, 'prices')
        arrived = 0
        for coin in COINS[:20]:
            page.goto('/')
            price_of(page, coin).wait_for()
            expect(price_of(page, coin)).not_to_have_text(price_of(page, coin).text_content() or '')
            row_of(page, coin).scroll_into_view_if_needed()
            box = row_of(page, coin).bounding_box()
            assert box is not None
            page.mouse.click(box['x'] + 40, box['y'] + box['height'] / 2, delay=100)
            page.wait_for_url(f'**/coin/{coin}', wait_until='commit')
            arrived += 1
    print(f'{arrived} of 20 presses of 100 ms arrived')
    assert arrived == 20


def test_a_changed_price_lights_its_changed_digits_and_calms_down(server: Server, page: Page) -> None:
    server.post({'name': 'BTC', 'price': '67000.12'}, {'name': 'ETH', 'price': '3500'})
    page.goto('/')
    price_of(page, 'ETH').wait_for()
    server.post({'name': 'BTC', 'price': '67000.34'})
    price_of(page, 'BTC').locator('.lit > b', has_text='34').wait_for()
    assert price_of(page, 'BTC').locator('.lit > *').text_content() == '34'
    assert price_of(page, 'ETH').locator('.lit > *').count() == 0
    expect(lit(page)).to_have_count(0, timeout=5000)
    expect(price_of(page, 'BTC')).to_have_text('67,000.34')


def test_neither_a_reload_nor_a_resort_flashes(server: Server, page: Page) -> None:
    server.post(*({'name': coin, 'price': '10'} for coin in COINS))
    page.goto('/')
    price_of(page, COINS[-1]).wait_for()
    server.post(*({'name': coin, 'price': '11'} for coin in COINS))
    lit(page).first.wait_for()
    all_show(page, '11')
    page.reload()
    price_of(page, COINS[-1]).wait_for()
    assert seen_lit(page, 1.2) == 0, 'after a reload within the flash'
    server.post(*({'name': coin, 'price': '12'} for coin in COINS))
    lit(page).first.wait_for()
    all_show(page, '12')
    for heading in ('Price', 'Coin'):
        first = page.locator('[data-coin]').first.get_attribute('data-coin')
        page.locator('.headings').get_by_role('button', name=heading).click()
        page.locator('.headings').get_by_role('button', name=heading).click()
        wait_until(lambda: page.locator('[data-coin]').count() == len(COINS), 2, f'all rows still there after {first}')
    assert seen_lit(page, 1.2) == 0, 'after a re-sort within the flash'


def all_show(page: Page, price: str) -> None:
    """Wait until the change has reached every row: a large one comes in more than one frame."""
    expect(page.locator('[data-coin] [data-field="price"]', has_text=price)).to_have_count(len(COINS))


def seen_lit(page: Page, seconds: float) -> int:
    """How many digits were lit at most, looking as often as one can for so long."""
    until, most = monotonic() + seconds, 0
    while monotonic() < until:
        most = max(most, lit(page).count())
    return most


@pytest.mark.parametrize(
    ('way', 'seconds'), [(Proxy.refuse, 8), (Proxy.cut, 4), (Proxy.cut, 26)], ids=['refused', 'blip', 'dead']
)
@pytest.mark.timeout(120)
def test_a_window_that_was_cut_off_catches_up_within_six_seconds(
    network: Proxy,
    proxied: Server,
    new_window: Callable[..., Page],
    complaints: list[str],
    way: Callable[[Proxy], None],
    seconds: float,
) -> None:
    page = new_window(network.url)
    documents: list[str] = []
    page.on('request', lambda request: documents.append(request.url) if request.resource_type == 'document' else None)
    page.goto('/')
    with Pulse(proxied, ['BTC', 'ETH']) as pulse:
        price_of(page, 'BTC').wait_for()
        way(network)
        seen = [shown(page, 'BTC')]
        follow(page, seen, seconds)
        missed, back = pulse.last, monotonic()
        network.restore()
        while seen[-1] < missed and monotonic() < back + 20:
            follow(page, seen, 0)
        took = monotonic() - back
        follow(page, seen, 4)
    print(f'cut for {seconds} s: current again {took:.1f} s after the return')
    assert took < 6
    assert seen == sorted(seen), 'never an older price after a newer one'
    wait_until(lambda: shown(page, 'BTC') == pulse.last, 2, 'the last price')
    assert len(documents) == 1, 'no reload of the page'
    complaints.clear()


def follow(page: Page, seen: list[Decimal], seconds: float) -> None:
    """Note every price that the window shows, looking as often as one can for so long."""
    until = monotonic() + seconds
    while True:
        seen.append(shown(page, 'BTC'))
        if monotonic() >= until:
            return
