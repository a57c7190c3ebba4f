"""Who may do what, and whose it is: over the API and at the façades."""

import re
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from api import alert_socket, order_socket, rest
from desk.acting import Actor, Right, Role, acting_as
from desk.alert import Condition, Draft
from desk.desk import Desk
from desk.errors import DeskError, Forbidden, NotFound
from desk.orders import Fill, Order
from desk.ticket import parse_ticket
from desk.ticks import Tick
from models import Origin
from tests.asgi import joined

BUY = {'name': 'BTC', 'side': 'buy', 'type': 'market', 'size': '1'}
REST = {**BUY, 'type': 'limit', 'limit_price': '50'}
BODIES: dict[str, Any] = {
    'PATCH /api/orders/{order_id}': {'size': '2'},
    'PATCH /api/fills/{fill_id}': {'note': 'mine'},
    'PATCH /api/alerts/{alert_id}': {'price': '7'},
    'POST /api/alerts/{alert_id}/snooze': {'until': None},
    'PATCH /api/watchlists/{list_id}': {'name': 'Mine'},
    'POST /api/watchlists/{list_id}/coins': {'name': 'BTC'},
    'PUT /api/watchlists/{list_id}/coins': {'coins': ['BTC']},
}
OWN = re.compile(r'\{(order_id|fill_id|alert_id|list_id)\}')


def somebody(name: str, role: Role = Role.TRADER) -> AbstractContextManager[None]:
    """What is done inside is done by this account."""
    actor = Actor(name, name.title(), role.rights, f'session:{name}')
    return acting_as(lambda: actor)


def tick(price: str) -> Tick:
    number = Decimal(price)
    return Tick('BTC', number, datetime.now(UTC), 'api', Origin.PROGRAM, bid=number, ask=number)


class Anns:
    """What Ann has."""

    def __init__(self, resting: Order, fill: Fill, alert: int, watchlist: int) -> None:
        self.resting, self.fill = resting, fill
        self.ids = {'order_id': resting.id, 'fill_id': fill.id, 'alert_id': alert, 'list_id': watchlist}


@pytest.fixture
async def anns(desk: Desk) -> Anns:
    await desk.submit(tick('100'))
    with somebody('ann'):
        await desk.broker.place(parse_ticket(BUY))
        resting = await desk.broker.place(parse_ticket(REST))
        alert = await desk.alerts.create(Draft(condition=Condition.ABOVE, coin='BTC', price=Decimal(1)))
        watchlist = await desk.watchlists.create('Hers', coin_names=['BTC'])
        return Anns(resting, desk.broker.recent_fills()[0], alert.id, watchlist.id)


@pytest.fixture
def app(desk: Desk) -> FastAPI:
    return rest(desk)


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url='http://desk') as http:
        yield http


def endpoints(app: FastAPI) -> list[tuple[str, str]]:
    """Method and path of all there are."""
    return [(method.upper(), path) for path, said in app.openapi()['paths'].items() for method in said]


async def test_nobody_reaches_what_is_anothers_by_its_number(app: FastAPI, http: httpx.AsyncClient, anns: Anns) -> None:
    theirs = [(method, path) for method, path in endpoints(app) if OWN.search(path)]
    assert len(theirs) >= 18
    with somebody('ben'):
        for method, path in theirs:
            there = OWN.sub(lambda found: str(anns.ids[found[1]]), path)
            answer = await http.request(method, there, json=BODIES.get(f'{method} {path}'), params={'name': 'BTC'})
            assert answer.status_code == 404, (method, path, answer.text)
    with somebody('ann'):
        assert (await http.get(f'/api/orders/{anns.resting.id}')).json()['size'] == '1'
        assert (await http.get(f'/api/watchlists/{anns.ids["list_id"]}')).json()['name'] == 'Hers'


async def test_what_is_listed_is_ones_own(desk: Desk, http: httpx.AsyncClient, anns: Anns) -> None:
    await desk.submit(tick('101'))
    with somebody('ben'):
        told = {
            path: (await http.get(f'/api/{path}')).json()
            for path in ('orders', 'fills', 'alerts', 'alerts/firings', 'watchlists', 'ledger', 'portfolio')
        }
        assert (told['orders']['orders'], told['fills']['fills'], told['alerts']['alerts']) == ([], [], [])
        assert (told['alerts/firings']['firings'], told['alerts/firings']['unread'], told['watchlists']) == ([], 0, [])
        assert (told['portfolio']['equity'], told['portfolio']['positions']) == ('100000', [])
        for alert in (anns.ids['alert_id'], anns.ids['alert_id'] + 1):
            assert (await http.get('/api/alerts/firings', params={'alert': alert})).json()['firings'] == []
        assert (await http.get('/api/fills', params={'order': anns.fill.order_id})).json()['fills'] == []
    with somebody('ann'):
        (firing,) = (await desk.alerts.firings()).items
        assert (await http.get('/api/watchlists')).json()[0]['name'] == 'Hers'
    with somebody('ben'):
        assert (await desk.alerts.deliveries([firing.id])) == {firing.id: []}
        await desk.alerts.acknowledge([firing.id])
    with somebody('ann'):
        assert desk.alerts.unread() == 1


async def test_ones_facades_know_nothing_of_anothers(desk: Desk, anns: Anns) -> None:
    ids, broker, lists, alerts = anns.ids, desk.broker, desk.watchlists, desk.alerts
    with somebody('ann'):
        channel = (await alerts.channels.add('Hook', 'json://example.org')).id
    with somebody('ben'):
        for look in (
            lambda: lists.get(ids['list_id']),
            lambda: lists.export_csv(ids['list_id']),
            lambda: alerts.get(ids['alert_id']),
            lambda: alerts.draft(ids['alert_id']),
            lambda: alerts.channels.get(channel),
        ):
            with pytest.raises(NotFound):
                look()
        for change in (
            broker.story(ids['order_id']),
            broker.cancel(ids['order_id']),
            broker.set_note(ids['fill_id'], 'x'),
            lists.arrange_lists([ids['list_id']]),
            alerts.channels.test(channel),
            alerts.channels.rename(channel, 'Mine'),
            alerts.channels.remove(channel),
            alerts.pause([ids['alert_id']], True),
            alerts.create(Draft(condition=Condition.ABOVE, price=Decimal(9), watchlist_id=ids['list_id'])),
            alerts.create(Draft(condition=Condition.ABOVE, price=Decimal(9), coin='BTC', channels=(channel,))),
            desk.portfolio.read(2),
        ):
            with pytest.raises(NotFound):
                await change


WRITES = [
    (Role.VIEWER, 'POST', '/api/orders', BUY),
    (Role.VIEWER, 'GET', '/api/portfolio', None),
    (Role.TRADER, 'POST', '/api/prices', {'name': 'BTC', 'price': '7'}),
    (Role.TRADER, 'POST', '/api/records/1/correct', {'price': '7', 'reason': 'so'}),
    (Role.TRADER, 'POST', '/api/import?dry_run=true', None),
    (Role.CONTRIBUTOR, 'POST', '/api/coins', {'name': 'BTC'}),
    (Role.CONTRIBUTOR, 'POST', '/api/coins/BTC/rename', {'name': 'XBT'}),
    (Role.CONTRIBUTOR, 'POST', '/api/coins/BTC/policy', {'policy': 'manual'}),
]


@pytest.mark.parametrize(('role', 'method', 'path', 'body'), WRITES)
async def test_a_role_may_what_those_before_it_may_and_no_more(
    desk: Desk, http: httpx.AsyncClient, role: Role, method: str, path: str, body: Any
) -> None:
    await desk.submit(tick('100'))
    with somebody('ben', role):
        answer = await http.request(method, path, json=body)
        assert (answer.status_code, answer.json()['error'][-1]) == (403, '.'), answer.text
        assert (await http.get('/api/prices/BTC')).status_code == 200


async def test_who_may_nothing_reads_nothing(app: FastAPI, http: httpx.AsyncClient, anns: Anns) -> None:
    deaf = Actor('deaf', 'Deaf', frozenset(), 'token:1')
    assert len(endpoints(app)) > 50
    with acting_as(lambda: deaf):
        for method, path in endpoints(app):
            if path in ('/api/health', '/docs') or path.startswith('/api/health/'):
                continue
            answer = await http.request(method, re.sub(r'\{[^}]*\}', '1', path))
            assert answer.status_code in (403, 422), (method, path, answer.text)
            assert answer.status_code == 403 or '{' in path, (method, path, answer.text)


async def test_facades_refuse_whoever_found_a_way_around_the_api(desk: Desk) -> None:
    await desk.submit(tick('100'))
    with somebody('ben', Role.VIEWER):
        for change in (
            desk.submit(tick('7')),
            desk.correct(1, Decimal(7), 'so'),
            desk.withdraw(1, 'so'),
            desk.follow('BTC'),
            desk.unfollow('BTC'),
            desk.rename('BTC', 'X'),
            desk.merge('BTC', 'BTC'),
            desk.set_preference('timezone', 'UTC'),
            desk.broker.set_terms(desk.broker.terms),
            desk.broker.opened(),
            desk.broker.reset(),
            desk.replays.open('x', 1),
            desk.replays.end('x'),
            desk.feeds.start_demo(),
            desk.alerts.channels.add('Hook', 'json://example.org'),
        ):
            with pytest.raises(Forbidden):
                await change
        assert (await desk.watchlists.create('His')).user == 'ben'
    assert desk.quote('BTC').price == 100


async def test_an_account_opens_when_it_is_first_needed(desk: Desk) -> None:
    with somebody('ann'):
        assert (desk.broker.resting(), desk.broker.recent_fills()) == ([], [])
        with pytest.raises(NotFound, match='no paper account'):
            desk.broker.account()
        assert (await desk.portfolio.read()).equity == desk.settings.paper_cash
        assert (await desk.broker.opened()).book.number == 1
    assert [book.user for book in await desk.broker.books('ann')] == ['ann']


async def test_sockets_tell_each_user_their_own(desk: Desk, anns: Anns) -> None:
    app = FastAPI()
    for module in (order_socket, alert_socket):
        app.include_router(module.router(desk))
    with somebody('ben'):
        his_orders, his_alerts = joined(app, '/ws/orders'), joined(app, '/ws/alerts')
        async with his_orders as (orders, first), his_alerts as (alerts, second):
            assert (first['orders'], second['alerts'], second['unread']) == ([], [], 0)
            with somebody('ann'):
                await desk.broker.cancel(anns.resting.id)
                await desk.alerts.pause([anns.ids['alert_id']], True)
            mine = await desk.broker.place(parse_ticket(REST))
            made = await desk.alerts.create(Draft(condition=Condition.BELOW, coin='BTC', price=Decimal(1)))
            assert (await orders.next())['order']['id'] == mine.id
            assert (await alerts.next())['alert']['id'] == made.id


async def test_a_price_is_signed_by_the_account_that_gave_it(desk: Desk) -> None:
    assert (await desk.submit(tick('100')._replace(author='whoever'))).author == 'whoever'
    with somebody('eve', Role.CONTRIBUTOR):
        said = await desk.submit(tick('101')._replace(author='Somebody else'))
        corrected = await desk.correct(said.id or 0, Decimal(102), 'a slip', 'Somebody else')
        with pytest.raises(DeskError):
            await desk.audit.page()
    assert (said.author, corrected.author) == ('Eve', 'Eve')
    (entry,) = (await desk.audit.page()).items
    assert (entry.name, entry.action, entry.note) == ('Eve', 'price corrected', 'a slip')


async def test_who_is_told_acts_as_who_subscribed(desk: Desk) -> None:
    heard: list[bool] = []
    with somebody('ann', Role.VIEWER):
        desk.broker.subscribe(lambda change: heard.append(desk.broker.resting() == []))
    await desk.submit(tick('100'))
    await desk.broker.place(parse_ticket(REST))
    assert heard == [True]


async def test_orders_that_are_open_have_a_limit(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('desk.broker.broker.MOST_OPEN', 2)
    await desk.submit(tick('100'))
    for _ in range(2):
        await desk.broker.place(parse_ticket(REST))
    with pytest.raises(DeskError, match='2 open orders already'):
        await desk.broker.place(parse_ticket(REST))
    with somebody('ann'):
        assert (await desk.broker.place(parse_ticket(REST))).is_open


async def test_coins_have_a_limit(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('desk.intake.MOST_COINS', 1)
    await desk.submit(tick('100'))
    with pytest.raises(DeskError, match='room for 1'):
        await desk.submit(tick('1')._replace(name='ETH'))
    await desk.submit(tick('101'))


def test_rights_grow_with_the_role() -> None:
    assert [set(Right) - role.rights for role in Role] == [
        {Right.ORDERS, Right.PRICES, Right.ADMINISTER},
        {Right.PRICES, Right.ADMINISTER},
        {Right.ADMINISTER},
        set(),
    ]
