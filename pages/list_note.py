"""What a list's board says of the list: that it is empty or gone, or that some of its coins have no price yet."""

from nicegui import ui


class ListNote:
    """A line that is empty while there is nothing to say."""

    def __init__(self) -> None:
        self.words = ui.label().classes('list-note').props('role=status')

    def show(self, coins: int, priceless: int) -> None:
        """So many coins are on the list, so many of them have no price to show."""
        words = ''
        if not coins:
            words = 'No coin is on this list. Press the star of a coin under “All”, or edit this list.'
        elif priceless == 1:
            words = 'One coin of this list has no price yet.'
        elif priceless:
            words = f'{priceless:,} coins of this list have no price yet.'
        self.words.set_text(words)

    def gone(self) -> None:
        """The list was deleted while it was looked at."""
        self.words.set_text('This list was deleted.')
