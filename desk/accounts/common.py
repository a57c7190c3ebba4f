"""The passwords that are tried first."""

from functools import cache
from pathlib import Path

LIST = Path(__file__).with_name('common_passwords.txt')  # its head says where it is from
SHORTEST_PIECE = 4


def is_common(password: str, also: str = '') -> bool:
    """Whether a password is one of the 10,000 commonest, with digits and signs before or after it, or repeated.

    Case makes no difference. With `also` that word takes the place of the list.
    """
    words = frozenset({also.casefold()}) if also else commonest()
    whole = password.casefold()
    piece = _repeated(whole)
    return (len(piece) < SHORTEST_PIECE and not also) or any(
        tried in words for tried in (whole, piece, _core(whole), _core(piece), _repeated(_core(whole)))
    )


@cache
def commonest() -> frozenset[str]:
    """The list, in small letters."""
    lines = LIST.read_text('utf-8').splitlines()
    return frozenset(line for line in lines if line and not line.startswith('# '))


def _core(text: str) -> str:
    """Without the digits and signs around it; all of it where there is nothing else."""
    letters = [place for place, char in enumerate(text) if char.isalpha()]
    return text[letters[0] : letters[-1] + 1] if letters else text


def _repeated(text: str) -> str:
    """The shortest piece that the text is made of by repetition, the last of them perhaps cut off."""
    return next((text[:size] for size in range(1, len(text)) if text[size:] == text[:-size]), text)
