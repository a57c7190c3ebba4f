"""What an address asks for, as people may have typed it."""

from desk.errors import NotFound

LONGEST = 9


def asked_number(text: str, what: str) -> int | None:
    """A number in an address, `what` says of what; None where it is missing. Raises NotFound for what is no number."""
    text = text.strip()
    if not text:
        return None
    if text.isascii() and text.isdecimal() and len(text) <= LONGEST:
        return int(text)
    raise NotFound(f'There is no {what} {text[:20]}.')
