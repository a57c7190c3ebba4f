"""Two people on one desk, each in a browser of their own: what is one's is not shown to the other."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from nicegui.testing import User

from desk.acting import Actor, Role, acting_as
from desk.alert import Condition, Draft
from desk.desk import Desk
from desk.errors import Conflict
from desk.ticket import parse_ticket
from desk.ticks import Tick
from gate.who import Who
from models import Origin
from pages.import_jobs import Imports, UploadedFile
from pages.keys import keys_html
from pages.live_cell import Cell
from pages.live_element import shown_cells

BARRED = {
    '/add': 'needs the role of a contributor',
    '/import': 'needs the role of a contributor',
    '/settings': 'for administrators',
    '/status': 'for administrators',
    '/replay': 'for administrators',
    '/portfolio': 'needs the role of a trader',
    '/orders': 'needs the role of a trader',
    '/ledger': 'needs the role of a trader',
}


def somebody(name: str, role: Role = Role.TRADER) -> Actor:
    return Actor(name, name.title(), role.rights)


@pytest.fixture
def acts(monkeypatch: pytest.MonkeyPatch) -> Callable[[Actor], AbstractContextManager[None]]:
    """What is asked for inside is asked for by this person, requests too."""
    current: list[Actor] = []

    class As(AbstractContextManager[None]):
        def __init__(self, actor: Actor) -> None:
            self.actor, self.inside = actor, acting_as(lambda: actor)

        def __enter__(self) -> None:
            current.append(self.actor)
            self.inside.__enter__()

        def __exit__(self, *error: object) -> None:
            current.pop()
            self.inside.__exit__(None, None, None)

    monkeypatch.setattr(Who, 'of', lambda self, asked: lambda actor=current[-1]: actor)
    return As


def tick(price: str) -> Tick:
    number = Decimal(price)
    return Tick('BTC', number, datetime.now(UTC), 'api', Origin.PROGRAM, bid=number, ask=number)


def texts(user: User) -> str:
    """All that the live cells of a page say."""
    assert user.client is not None
    cells: list[Cell] = list(shown_cells(user.client))
    return ' '.join(f'{cell.html} {cell.props}' for cell in cells)


async def test_bell_stars_tabs_and_portfolio_are_ones_own(
    user: User, another: Callable[[], User], desk: Desk, acts: Callable[[Actor], AbstractContextManager[None]]
) -> None:
    ann, ben, his = acts(somebody('ann')), acts(somebody('ben')), another()
    await desk.submit(tick('100'))
    with acts(somebody('ann')):
        await desk.watchlists.create('Anns secret', coin_names=['BTC'])
        await desk.alerts.create(Draft(condition=Condition.ABOVE, coin='BTC', price=Decimal('100.5')))
        await desk.broker.place(parse_ticket({'name': 'BTC', 'side': 'buy', 'type': 'market', 'size': '123'}))
        await user.open('/')
    with ben:
        await his.open('/')
    await desk.submit(tick('101'))
    with ann:
        assert desk.alerts.unread() == 1
    hers, others = texts(user), texts(his)
    for secret in ('Anns secret', 'Alerts, 1 unread', '.on{display:block}'):
        assert secret in hers
        assert secret not in others
    clients = [each.client for each in (user, his) if each.client]
    rooms = [{cell.room for cell in shown_cells(client)} for client in clients]
    assert {room for room in rooms[0] & rooms[1] if 'ann' in room or 'ben' in room} == set()
    with acts(somebody('ben')):
        await his.open('/portfolio')
        await his.should_not_see('123')
        await his.open('/trading/?coin=BTC')
        await his.should_see('None. What waits for its price stands here.')
    with acts(somebody('ann')):
        await user.open('/trading/?coin=BTC')
        resting = parse_ticket({'name': 'BTC', 'side': 'buy', 'type': 'limit', 'size': '7', 'limit_price': '50'})
        await desk.broker.place(resting)
        await user.should_see('Open orders · 1')
    await his.should_not_see('Open orders · 1')


async def test_what_one_may_not_do_is_not_offered_and_said_plainly(
    user: User, desk: Desk, acts: Callable[[Actor], AbstractContextManager[None]]
) -> None:
    await desk.submit(tick('100'))
    with acts(somebody('vera', Role.VIEWER)):
        await user.open('/coin/BTC')
        for words in ('Add price', 'Correct', 'This coin', 'Rename …'):
            await user.should_not_see(words)
        for path, words in BARRED.items():
            answer = await user.http_client.get(path)
            assert (answer.status_code, words in answer.text) == (403, True), path
        await user.open('/trading/')
        await user.should_see('needs the role of a trader')
    with acts(somebody('carl', Role.CONTRIBUTOR)):
        await user.open('/coin/BTC')
        await user.should_see('Add price')
        await user.should_see('Correct')
        await user.should_not_see('This coin')


async def test_ways_to_a_page_are_shown_to_who_may_see_it(
    user: User, another: Callable[[], User], acts: Callable[[Actor], AbstractContextManager[None]]
) -> None:
    hers = another()
    with acts(somebody('ann', Role.ADMINISTRATOR)):
        await hers.open('/')
        assert "'href': '/status'" in texts(hers)
        assert '>Status<' in keys_html()
        assert '>Add a price<' in keys_html()
    with acts(somebody('vic', Role.VIEWER)):
        await user.open('/')
        assert 'class="words"' in texts(user)
        assert '/status' not in texts(user)
        assert '>Board<' in keys_html()
        for barred in ('Add a price', 'Portfolio', 'Import', 'Settings', 'Status', 'Orders', 'Replays'):
            assert f'>{barred}<' not in keys_html()


async def test_an_import_is_seen_by_who_began_it_and_by_administrators(
    desk: Desk, tmp_path: Path, acts: Callable[[Actor], AbstractContextManager[None]]
) -> None:
    imports, path = Imports(), tmp_path / 'prices.csv'
    path.write_bytes(b'name,price\n')
    with acts(somebody('ann', Role.CONTRIBUTOR)):
        imports.running = file = UploadedFile(desk, path, 'secret.csv')
        assert imports.seen is file
        with pytest.raises(Conflict, match=r'secret\.csv is being imported'):
            imports.start(file)
    with acts(somebody('ben', Role.CONTRIBUTOR)):
        assert imports.seen is None
        with pytest.raises(Conflict, match='A file of somebody else'):
            imports.start(file)
    with acts(somebody('ada', Role.ADMINISTRATOR)):
        assert imports.seen is file
    await file.drop()
