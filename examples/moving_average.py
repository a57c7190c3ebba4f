"""Trades a moving-average cross on paper: buys a coin when its fast average rises above its slow one, else sells it."""

import time
from collections import defaultdict, deque
from decimal import Decimal

import httpx

desk, held = httpx.Client(base_url='http://127.0.0.1:8080'), defaultdict[str, Decimal](Decimal)
seen: dict[str, deque[Decimal]] = defaultdict(lambda: deque(maxlen=30))
while True:
    for name, price in ((coin['name'], coin['price']) for coin in desk.get('/api/prices').json()):
        seen[name].append(Decimal(price))
        rising = sum([*seen[name]][-10:]) / 10 > sum(seen[name]) / 30
        if len(seen[name]) == 30 and rising != (held[name] > 0):
            ticket = {'side': 'buy', 'quote_size': '2000'} if rising else {'side': 'sell', 'size': str(held[name])}
            order = desk.post('/api/orders', json={'name': name, 'type': 'market', **ticket}).raise_for_status().json()
            held[name] += Decimal(order['filled_size']) * (1 if rising else -1)
            print(order['side'], order['filled_size'], name, 'at', order['average_price'], order['reason'], flush=True)
    time.sleep(0.2)
