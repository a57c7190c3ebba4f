"""A replay as a process of a desk: the program itself, which ends when the desk lets go of its standard input.

The desk gives the settings as COINTAPE_… variables. However the desk ends, its replays end with it.
"""

import os
import runpy
import signal
import sys
from pathlib import Path
from threading import Thread

PROGRAM = Path(__file__).parents[2] / 'app.py'


def watch() -> None:
    """Wait for the end of the desk, then end as a service manager would end us."""
    while os.read(sys.stdin.fileno(), 1024):  # unbuffered: a lock on sys.stdin would stop the interpreter's end
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == '__main__':
    Thread(target=watch, name='the desk lives', daemon=True).start()
    sys.argv = [PROGRAM.name]
    runpy.run_path(str(PROGRAM), run_name='__main__')
