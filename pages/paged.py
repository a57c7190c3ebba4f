"""A list that is read a page at a time, newest first, and follows what is new until one goes on to what is older."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Generic, TypeVar

from nicegui import ui

from desk.errors import DeskError
from pages.following import Following

T = TypeVar('T')


class Paged(ABC, Generic[T]):
    """What lists of orders, fills and postings have in common. `what` is what they are lists of, for sentences.

    `words` tells what is there or went wrong, `more` leads on, `cursor` is where to; `following` reads anew.
    """

    what = 'entries'
    words: ui.label
    more: ui.button
    following: Following | None = None
    cursor = ''
    _asked = 0

    @abstractmethod
    async def page(self, cursor: str) -> T:
        """The page at a place, '' the newest; raises DeskError."""

    @abstractmethod
    def show(self, page: T, older: bool) -> None:
        """Show it: below what is there if it is `older`, else in its place."""

    async def older(self) -> None:
        """The next page. Who has gone on to it is left there."""
        if self.following:
            self.following.stopped = True
        await self.read(self.cursor)

    async def read(self, cursor: str = '') -> None:
        """Show a page, unless another has been asked for meanwhile; say so if it cannot be read."""
        self._asked = asked = self._asked + 1
        try:
            page = await self.page(cursor)
        except DeskError as error:
            self.words.set_text(f'The {self.what} cannot be read: {error}')
            return
        if asked == self._asked:
            self.show(page, older=bool(cursor))


def table(classes: str, headings: Mapping[str, str]) -> ui.element:
    """A table's body, for the rows; above it the headings, by the classes of their columns."""
    with ui.element('table').classes(classes):
        with ui.element('thead'), ui.element('tr'):
            for kind, heading in headings.items():
                ui.html(heading, tag='th', sanitize=False).classes(kind)
        return ui.element('tbody')
