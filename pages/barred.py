"""Said plainly where somebody comes by a link to what they may not do."""

from desk.acting import Right, need
from desk.desk import Desk
from desk.errors import Forbidden
from pages.asked import cannot_show


def barred(desk: Desk, title: str, right: Right) -> bool:
    """Whether who looks may not; then the page says so, and which role it takes."""
    try:
        need(right)
    except Forbidden as error:
        cannot_show(desk, title, error, 'Board', '/')
        return True
    return False
