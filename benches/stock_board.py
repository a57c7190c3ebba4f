"""The board as a newcomer to NiceGUI writes it, for benches: `python benches/stock_board.py PORT CHANGES-A-SECOND`.

A hundred rows of eight labels; each browser has its own, and a timer sets the text of the price.
"""

import sys
from random import Random

from nicegui import ui

COINS = 100
port, rate = (int(given) for given in sys.argv[1:])
random = Random(4)
prices = [5 * 10 ** (number % 7 - 3) for number in range(COINS)]


@ui.page('/')
def page() -> None:
    """The board of one browser."""
    labels = []
    with ui.grid(columns='2fr repeat(7, 1fr)').classes('w-full gap-x-4'):
        for number in range(COINS):
            ui.link(f'COIN{number:02}', f'/coin/COIN{number:02}')
            labels.append(ui.label('…').classes('text-right'))
            for text in ('—', '—', '—', '—', '24 h', 'busy'):
                ui.label(text).classes('text-right')

    def change() -> None:
        for label, price in zip(labels, prices, strict=True):
            label.set_text(f'{price * (1 + random.uniform(-5e-4, 5e-4)):,.6f}')

    if rate:
        ui.timer(1 / rate, change)


ui.run(port=port, show=False, reload=False, show_welcome_message=False)
