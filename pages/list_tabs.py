"""The tabs above the board: all coins, and each list of the user. One live cell for all of
their windows that look at the same list."""

from html import escape

from desk.acting import whose
from desk.desk import Desk
from pages.live import Live
from pages.live_cell import Cell
from pages.own import own

ALL = 0


class ListTabs:
    """The rows of tabs by the user and the list that is looked at."""

    def __init__(self, desk: Desk, live: Live) -> None:
        self.desk, self.live = desk, live
        self._tabs: dict[tuple[str, int], Cell] = {}
        desk.watchlists.subscribe(self.render)

    def show(self, here: int) -> None:
        """Put them on the page that is being built; `here` is the id of its list, or ALL."""
        key = whose(), here
        if key not in self._tabs:
            self._tabs[key] = self.live.cell(f'tabs-{here}-{key[0]}', 'nav', 'tabs')
            self._tabs[key].props['aria-label'] = 'Watchlists'
            self._render(*key)
        self.live.show(self._tabs[key])

    def render(self, _: int) -> None:
        """A list came, went, or is called otherwise."""
        self._tabs = {key: cell for key, cell in self._tabs.items() if key[1] == ALL or self.live.watched(cell)}
        for key in self._tabs:
            self._render(*key)

    def _render(self, user: str, here: int) -> None:
        tabs = [_tab('/', 'All', here == ALL)]
        tabs += [_tab(board_path(each.id), each.name, each.id == here) for each in self.desk.watchlists.all(user)]
        edit = f'<a href="{own("/lists")}/{here}" class=edit>Edit this list</a>' if here else ''
        manage = f'<span class=lists>{edit}<a href="{own("/lists")}">Manage lists</a></span>'
        self.live.set(self._tabs[user, here], ''.join(tabs) + manage)


def board_path(list_id: int) -> str:
    """The board of a list."""
    return f'/?list={list_id}'


def _tab(path: str, name: str, here: bool) -> str:
    return f'<a href="{own(path)}" dir=auto{" aria-current=page" if here else ""}>{escape(name)}</a>'
