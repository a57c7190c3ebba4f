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


class Unknown(DeskError):
    """Who asks has not said who they are, or not in a way that holds."""

    status = 401


class SecondFactorNeeded(Unknown):
    """The password is right; a one-time code is wanted besides."""


class Forbidden(DeskError):
    """Who asks may not do this."""

    status = 403


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


class TooMany(DeskError):
    """A limit is reached. `retry_after` says in how many seconds it may be tried again; 0: not by waiting."""

    status = 429

    def __init__(self, message: str, retry_after: int = 0, field: str = '') -> None:
        super().__init__(message, field)
        self.retry_after = retry_after


class Ended(SystemExit):
    """The owner of the desk ends the program: nobody may catch this."""
