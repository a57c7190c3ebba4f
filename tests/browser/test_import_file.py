"""The import page where only a browser can tell: the file chooser, the upload's own request, a narrow screen."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.windows import content_width, violations

FILE = 'name,price,timestamp\nBTC,67000.12,2026-01-30T10:00:00Z\nBTC,x,2026-01-30T11:00:00Z\n'


def test_a_file_is_chosen_and_imported_by_keyboard_on_a_narrow_screen(page: Page, tmp_path: Path) -> None:
    path = tmp_path / 'a_rather_long_name_of_a_file_that_holds_one_price_of_one_coin.csv'
    path.write_text(FILE)
    page.set_viewport_size({'width': 360, 'height': 740})
    page.goto('/import')
    with page.expect_file_chooser() as chooser:
        page.get_by_role('button', name='Choose a file').press('Enter')
    assert violations(page) == []
    chooser.value.set_files(path)
    page.get_by_role('button', name='Check the file').press('Enter')
    expect(page.get_by_text('1 good row, 1 bad.')).to_be_visible()
    assert violations(page) == []
    assert content_width(page) == 360
    page.get_by_role('button', name='Import 1 row').press('Enter')
    expect(page.get_by_text('1 added, 1 was bad.')).to_be_visible()
    assert violations(page) == []
