"""Cointape: `python app.py` runs the desk; what else it can do is in commands/."""

import gc

if __name__ in {'__main__', '__mp_main__'}:
    gc.disable()  # until the desk is there: what a start makes is no garbage, and the search for it takes a third of it

import os
import signal

from commands.line import commands
from desk.errors import Ended


def leave(*_: object) -> None:
    """End with status 0, without the interpreter's last search for garbage, which takes longer than all the rest."""
    gc.freeze()
    raise Ended(0)


if __name__ in {'__main__', '__mp_main__'}:
    simulated = 'NICEGUI_USER_SIMULATION' in os.environ
    if not simulated:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, leave)  # uvicorn raises it anew when all is shut down
    commands(standalone_mode=not simulated)
