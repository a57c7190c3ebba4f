"""Names in an order of one's own: dragged, or moved with the arrow keys, or with the buttons above them.

It is a list box: the keyboard's focus stays on the whole, so that it is not lost when a name moves, and a line that
screen readers speak says where it is now.
"""

from collections.abc import Awaitable, Callable, Sequence

from nicegui import events, ui

Order = Callable[[list[int]], Awaitable[None]]
Choice = Callable[[int], None]


class Ordering:
    """Names by their ids. `on_order` is asked to keep another order, `on_choose` told what is chosen (0: nothing)."""

    def __init__(self, label: str, on_order: Order, on_choose: Choice) -> None:
        self.on_order, self.on_choose = on_order, on_choose
        self.names: dict[int, str] = {}
        self.items: dict[int, ui.label] = {}
        self.chosen = 0
        with ui.element('div').classes('line moves') as self.tools:
            self.up = ui.button('Move up', on_click=lambda: self.move(-1))
            self.down = ui.button('Move down', on_click=lambda: self.move(1))
        self.box = ui.list().classes('ordering').props(f'role=listbox tabindex=0 aria-label="{label}"')
        self.box.make_sortable(on_end=self._dropped, animation=0)
        self.said = ui.label().classes('unseen').props('role=status')
        for key, by in (('up', -1), ('down', 1)):
            self.box.on(f'keydown.{key}.prevent', lambda event, by=by: self._step(by, event), args=['altKey'])

    def show(self, names: Sequence[tuple[int, str]]) -> None:
        """These are the names now, in this order."""
        before, self.names = self.names, dict(names)
        for gone in before.keys() - self.names.keys():
            self.box.remove(self.items.pop(gone))
        for number, name in names:
            if number not in before:
                self._add(number, name)
            elif before[number] != name:
                self.items[number].set_text(name)
        order: list[ui.element] = [self.items[number] for number, _ in names]
        if self.box.default_slot.children != order:
            self.box.default_slot.children = list(order)
            self.box.update()
        self.choose(self.chosen if self.chosen in self.names else 0)

    def choose(self, number: int) -> None:
        """Mark one name: buttons and keys move this one."""
        for each in {self.chosen, number} & self.items.keys():
            chosen = each == number
            self.items[each].props['aria-selected'] = str(chosen).lower()
            self.items[each].classes(add='chosen' if chosen else '', remove='' if chosen else 'chosen')
        self.chosen = number
        self.box.props['aria-activedescendant'] = self.items[number].html_id if number else None
        self.up.set_enabled(bool(number))
        self.down.set_enabled(bool(number))
        self.on_choose(number)

    async def move(self, by: int) -> None:
        """Move what is chosen up (-1) or down (1)."""
        order = list(self.names)
        if self.chosen in order:
            place = order.index(self.chosen)
            order.insert(max(0, min(place + by, len(order) - 1)), order.pop(place))
            await self._keep(order)

    def _add(self, number: int, name: str) -> None:
        with self.box:
            item = self.items[number] = ui.label(name)
        item.props.update(
            {'role': 'option', 'aria-selected': 'false', 'dir': 'auto'}
        )  # no text to parse: many are made
        item.on('click', lambda: self.choose(number), args=[])

    async def _step(self, by: int, event: events.GenericEventArguments) -> None:
        if event.args.get('altKey'):
            await self.move(by)
            return
        order = list(self.names)
        place = order.index(self.chosen) + by if self.chosen in order else 0
        if order:
            self.choose(order[max(0, min(place, len(order) - 1))])

    async def _dropped(self, event: events.SortableEventArguments) -> None:
        numbers: dict[ui.element, int] = {item: number for number, item in self.items.items()}
        self.choose(numbers[event.item])
        await self._keep([numbers[item] for item in self.box.default_slot.children if item in numbers])

    async def _keep(self, order: list[int]) -> None:
        if order != list(self.names):
            await self.on_order(order)
        place = list(self.names).index(self.chosen) + 1 if self.chosen in self.names else 0
        if place:
            self.said.set_text(f'{self.names[self.chosen]} is now number {place} of {len(self.names)}.')
