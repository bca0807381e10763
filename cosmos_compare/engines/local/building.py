"""Who may be at work while a model is built, which changes torch's default dtype for the whole process.

Whoever computes with a plain number or makes a tensor without a dtype meanwhile gets bfloat16: positions and the
pixels' mean would be rounded, and the mean even be kept. Building is a fraction of a second of loading and has
precedence; reading a prompt waits for it, and an answer by the library's own `generate` lets it in between two tokens.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_changed = threading.Condition()
_building = 0  # 1 while a model is built
_waiting = 0  # to build one
_others = 0  # at work with a default dtype that must stay


@contextmanager
def a_model_is_built() -> Iterator[None]:
    """Nobody else is at work meanwhile."""
    global _building, _waiting
    with _changed:
        _waiting += 1
        try:
            _changed.wait_for(lambda: not _building and not _others)
        finally:
            _waiting -= 1
        _building = 1
    try:
        yield
    finally:
        with _changed:
            _building = 0
            _changed.notify_all()


@contextmanager
def no_model_is_built() -> Iterator[None]:
    """Meanwhile torch's default dtype stays what it is. Not to be nested: who waits to build is let in first."""
    _enter()
    try:
        yield
    finally:
        _leave()


def let_builders_in() -> None:
    """To be called inside of `no_model_is_built`, where nothing is lost if the default dtype changes for a moment."""
    if _waiting:
        _leave()
        _enter()


def _enter() -> None:
    global _others
    with _changed:
        _changed.wait_for(lambda: not _building and not _waiting)
        _others += 1


def _leave() -> None:
    global _others
    with _changed:
        _others -= 1
        _changed.notify_all()
