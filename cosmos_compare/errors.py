"""What a person can put right. Imports nothing of ours but the language that it is said in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cosmos_compare.language import N_, Text

if TYPE_CHECKING:
    from pydantic import ValidationError

_LONGEST = 40  # characters of a wrong value that are repeated


class CompareError(Exception):
    """A failure with a remedy: `message` names the thing and what is wrong, `hint` the next step.

    Both are texts with named blanks, which the keywords fill: `CompareError("{name}: no such file.", "Check the path.",
    name=path)`. `field` is the form field or flag at fault, where there is one. `str()` is what every face shows, in
    the language of whoever reads it; `message` and `hint` are English as strings.
    """

    def __init__(self, message: str, hint: str = "", *, field: str | None = None, **blanks: object) -> None:
        self.message: Text = message if isinstance(message, Text) else Text(message, **blanks)
        self.hint: Text = hint if isinstance(hint, Text) else Text(hint, **blanks)
        self.field = field
        super().__init__(message, hint)

    @property
    def text(self) -> Text:
        """Message and hint, for those who show it later."""
        return Text("{message} {hint}", message=self.message, hint=self.hint) if self.hint else self.message

    def __str__(self) -> str:
        return str(self.text)


class Problem(NamedTuple):
    """What is wrong with a record: the path of the field, with dots, empty for the record as a whole; and why."""

    field: str
    why: str

    @property
    def words(self) -> str:
        """Both in one text, for a message that names the record."""
        return Text("{field}: {why}", field=self.field, why=self.why) if self.field else self.why

    def __str__(self) -> str:
        return str(self.words)


# How pydantic's own words are said, by its kinds of errors; any other kind is said as it is.
_WHY = {
    "greater_than": N_("{value} should be greater than {gt}"),
    "greater_than_equal": N_("{value} should be greater than or equal to {ge}"),
    "less_than": N_("{value} should be less than {lt}"),
    "less_than_equal": N_("{value} should be less than or equal to {le}"),
    "finite_number": N_("{value} should be a finite number"),
    "int_type": N_("{value} should be a valid integer"),
    "int_parsing": N_("{value} should be a valid integer"),
    "int_from_float": N_("{value} should be a valid integer, got a number with a fractional part"),
    "float_type": N_("{value} should be a valid number"),
    "float_parsing": N_("{value} should be a valid number"),
    "bool_type": N_("{value} should be a valid boolean"),
    "bool_parsing": N_("{value} should be a valid boolean"),
    "tuple_type": N_("{value} should be a list"),
    "string_type": N_("{value} should be a valid string"),
    "literal_error": N_("{value} should be {expected}"),
    "missing": N_("is missing"),
    "extra_forbidden": N_("is no field of it"),
}


def first_problem(error: ValidationError) -> Problem:
    """The first thing that pydantic found, in words that stand after the name of a field, without a full stop."""
    first = error.errors(include_url=False)[0]
    field, kind, given = ".".join(map(str, first["loc"])), first["type"], first.get("ctx", {})
    if kind in {"value_error", "assertion_error"}:
        own = given["error"].args
        return Problem(field, own[0] if own and isinstance(own[0], str) else Text(""))
    value = repr(first["input"])
    value = value if len(value) <= _LONGEST else f"{value[: _LONGEST - 1]}…"
    if kind in _WHY:
        blanks = {"value": value, **given} if "{" in _WHY[kind] else {}
        return Problem(field, Text(_WHY[kind], **blanks))
    return Problem(field, f"{value} {first['msg'].removeprefix('Input ').split(', unable to')[0]}")
