"""Paper orders on a database that another program holds: said in words, nothing half done, over by itself."""

from time import monotonic

from tests.faults.test_trouble import PATIENCE, PRICE, locked
from tests.running import Server, wait_until

ORDER = {'name': 'BTC', 'side': 'buy', 'type': 'market', 'size': '0.1', 'client_order_id': 'once'}


def test_an_order_on_a_locked_database_is_refused_in_words_and_placed_once_afterwards(server: Server) -> None:
    server.post(PRICE)
    with locked(server):
        asked = monotonic()
        refused = server.http.post('/api/orders', json=ORDER)
        assert (refused.status_code, monotonic() - asked < PATIENCE) == (503, True)
        assert 'locked by another program' in refused.json()['error']
        sick = server.http.get('/api/health')
        assert 'locked by another program' in sick.json()['problems']['paper trading']
        assert server.http.get('/api/orders').json()['orders'] == []
    wait_until(lambda: server.http.get('/api/health').json()['healthy'], 2 * PATIENCE, 'health by itself')
    placed = [server.http.post('/api/orders', json=ORDER) for _ in range(2)]
    assert [answer.status_code for answer in placed] == [201, 200]
    assert placed[0].json() == placed[1].json()
    assert [order['status'] for order in server.http.get('/api/orders').json()['orders']] == ['filled']
