"""The answers of one engine, and those among them that wait until another one gives memory back."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from cosmos_compare.engines.base import Cancelled
from cosmos_compare.engines.local.turn_lock import LOOK_S


class MemoryQueue:
    """For any number of threads, each with an answer. Whatever is given back lets one of those who wait try again,
    somebody who is not patient first."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._answering = 0
        self._waiting: list[bool] = []  # who waits: whether it is patient
        self._tries = 0  # that those who wait may make

    @property
    def waiting(self) -> int:
        """How many answers wait for memory."""
        return len(self._waiting)

    @contextmanager
    def answering(self) -> Iterator[bool]:
        """While an answer is made; whether it is the only one."""
        with self._changed:
            self._answering += 1
            alone = self._answering == 1
        try:
            yield alone
        finally:
            with self._changed:
                self._answering -= 1
                self._given_back()

    def give_back(self) -> None:
        """Say that an answer that goes on has given its memory back."""
        with self._changed:
            self._given_back()

    def wait(self, patient: bool, cancelled: Cancelled) -> bool:
        """Wait until another answer has given memory back, or nobody wants this one any more; False where there is no
        other one that could."""
        with self._changed:
            if self._answering - len(self._waiting) + self._tries <= 1:
                return False
            self._waiting.append(patient)
            try:
                while not self._changed.wait_for(lambda: self._may_try(patient), LOOK_S):
                    if cancelled():
                        return True
                self._tries -= 1
            finally:
                self._waiting.remove(patient)
                if not self._waiting:
                    self._tries = 0
                self._changed.notify_all()
            return True

    def wait_until_none(self) -> None:
        """Until no answer is being made."""
        with self._changed:
            self._changed.wait_for(lambda: not self._answering)

    def _may_try(self, patient: bool) -> bool:
        return self._tries > 0 and not (patient and False in self._waiting)

    def _given_back(self) -> None:
        self._tries += bool(self._waiting)
        self._changed.notify_all()
