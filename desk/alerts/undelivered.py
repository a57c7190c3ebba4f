"""Why a message did not arrive."""

from desk.errors import DeskError


class Undelivered(DeskError):
    """A service did not take a message. The sentence holds what it answered, and no secret.

    `permanent`: no later attempt would do better. `quickly`: it said so at once, so that one may ask again at once.
    `pause`: the seconds that it asks to be left alone.
    """

    status = 502

    def __init__(
        self, message: str, *, permanent: bool = False, quickly: bool = True, pause: float | None = None
    ) -> None:
        super().__init__(message)
        self.permanent, self.quickly, self.pause = permanent, quickly, pause
