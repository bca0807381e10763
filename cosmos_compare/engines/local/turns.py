"""A lock of which somebody who waits gets the next turn before those who are patient."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """One at a time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._busy = False
        self._urgent = 0

    @contextmanager
    def take(self, patient: bool) -> Iterator[None]:
        """Wait for the turn, and hold it."""
        with self._changed:
            self._urgent += not patient
            try:
                self._changed.wait_for(lambda: not self._busy and not (patient and self._urgent))
            finally:
                self._urgent -= not patient
            self._busy = True
        try:
            yield
        finally:
            with self._changed:
                self._busy = False
                self._changed.notify_all()
