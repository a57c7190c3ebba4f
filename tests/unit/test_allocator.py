"""What is freed is given back to the system, measured in a process of its own."""

import ctypes
import subprocess
import sys

import pytest

from tests.running import ROOT

CODE = """
import ctypes
from commands.allocator import give_back_what_is_freed

class Mallinfo2(ctypes.Structure):
    _fields_ = [(f'field{{number}}', ctypes.c_size_t) for number in range(8)] + [('free', ctypes.c_size_t * 2)]

libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes, libc.mallinfo2.restype = ctypes.c_void_p, [ctypes.c_void_p], Mallinfo2
if {told}:
    give_back_what_is_freed()
for _ in range(3):
    blocks = [(libc.malloc(200_000), libc.malloc(600)) for _ in range(100)]  # frames, and what stays between them
    for large, _ in blocks:
        libc.free(large)
print(libc.mallinfo2().free[0])
"""


def empty(told: bool) -> int:
    """Bytes that the allocator holds and nobody uses."""
    command = [sys.executable, '-c', CODE.format(told=told)]
    return int(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), 'mallinfo2'), reason='only glibc keeps it, and tells')
def test_frames_that_are_gone_take_no_memory() -> None:
    assert empty(told=True) < empty(told=False) / 10
