"""A lock of which somebody who waits gets the next turn before those who are patient."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from cosmos_compare.engines.base import Cancelled
from cosmos_compare.engines.local.chat_template import Stopped

LOOK_S = 0.1  # how often somebody who waits looks whether Stop was pressed


class TurnLock:
    """One at a time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._busy = False
        self._urgent = 0

    @property
    def wanted(self) -> bool:
        """Whether somebody waits who is not patient."""
        return self._urgent > 0

    @contextmanager
    def take(self, patient: bool, cancelled: Cancelled) -> Iterator[None]:
        """Wait for the turn, and hold it. Raises `Stopped` once `cancelled` says so before."""
        with self._changed:
            self._urgent += not patient
            try:
                while not self._changed.wait_for(lambda: not self._busy and not (patient and self._urgent), LOOK_S):
                    if cancelled():
                        raise Stopped
            finally:
                self._urgent -= not patient
                self._changed.notify_all()  # the patient ones may have waited for this one only
            self._busy = True
        try:
            yield
        finally:
            with self._changed:
                self._busy = False
                self._changed.notify_all()
