"""What can go wrong, said for people, with the HTTP status that goes with it."""


class DeskError(Exception):
    """A request that the desk refuses. `str(error)` is a sentence for people.

    `field` names the input that was wrong ('name', 'price', 'timestamp', …), or is empty.
    """

    status = 400

    def __init__(self, message: str, field: str = '') -> None:
        super().__init__(message)
        self.field = field


class Invalid(DeskError):
    """Input that breaks a rule; the message says what would be right."""

    status = 422


class NotFound(DeskError):
    """There is no such coin, record or page."""

    status = 404


class Conflict(DeskError):
    """The thing exists already, or somebody else has just changed it."""

    status = 409


class Overtaken(Conflict):
    """Another program changed what this builds upon; nothing was stored."""


class Unavailable(DeskError):
    """The desk cannot do this now: the database is locked, the disk is full, it is stopping."""

    status = 503
