"""Background: one thread for what may take a while and nobody waits for."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable


class TaskThread:
    """Does what is asked, one task after the other, each key once until it is done; a task that fails costs itself."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._asked: set[str] = set()
        self._wanted: queue.SimpleQueue[tuple[str, Callable[[], None]]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def ask(self, key: str, task: Callable[[], None]) -> None:
        with self._lock:
            if key not in self._asked:
                self._asked.add(key)
                self._wanted.put((key, task))
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
                self._thread.start()

    @property
    def pending(self) -> int:
        return len(self._asked)

    def _work(self) -> None:
        while True:
            key, task = self._wanted.get()
            try:
                task()
            finally:  # an unforeseen error ends the thread and is printed; the next question starts another
                self._asked.discard(key)
