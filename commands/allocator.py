"""The C library's allocator, told to give back what is freed.

glibc keeps freed memory for the thread that freed it, and raises its thresholds with the largest block that it has seen
freed. A desk that sends frames for days then holds as much empty memory as full: 55 MB of 310 after six minutes of the
soak, and growing. See mallopt(3).
"""

import ctypes
from contextlib import suppress

TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8  # of malloc.h
LARGE = 128 * 1024  # bytes: what glibc begins with, and then raises
ARENAS = 2


def give_back_what_is_freed() -> None:
    """From now on, in this process; other C libraries than glibc stay as they are."""
    with suppress(OSError, TypeError, AttributeError):  # no such library, no such function
        mallopt = ctypes.CDLL(None).mallopt
        for parameter, value in ((TRIM_THRESHOLD, LARGE), (MMAP_THRESHOLD, LARGE), (ARENA_MAX, ARENAS)):
            mallopt(parameter, value)
