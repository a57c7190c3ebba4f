"""A row of the board renders what has changed alone, and shows what one that was just made shows."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from desk.market import Mark, Quote
from models import Policy
from pages.board_cells import Row
from pages.live import Live
from pages.live_cell import Cell

NOW = datetime(2026, 1, 31, 13, 30, tzinfo=UTC)
MOMENTS = [NOW - timedelta(seconds=seconds) for seconds in (0, 9, 15, 3600)]
ASIDE = Mark(Decimal('66500.5'), NOW, 'form', Decimal('-0.75'))
prices = st.sampled_from([Decimal(text) for text in ('67000.12', '67000.120', '67000.13', '9.5', '0.12345678', '99')])
known = st.none() | prices
quotes = st.builds(
    Quote,
    coin_id=st.just(1),
    name=st.sampled_from(['BTC', '<b>', 'a/b']),
    full_name=st.sampled_from(['', 'Bitcoin', '<i>']),
    price=prices,
    timestamp=st.sampled_from(MOMENTS),
    received=st.sampled_from(MOMENTS),
    source=st.sampled_from(['demo', 'form & co']),
    seq=st.just(1),
    bid=st.none(),
    ask=st.none(),
    change_1h=known,
    change_24h=known,
    change_7d=known.map(lambda change: change and -change),
    high_24h=known,
    low_24h=known,
    volume_24h=known,
    aside=st.sampled_from([(), (ASIDE,), (ASIDE, ASIDE)]),
    policy=st.just(Policy.LATEST),
    followed=st.booleans(),
    pair=st.just(''),
)


def looks(row: Row) -> list[object]:
    """All that a row shows, but for its flashes."""
    price = row.link.children[0].children[1]
    return [row.link.props, row.price.props, price.props, row.price.text, *(cell.html for cell in parts(row))]


def parts(row: Row) -> tuple[Cell, Cell, Cell]:
    """The cells that never flash."""
    return row.ident, row.changes, row.day


async def rendered(shown: Sequence[Quote]) -> Row:
    """A row that has shown these one after the other."""
    row = Row(Live(), 0)
    for quote in shown:
        row.render(quote, NOW)
    return row


@given(st.lists(quotes, min_size=2, max_size=6))
def test_a_row_with_a_past_looks_like_one_just_made(shown: list[Quote]) -> None:
    async def compare() -> None:
        assert looks(await rendered(shown)) == looks(await rendered(shown[-1:]))

    asyncio.run(compare())


async def test_a_price_that_moves_alone_leaves_the_other_cells_untouched() -> None:
    live = Live()
    row = Row(live, 0)
    quote = Quote._make([1, 'BTC', '', Decimal(9), NOW, NOW, 'demo', 1, *[None] * 8, (), Policy.LATEST, False, ''])
    row.render(quote, NOW)
    before = [cell.calm_piece for cell in (row.link, *parts(row))]
    row.render(quote._replace(price=Decimal('9.5'), seq=2), NOW)
    assert row.price.html == '9.<b>50</b>'
    assert row.price.lit == 'lit'
    assert all(cell.calm_piece is piece for cell, piece in zip((row.link, *parts(row)), before, strict=True))
