"""The broker on a real desk: what is placed, filled, read anew and kept."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from desk.desk import Desk
from desk.errors import Conflict, Invalid, NotFound
from desk.orders import Rule, Status
from desk.settings import Settings
from models import Origin, Policy, utc_now
from tests.unit.paper_desk import FREE, committed, limit, stored, tick, ticket, told
from tests.waiting import until


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Without costs: the numbers of these tests stay round."""
    return settings.model_copy(update=FREE)


@pytest.fixture
async def desk(desk: Desk) -> Desk:
    """A desk with a fresh price of BTC."""
    await told(desk, '1000')
    return desk


async def test_the_first_start_opens_an_account_and_the_next_one_finds_it(settings: Settings) -> None:
    for _ in range(2):
        desk = Desk(settings.model_copy(update={'paper_cash': Decimal(5000), 'quote': 'EUR'}))
        await desk.start()
        account = desk.broker.account()
        assert (account.book.number, account.book.quote) == (1, 'EUR')
        assert account.totals == {None: Decimal(5000)}
        lines = (await desk.broker.postings()).items
        assert sorted((line.account, line.amount) for line in lines) == [
            ('deposits', Decimal(-5000)),
            ('trader', Decimal(5000)),
        ]
        await desk.stop()


async def test_an_order_is_filled_committed_and_shown(desk: Desk) -> None:
    order = await desk.broker.place(ticket())
    assert (order.status, order.filled_size, order.average_price) == (Status.FILLED, Decimal('0.1'), Decimal(1000))
    story = await desk.broker.story(order.id)
    assert [event.what for event in story.events] == ['placed', 'filled']
    assert [fill.rule for fill in story.fills] == [Rule.MARKET] == [fill.rule for fill in desk.broker.recent_fills()]
    account = desk.broker.account()
    assert account.totals == {None: Decimal(99_900), order.coin_id: Decimal('0.1')}
    assert (await desk.broker.orders(coins=['btc'])).items == [story.order]
    assert (await desk.broker.fills(order_id=order.id)).items == story.fills == await desk.broker.all_fills()
    assert desk.broker.name(order.coin_id) == 'BTC'


async def test_a_resting_order_is_filled_by_a_price_of_a_feed_and_by_one_of_a_person(desk: Desk) -> None:
    orders = [await desk.broker.place(limit(price)) for price in ('900', '800')]
    await told(desk, '899')
    await desk.submit(tick('799', origin=Origin.PERSON))
    await committed(desk)
    assert desk.broker.resting() == []
    fills = [(await desk.broker.story(order.id)).fills[0] for order in orders]
    assert [(fill.price, fill.tick_price, fill.rule) for fill in fills] == [
        (Decimal(900), Decimal(899), Rule.RESTING_LIMIT),
        (Decimal(800), Decimal(799), Rule.RESTING_LIMIT),
    ]


async def test_what_is_late_imported_restored_or_does_not_govern_fills_nothing(desk: Desk) -> None:
    order = await desk.broker.place(limit('900'))
    await desk.submit_many([tick('1', late=timedelta(minutes=1))])
    await desk.submit_many([tick('1', origin=Origin.FILE)])
    await desk.submit_many([tick('1')], restored=True)
    await desk.set_policy('BTC', Policy.EXCHANGE)
    await desk.submit(tick('1', origin=Origin.PERSON))
    await committed(desk)
    assert desk.broker.resting() == [order]
    await told(desk, '1')
    await committed(desk)
    assert desk.broker.resting() == []


async def test_a_client_order_id_is_known_after_a_restart_however_the_order_went_on(
    desk: Desk, settings: Settings
) -> None:
    asked = limit('900', client_order_id='a')
    order = await desk.broker.place(asked)
    order = await desk.broker.amend(order.id, limit_price=Decimal(950))
    await desk.stop()
    again = Desk(settings)
    await again.start()
    assert await again.broker.place(asked) == order
    with pytest.raises(Conflict) as raised:
        await again.broker.place(limit('950', client_order_id='a'))
    assert raised.value.field == 'client_order_id'
    await again.stop()


async def test_orders_and_balances_survive_a_restart_and_numbers_go_on(desk: Desk, settings: Settings) -> None:
    bought, resting = await desk.broker.place(ticket()), await desk.broker.place(limit('900'))
    totals, held = desk.broker.account().totals, desk.broker.account().held(None)
    await desk.stop()
    again = Desk(settings)
    await again.start()
    assert (again.broker.account().totals, again.broker.account().held(None)) == (totals, held)
    assert again.broker.resting() == [resting]
    assert [fill.order_id for fill in again.broker.recent_fills()] == [bought.id]
    assert again.intake.seq >= resting.seq
    await told(again, '899')
    await committed(again)
    assert (await stored(again, resting)).status == Status.FILLED
    assert (await again.broker.place(ticket())).id > resting.id
    await again.stop()


async def test_a_coin_that_is_merged_takes_its_orders_and_its_balance_along(desk: Desk) -> None:
    await told(desk, '1000', name='XBT')
    await desk.broker.place(ticket(name='XBT', size='0.2'))
    await desk.broker.place(ticket(size='0.1'))
    order = await desk.broker.place(limit('900', name='XBT'))
    await desk.merge('XBT', 'BTC')
    bitcoin = desk.coin('BTC').id
    assert desk.broker.account().total(bitcoin) == Decimal('0.3')
    assert [each.coin_id for each in desk.broker.resting('BTC')] == [bitcoin]
    await told(desk, '899')
    await committed(desk)
    assert (await stored(desk, order)).status == Status.FILLED
    assert desk.broker.account().total(bitcoin) == Decimal('0.4')
    sold = await desk.broker.place(ticket(side='sell', size='0.4'))
    assert (sold.status, desk.broker.account().total(bitcoin)) == (Status.FILLED, Decimal(0))


async def test_an_order_ends_when_its_time_is_over(desk: Desk) -> None:
    till = (utc_now() + timedelta(seconds=0.3)).isoformat()
    once = limit('900', time_in_force='gtd', good_till=till, client_order_id='once')
    order = await desk.broker.place(once)
    await until(lambda: desk.broker.resting() == [])
    assert (await stored(desk, order)).status == Status.EXPIRED
    assert (await desk.broker.place(once)).id == order.id
    with pytest.raises(Invalid, match='is over'):
        await desk.broker.place(limit('900', time_in_force='gtd', good_till=till))


async def test_how_far_a_trailing_stop_has_come_is_shown_and_survives_a_restart(desk: Desk, settings: Settings) -> None:
    await desk.broker.place(ticket())
    order = await desk.broker.place(ticket(side='sell', type='trailing_stop', trail_amount='50'))
    await told(desk, '1100')
    await until(lambda: desk.broker.resting()[0].best == 1100)
    await told(desk, '1200')
    await desk.stop()
    again = Desk(settings)
    await again.start()
    assert again.broker.resting()[0].best == 1200
    await told(again, '1149')
    await committed(again)
    assert [fill.tick_price for fill in (await again.broker.story(order.id)).fills] == [1149]
    await again.stop()


async def test_cancel_and_amend(desk: Desk) -> None:
    order = await desk.broker.place(limit('900'))
    amended = await desk.broker.amend(order.id, size=Decimal('0.2'), limit_price=Decimal(800))
    assert (amended.size, amended.limit_price, amended.revision) == (Decimal('0.2'), Decimal(800), 2)
    assert desk.broker.account().held(None) == 160
    cancelled = await desk.broker.cancel(order.id)
    assert (cancelled.status, desk.broker.account().held(None)) == (Status.CANCELLED, Decimal(0))
    with pytest.raises(Conflict, match='has ended'):
        await desk.broker.cancel(order.id)
    with pytest.raises(NotFound):
        await desk.broker.amend(order.id + 1, size=Decimal(1))


async def test_a_reset_keeps_the_book_before_it_readable(desk: Desk) -> None:
    asked = ticket(client_order_id='a')
    bought, resting = await desk.broker.place(asked), await desk.broker.place(limit('900'))
    book = await desk.broker.reset()
    account = desk.broker.account()
    assert (book.number, account.book) == (2, book)
    assert account.totals == {None: Decimal(100_000)}
    assert (desk.broker.resting(), desk.broker.recent_fills()) == ([], [])
    assert (await stored(desk, resting)).status == Status.CANCELLED
    assert [order.id for order in (await desk.broker.orders(book=1)).items] == [resting.id, bought.id]
    assert [fill.order_id for fill in await desk.broker.all_fills(book=1)] == [bought.id]
    assert [(each.number, each.closed is None) for each in await desk.broker.books()] == [(1, False), (2, True)]
    assert (await desk.broker.place(asked)).id > resting.id, 'the new book knows no client_order_id'
    with pytest.raises(NotFound, match='no book 3'):
        await desk.broker.orders(book=3)


async def test_terms_are_checked_kept_and_those_of_orders_from_then_on(desk: Desk, settings: Settings) -> None:
    before = await desk.broker.place(limit('900'))
    terms = replace(desk.broker.terms, taker_fee=Decimal('0.30'), touch=True, cut=False)
    with pytest.raises(Invalid, match='A spread lies between 0 and 50 per cent') as raised:
        await desk.broker.set_terms(replace(terms, spread=Decimal('50.01')))
    assert raised.value.field == 'spread'
    await desk.broker.set_terms(terms)
    order = await desk.broker.place(ticket())
    assert (order.terms, order.fees) == (terms, Decimal('0.3'))
    assert desk.broker.resting()[0].terms == before.terms
    await desk.stop()
    again = Desk(settings)
    await again.start()
    assert again.broker.terms == terms
    await again.stop()


async def test_a_note_is_written_on_a_fill(desk: Desk) -> None:
    await desk.broker.place(ticket())
    (fill,) = desk.broker.recent_fills()
    await desk.broker.set_note(fill.id, ' too early ')
    assert [each.note for each in (*desk.broker.recent_fills(), *await desk.broker.all_fills())] == ['too early'] * 2
    with pytest.raises(NotFound):
        await desk.broker.set_note(fill.id + 1, 'x')


async def test_an_estimate_does_nothing(desk: Desk) -> None:
    estimate = desk.broker.estimate(ticket())
    assert (estimate.price, estimate.total, estimate.at_once) == (Decimal(1000), Decimal(100), True)
    assert desk.broker.account().totals == {None: Decimal(100_000)}
    assert (await desk.broker.place(ticket())).id == 1


async def test_an_account_in_another_currency_stands_still_until_it_is_reset(desk: Desk, settings: Settings) -> None:
    order = await desk.broker.place(limit('900'))
    await desk.stop()
    again = Desk(settings.model_copy(update={'quote': 'EUR'}))
    await again.start()
    await told(again, '899')
    with pytest.raises(Conflict, match='in USD, the prices are in EUR'):
        await again.broker.place(ticket())
    assert again.broker.resting() == [order]
    assert (await again.broker.reset()).quote == 'EUR'
    await told(again, '899')
    assert (await again.broker.place(ticket())).status == Status.FILLED
    await again.stop()
