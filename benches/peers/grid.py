"""The board in stock NiceGUI with AG Grid: each frame is a transaction of the rows that changed, for each browser.

A browser's part, which names a row by its coin, is left out: it costs the server nothing.
"""

import argparse
from weakref import WeakSet

from nicegui import ui

from benches.peers.stock import serve
from benches.peers.ticking import name, pinned, price
from pages.formats import format_price

COINS = 100
COLUMNS = ('name', 'price', '1h', '24h', '7d', 'volume')


def row(coin: int, number: int, rows: bool = False) -> dict[str, str]:
    """As the grid shows it."""
    return {
        'name': name(coin),
        'price': format_price(price(coin, number, rows)),
        **dict.fromkeys(COLUMNS[2:], '0.00 %'),
    }


def main() -> None:
    """Serve on a port."""
    flags = argparse.ArgumentParser()
    flags.add_argument('--port', type=int)
    given = flags.parse_args()
    grids = WeakSet[ui.aggrid]()

    @ui.page('/')
    def board() -> None:
        rows = [row(coin, 0) for coin in range(COINS)]
        grids.add(ui.aggrid({'columnDefs': [{'field': column} for column in COLUMNS], 'rowData': rows}))

    async def submit(number: int, changed: int, rows: bool) -> None:
        update = [row(coin, number, rows) for coin in range(changed)]
        for grid in grids:
            grid.run_grid_method('applyTransaction', {'update': update})

    serve(given.port, submit)


if __name__ == '__main__':
    pinned(0)
    main()
