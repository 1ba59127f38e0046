"""Threads of a floor share the process's heap."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import ctypes, sys, threading
from dialer.runtime.heap import keep_one_heap
if sys.argv[2] == "one":
    assert keep_one_heap()
C = ctypes.CDLL(None)
C.malloc.restype, C.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
together = threading.Barrier(6)
def work():
    together.wait()
    C.malloc(50_000)
    together.wait()
threads = [threading.Thread(target=work) for _ in range(6)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
C.fopen.restype, C.fopen.argtypes = ctypes.c_void_p, [ctypes.c_char_p, ctypes.c_char_p]
C.malloc_info.argtypes, C.fclose.argtypes = [ctypes.c_int, ctypes.c_void_p], [ctypes.c_void_p]
file = C.fopen(sys.argv[1].encode(), b"w")
C.malloc_info(0, file)
C.fclose(file)
"""


def heaps(tmp_path: Path, how: str) -> int:
    """How many heaps a process has in which six threads asked for memory."""
    told = tmp_path / how
    subprocess.run([sys.executable, "-c", PROGRAM, str(told), how], check=True)
    return told.read_text().count("<heap nr=")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the setting is of Linux's C library")
def test_threads_make_no_heap_of_their_own(tmp_path: Path) -> None:
    assert heaps(tmp_path, "many") > 1
    assert heaps(tmp_path, "one") == 1
