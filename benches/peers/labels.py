"""The board in stock NiceGUI: a row of labels per coin and browser, the price bound to the coin's."""

import argparse
from decimal import Decimal

from nicegui import binding, ui

from benches.peers.stock import serve
from benches.peers.ticking import name, pinned, price
from pages.formats import format_price

COINS = 100


class Plain:
    """A coin whose price is a plain attribute, as that of a record: NiceGUI looks ten times a second."""

    def __init__(self, price: Decimal) -> None:
        self.price = price


class Telling:
    """A coin whose price tells the labels itself that it has changed: as cheap as bindings get."""

    price = binding.BindableProperty()

    def __init__(self, price: Decimal) -> None:
        self.price = price


def main() -> None:
    """Serve on a port, with one kind of coin or the other."""
    flags = argparse.ArgumentParser()
    flags.add_argument('--port', type=int)
    flags.add_argument('--bound', choices=['plain', 'telling'])
    given = flags.parse_args()
    kind = Plain if given.bound == 'plain' else Telling
    coins = [kind(price(coin, 0)) for coin in range(COINS)]

    @ui.page('/')
    def board() -> None:
        for coin, shown in enumerate(coins):
            with ui.row():
                ui.label(name(coin))
                ui.label().bind_text_from(shown, 'price', format_price)
                for _ in range(4):
                    ui.label('0.00 %')

    async def submit(number: int, changed: int, rows: bool) -> None:
        for coin in range(changed):
            coins[coin].price = price(coin, number, rows)

    serve(given.port, submit)


if __name__ == '__main__':
    pinned(0)
    main()
