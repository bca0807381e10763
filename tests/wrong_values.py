"""Values that no field expects, and a way to put them anywhere into a record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

WRONG: list[Any] = [
    *(None, True, False, 0, -1, 1, 1.5, -0.5, 2**31, 2**63, 2**64, 10**30, 1e308, -1e308, float("nan"), float("inf")),
    *("", " ", "x", "0", "-1", "nan", "../..", "/etc/passwd", "\x00", "a\x00b", "\n", "é" * 5000, "y" * 70_000),
    *("<img src=x onerror=alert(1)>", "{0.__class__}", "%s%n", "\u202e", "[" * 50, '{"a":' * 50),
    *([], [[]], [None], [1, "a"], {}, {"a": None}, {"": {}}, [0.0, 1.0], [[0, 0, 1, 1]], ["a"] * 2000),
]
Steps = tuple[str | int, ...]


def places(data: Any, at: Steps = ()) -> Iterator[Steps]:
    """The paths of all fields, those with fields of their own too."""
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inside:
        yield (*at, key)
        yield from places(value, (*at, key))


def changed(data: Any, at: Steps, value: Any) -> Any:
    """A copy of a record in which the field `at` is another."""
    copy = json.loads(json.dumps(data))
    _holder(copy, at)[at[-1]] = value
    return copy


def without(data: Any, at: Steps) -> Any:
    """A copy of a record without the field `at`."""
    copy = json.loads(json.dumps(data))
    del _holder(copy, at)[at[-1]]
    return copy


def _holder(data: Any, at: Steps) -> Any:
    for key in at[:-1]:
        data = data[key]
    return data


def as_yaml(data: Any) -> str:
    """Data as YAML, which takes JSON but for these two."""
    return json.dumps(data).replace("NaN", ".nan").replace("Infinity", ".inf")
