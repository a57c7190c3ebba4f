"""One-time codes from an authenticator, and the recovery codes that stand in for it."""

import secrets
from datetime import datetime
from hashlib import sha256

from desk.account import Enrolment

STEP, DIGITS, RECOVERY_CODES = 30, 6, 10
ISSUER = 'Cointape'
LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789'


def enrolment(name: str) -> Enrolment:
    """A new key of 160 bits. pyotp is imported when first needed: most starts need not pay for it."""
    import pyotp

    secret = pyotp.random_base32()
    return Enrolment(secret, pyotp.TOTP(secret, name=name, issuer=ISSUER).provisioning_uri())


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The step of 30 s, of this moment or the one before or after it, whose code this is."""
    import pyotp

    totp, step = pyotp.TOTP(secret), int(now.timestamp()) // STEP
    steps = (step - 1, step, step + 1)
    right = [each for each in steps if secrets.compare_digest(totp.at(each * STEP).encode(), code.encode())]
    return right[-1] if right else None


def plain_code(code: str) -> str:
    """Without the blanks and dashes that people write in it."""
    return ''.join(char for char in code[:100].casefold() if char.isascii() and char.isalnum())


def is_one_time(code: str) -> bool:
    """Whether a plain code is an authenticator's by its form."""
    return len(code) == DIGITS and code.isdigit()


def recovery_codes() -> list[str]:
    """Ten of 79 bits each."""
    letters = [''.join(secrets.choice(LETTERS) for _ in range(16)) for _ in range(RECOVERY_CODES)]
    return ['-'.join(each[at : at + 4] for at in range(0, 16, 4)) for each in letters]


def code_digest(account_id: int, code: str) -> str:
    """What is stored of a recovery code."""
    return sha256(f'{account_id}/{plain_code(code)}'.encode()).hexdigest()
