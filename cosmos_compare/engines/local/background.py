"""Work in the background that is interrupted when the program ends.

A daemon thread that is inside torch when the interpreter goes aborts the process ("terminate called without an active
exception"), and a good answer would end with a bad exit code. Any other thread would keep the program until
its work is done. So at exit an exception is raised in the thread, at its next line of Python.
"""

import atexit
import ctypes
import threading
import time
from collections.abc import Callable

PATIENCE = 20.0  # seconds; what runs in a library can't be interrupted


class BrokenOffError(BaseException):
    """Raised in the thread. No `except Exception` stops it."""


class Background(threading.Thread):
    """A thread that has begun; `work` may end at any line."""

    def __init__(self, work: Callable[[], None], name: str) -> None:
        super().__init__(name=name, daemon=True)
        self._work = work
        atexit.register(self._break_off)
        try:
            self.start()
        except BaseException:  # there is no room for one more thread
            atexit.unregister(self._break_off)
            raise

    def run(self) -> None:
        try:
            self._work()
        except BrokenOffError:
            pass
        finally:
            atexit.unregister(self._break_off)
            del self._work  # and all that it knows

    def _break_off(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while self.is_alive() and time.monotonic() < deadline:
            assert self.ident is not None
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.ident), ctypes.py_object(BrokenOffError))
            self.join(1.0)
