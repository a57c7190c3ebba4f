"""Logs: one form for what this program says and for what the libraries say, on stderr, without secrets."""

import logging
import sys
import threading
import time
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from desk.masking import HIDDEN, mask

PLAIN = '%(asctime)sZ %(levelname)s %(name)s: %(message)s'
OWN = logging.getLogger('cointape')
# what these say in detail holds what people type, and what browsers send with it
TERSE = dict.fromkeys(('websockets', 'python_multipart', 'multipart', 'httpx', 'httpcore', 'aiohttp'), logging.INFO)
TERSE |= dict.fromkeys(('engineio', 'socketio', 'alembic.runtime.plugins'), logging.WARNING)
CONTROLS = {code: f'\\x{code:02x}' for code in (*range(32), *range(127, 160)) if chr(code) not in '\n\t'}
BIDI = {code: f'\\u{code:04x}' for code in (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))}
LINES = {0x2028: '\\u2028', 0x2029: '\\u2029'}
VISIBLE = CONTROLS | BIDI | LINES


class Lines(logging.Formatter):
    """A line each, in UTC; what has several goes on indented, so that nothing in a message can pass for a line."""

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        super().__init__(PLAIN, '%Y-%m-%d %H:%M:%S')

    def format(self, record: logging.LogRecord) -> str:
        """The line or lines, masked."""
        return mask(super().format(_sound(record))).translate(VISIBLE).replace('\n', '\n    ')


def begin(level: str, as_json: bool = False) -> None:
    """Set up logging for this process; does nothing where somebody has done that already, as a test runner does."""
    root = logging.getLogger()
    if root.handlers:
        return
    handler = logging.StreamHandler()
    handler.setFormatter(_json() if as_json else Lines())
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name, least in TERSE.items():
        logging.getLogger(name).setLevel(max(least, root.level))
    for known in list(logging.root.manager.loggerDict.values()):
        if isinstance(known, logging.Logger):  # engine.io brings a handler of its own
            known.handlers.clear()
            known.propagate = True
    OWN.setLevel(min(logging.INFO, root.level))
    logging.captureWarnings(True)
    logging.raiseExceptions = False  # else a message that cannot be written is printed with all that was in it
    sys.excepthook = _uncaught
    threading.excepthook = lambda said: _uncaught(said.exc_type, said.exc_value, said.exc_traceback)


def started(version: str, address: str, database: str, as_json: bool) -> None:
    """The one line of a start: for people on stdout or, where programs read the logs, among these."""
    words = f'Cointape is at {address}'
    if as_json:
        OWN.info(words, extra={'version': version, 'address': address, 'database': database})
    else:
        print(f'{words}  (version {version}, {database}; Ctrl-C ends it)', flush=True)


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error or kind(), trace)
    else:
        OWN.critical('Something failed that nobody expected.', exc_info=(kind, error or kind(), trace))


def _sound(record: logging.LogRecord) -> logging.LogRecord:
    """One whose arguments do not fit its message says that, instead of being lost."""
    try:
        record.getMessage()
    except Exception as error:  # noqa: BLE001 - whatever the arguments do when they are made into text
        record.msg, record.args = f'A message of {record.name} could not be made: {type(error).__name__}.', None
    return record


def _json() -> logging.Formatter:
    """An object a line: time, level, logger, message and, where there are, exception and what the message was given."""
    from pythonjsonlogger.core import RESERVED_ATTRS  # only who wants this pays for it
    from pythonjsonlogger.json import JsonFormatter

    class Objects(JsonFormatter):
        def format(self, record: logging.LogRecord) -> str:
            return super().format(_sound(record))

        def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
            return {str(name): _masked(name, value) for name, value in log_data.items()}

    return Objects(
        ['levelname', 'name', 'message'],
        rename_fields={'levelname': 'level', 'name': 'logger', 'exc_info': 'exception', 'stack_info': 'stack'},
        reserved_attrs=[*RESERVED_ATTRS, 'color_message', 'websocket'],
        timestamp='time',
        json_ensure_ascii=False,
    )


def _masked(name: object, value: Any) -> Any:
    """What goes into the object: plain values, texts without secrets, nothing under a name that says it is one."""
    match value:
        case None | bool() | int() | float():
            return value if mask(f'{name}={value}') == f'{name}={value}' else HIDDEN
        case datetime():
            return value.astimezone(UTC).isoformat(timespec='milliseconds').replace('+00:00', 'Z')
        case dict():
            return {str(key): _masked(key, one) for key, one in value.items()}
        case list() | tuple() | set():
            return [_masked(name, one) for one in value]
    text = str(value)
    return HIDDEN if text and mask(f'{name}="x"') != f'{name}="x"' else mask(text)
