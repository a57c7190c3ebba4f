"""An alert that is watched, at all of its coins. Pure."""

from desk.alert import Alert
from desk.alerting.post import Post


class Watched:
    """`posts` by coin. Its own stamp is for its expiry."""

    __slots__ = ('alert', 'posts', 'stamp')
    coin_id = 0  # it expires as a whole

    def __init__(self, alert: Alert, stamp: int) -> None:
        self.alert, self.stamp = alert, stamp
        self.posts: dict[int, Post] = {}


def taken_over(post: Post, known: Post | None) -> None:
    """A post in place of one that is known: it asks for the same from the same side, and has come as far."""
    if known is None:
        return
    ahead, level = known.mark.count > post.mark.count, known.mark.count == post.mark.count
    if ahead or (level and known.mark.armed):
        post.mark = known.mark
    if _asked(known.alert) == _asked(post.alert) and not known.spent:  # one that is spent does not follow prices
        post.side, post.reached, post.told = known.side, known.reached, known.told


def _asked(alert: Alert) -> tuple[object, ...]:
    return alert.condition, alert.price, alert.percent, alert.window, alert.minutes
