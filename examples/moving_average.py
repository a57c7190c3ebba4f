"""Trades a moving-average cross on paper: buys when the fast average rises above the slow one, sells when it falls."""

import time
from collections import deque
from decimal import Decimal

import httpx

desk = httpx.Client(base_url='http://127.0.0.1:8080')
name = desk.get('/api/prices').json()[0]['name']
prices, held = deque[Decimal](maxlen=30), Decimal(0)
while True:
    prices.append(Decimal(desk.get(f'/api/prices/{name}').json()['price']))
    rising = sum([*prices][-10:]) / 10 > sum(prices) / 30
    if len(prices) == 30 and rising != (held > 0):
        ticket = {'side': 'buy', 'quote_size': '5000'} if rising else {'side': 'sell', 'size': str(held)}
        order = desk.post('/api/orders', json={'name': name, 'type': 'market', **ticket}).raise_for_status().json()
        held += Decimal(order['filled_size']) * (1 if rising else -1)
        print(order['side'], order['filled_size'], name, 'at', order['average_price'], order['reason'], flush=True)
    time.sleep(0.2)
