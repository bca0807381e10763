"""What a person can put right. Imports nothing of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pydantic import ValidationError

_LONGEST = 40  # characters of a wrong value that are repeated


class CompareError(Exception):
    """A failure with a remedy: `message` names the thing and what is wrong, `hint` the next step.

    `field` is the form field or flag at fault, where there is one. `str()` is what every face shows.
    """

    def __init__(self, message: str, hint: str = "", *, field: str | None = None) -> None:
        super().__init__(f"{message} {hint}".strip())
        self.message = message
        self.hint = hint
        self.field = field


class Problem(NamedTuple):
    """What is wrong with a record: the path of the field, with dots, empty for the record as a whole; and why."""

    field: str
    why: str

    def __str__(self) -> str:
        return f"{self.field}: {self.why}" if self.field else self.why


def first_problem(error: ValidationError) -> Problem:
    """The first thing that pydantic found, in words that stand after the name of a field, without a full stop."""
    first = error.errors(include_url=False)[0]
    field, message = ".".join(map(str, first["loc"])), first["msg"]
    if first["type"] in {"value_error", "assertion_error"}:
        return Problem(field, message.removeprefix("Value error, ").removeprefix("Assertion failed, "))
    if first["type"] == "missing":
        return Problem(field, "is missing")
    if first["type"] == "extra_forbidden":
        return Problem(field, "is no field of it")
    value = repr(first["input"])
    value = value if len(value) <= _LONGEST else f"{value[: _LONGEST - 1]}…"
    return Problem(field, f"{value} {message.removeprefix('Input ').split(', unable to')[0]}")
