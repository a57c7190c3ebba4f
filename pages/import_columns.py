"""What a person must say about a file that does not say it: its coin, and what its columns mean."""

from collections.abc import Callable

from nicegui import ui

from desk.csv.importing import Inspection
from desk.desk import Desk
from desk.errors import DeskError

PRICES, CANDLES = 'Prices', 'Candles'
LABELS = {
    'timestamp': 'Time', 'price': 'Price', 'open': 'Open', 'high': 'High', 'low': 'Low', 'close': 'Close',
    'volume': 'Volume', 'name': 'Coin', 'note': 'Note',
}  # fmt: skip
ROLES = {
    PRICES: ('timestamp', 'price', 'volume', 'name', 'note'),
    CANDLES: ('timestamp', 'open', 'high', 'low', 'close', 'volume', 'name'),
}


class Columns:
    """The fields that this file needs: none, a name, or a column for each meaning. `changed` is called on a change."""

    def __init__(self, desk: Desk, look: Inspection, name: str, changed: Callable[[], None]) -> None:
        self.look, self.changed = look, changed
        self._selects: dict[str, ui.select] = {}
        self._name: ui.input | None = None
        if not look.needs_name and not look.needs_mapping:
            return
        with ui.element('div').classes('column-form'):
            if look.needs_mapping:
                self._ask_columns()
            self._name = ui.input('Name', value=name, autocomplete=[coin.name for coin in desk.coins()])
            self._name.props('spellcheck=false hint="The coin that these prices are of, like BTC"')
            self._name.on_value_change(self._typed)
            self._show_name()

    @property
    def name(self) -> str:
        """The coin that was given, or ''."""
        return (self._name.value or '').strip() if self._name else ''

    @property
    def mapping(self) -> dict[str, str]:
        """Role → column, as chosen; empty for a known header."""
        return {role: str(select.value) for role, select in self._selects.items() if select.value}

    def refuse(self, error: DeskError) -> bool:
        """Say beside its field what was wrong; False for an error that belongs to no field here."""
        if error.field != 'name' or self._name is None:
            return False
        self._name.error = str(error)
        return True

    def _ask_columns(self) -> None:
        ui.label('Its header is not known. Say which column is which.')
        proposed = CANDLES if 'open' in self.look.mapping else PRICES
        self._kind = (
            ui.toggle([PRICES, CANDLES], value=proposed, on_change=self._offer)
            .props('aria-label="Kind"')
            .classes('kind')
        )
        self._fields = ui.element('div').classes('columns')
        self._choose()

    def _choose(self) -> None:
        options = {'': '—', **{column: column for column in self.look.columns if column}}
        self._fields.clear()
        with self._fields:
            self._selects = {
                role: ui.select(
                    options, label=LABELS[role], value=self.look.mapping.get(role, ''), on_change=self._offer
                )
                for role in ROLES[str(self._kind.value)]
            }

    def _offer(self) -> None:
        if set(ROLES[str(self._kind.value)]) != self._selects.keys():
            self._choose()
        self._show_name()
        self.changed()

    def _show_name(self) -> None:
        if self._name is not None:
            self._name.set_visibility(not self.mapping.get('name'))

    def _typed(self) -> None:
        assert self._name is not None
        self._name.error = None
        self.changed()
