"""The records explain themselves, and refuse what nothing real holds."""

from __future__ import annotations

import pytest

from cosmos_compare.records import ground_truth, schema
from cosmos_compare.records.base import Record

RECORDS = [
    thing
    for module in (schema, ground_truth)
    for thing in vars(module).values()
    if isinstance(thing, type) and issubclass(thing, Record) and thing.__module__ == module.__name__
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_every_field_says_what_it_holds(record: type[Record]) -> None:
    assert record.__doc__
    assert [name for name, field in record.model_fields.items() if not field.description] == []


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_no_record_holds_what_is_no_number(number: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        schema.Settings(fps=4, temperature=number)
