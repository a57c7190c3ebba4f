"""The pages that one can go to from everywhere, and what each key does: the one table of both."""

from typing import NamedTuple

from desk.acting import Right


class Place(NamedTuple):
    """A page: its address, its name, and the letter that leads there after `g`; '' where none does.

    A `seldom` one stands under “More” on phones. It is offered to who has the right.
    """

    path: str
    label: str
    letter: str = ''
    seldom: bool = False
    right: Right = Right.READ


MENU = (
    Place('/', 'Board', 'b'),
    Place('/trading/', 'Trading', 't'),
    Place('/portfolio', 'Portfolio', 'p', right=Right.ORDERS),
    Place('/alerts', 'Alerts', 'a'),
    Place('/import', 'Import', 'i', seldom=True, right=Right.PRICES),
    Place('/settings', 'Settings', 's', seldom=True, right=Right.ADMINISTER),
    Place('/status', 'Status', 'u', seldom=True, right=Right.ADMINISTER),
    Place('/account', 'Account', seldom=True),
    Place('/people', 'People', seldom=True, right=Right.ADMINISTER),
    Place('/audit', 'Audit log', seldom=True, right=Right.ADMINISTER),
)
ELSEWHERE = (  # not in the menu, but a letter leads there
    Place('/orders', 'Orders', 'o', right=Right.ORDERS),
    Place('/replay', 'Replays', 'r', right=Right.ADMINISTER),
    Place('/lists', 'Watchlists', 'w'),
)
OF_ACCOUNTS = ('/account', '/people', '/audit')


class Shortcut(NamedTuple):
    """What a key does, for who has the right."""

    does: str
    right: Right = Right.READ


SHORTCUTS = {  # a page says which of them it has: `surroundings.keys.on('j', …)`; every page has the others
    '/': Shortcut('Go to the search box'),
    'a': Shortcut('Add a price', Right.PRICES),
    'j': Shortcut('Go to the next coin on the board'),
    'k': Shortcut('Go to the coin before it on the board'),
    'Enter': Shortcut('Open the coin that has the focus'),
    'Esc': Shortcut('Close a dialog, or empty the search box'),
    '?': Shortcut('Show these keys'),
}
GO = 'g'
