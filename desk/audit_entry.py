"""What the audit log says. Data only, pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Action(StrEnum):
    """What somebody did that others may have to look up."""

    FIRST = 'first administrator'
    LOGIN = 'login'
    REFUSED = 'login refused'
    LOGOUT = 'logout'
    SESSION_ENDED = 'session ended'
    PASSWORD = 'password changed'  # what was done, no password  # nosec B105
    FACTOR_ON = 'second factor on'
    FACTOR_OFF = 'second factor off'
    RECOVERY = 'recovery code used'
    ADDED = 'account added'
    ROLE = 'role changed'
    SWITCHED_OFF = 'account off'
    SWITCHED_ON = 'account on'
    RESET = 'account reset'
    TOKEN_MADE = 'token made'  # nosec B105
    TOKEN_REVOKED = 'token revoked'  # nosec B105
    TOKEN_ADDRESS = 'token from a new address'  # nosec B105
    CORRECTED = 'price corrected'
    WITHDRAWN = 'price withdrawn'
    PORTFOLIO_RESET = 'paper account reset'


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the audit log. Names are as they were then; `user` is '' for nobody who is known."""

    action: str
    user: str = ''
    name: str = ''
    address: str = ''
    subject: str = ''
    note: str = ''
    at: datetime | None = None
    id: int = 0
