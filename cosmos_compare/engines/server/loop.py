"""An event loop in a thread of its own, for callers that know nothing of it."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class EventLoop:
    """Runs coroutines until it is closed. The thread is no reason for a program not to end."""

    def __init__(self, last: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """`last` is the work that is done when all else has ended."""
        self._loop = asyncio.new_event_loop()
        self._last = last
        self._thread = threading.Thread(target=self._run, name="servers", daemon=True)
        self._thread.start()

    def start(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        """Begin some work; to cancel the future ends it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def close(self) -> None:
        """End what still goes on, then do the last work, and end the thread. A second time it does nothing."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            left = asyncio.all_tasks(self._loop)
            for task in left:
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            self._loop.run_until_complete(self._last())
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.run_until_complete(asyncio.sleep(0))  # a connection that was closed is gone a round later
            self._loop.close()
