"""The reader of pages that tests and benches look through: what it reads is what a browser would show."""

from tests.reading import Elements, read_fields

PRICE = '67,000<b class="lit-up">.12</b>'


def page(*rows: int) -> Elements:
    """A page whose root shows these rows."""
    cell = {'tag': 'span', 'props': {'data-field': 'price', 'innerHTML': PRICE}}
    return {
        '0': {'tag': 'q-layout', 'children': list(rows), 'slots': {'top': {'ids': [4]}}},
        '1': {'tag': 'a', 'props': {'data-coin': 'BTC'}, 'children': [2]},
        '2': cell,
        '3': {'tag': 'a', 'props': {'data-coin': 'A & "B"', 'innerHTML': '<br><i data-field="price">1<img></i>2'}},
        '4': {'tag': 'div', 'text': 'no coin of ours'},
    }


def test_a_field_is_read_as_one_reads_it_whether_elements_or_html_draw_it() -> None:
    assert read_fields(page(1, 3), 'price') == {'BTC': '67,000.12', 'A & "B"': '1'}


def test_what_the_root_does_not_lead_to_is_not_read() -> None:
    assert read_fields(page(3), 'price') == {'A & "B"': '1'}
    assert read_fields(page(3), 'age') == {}
