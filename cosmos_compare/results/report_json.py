"""A report in plain types, for other programs."""

import math
from dataclasses import fields, is_dataclass
from typing import Any

import pandas as pd

from cosmos_compare.results.report import Report
from cosmos_compare.results.report_words import sentences
from cosmos_compare.results.trust_words import slice_words


def report_json(found: Report) -> dict[str, Any]:
    """The report in plain types: frames as lists of rows, None for what is undefined."""
    d = found.difference
    claims = {"enough": d.enough, "enough_for_other_raters": d.enough_for_others, "preference": found.win_rate.enough}
    rest = {f.name: plain(getattr(found, f.name)) for f in fields(found)}
    return {"sentences": sentences(found), "slice_words": slice_words(found.slice), "claims": claims} | rest


def plain(value: Any) -> Any:
    """Frames, named tuples, records and numbers of numpy as JSON has them."""
    if isinstance(value, pd.DataFrame):
        return plain((value.reset_index() if value.index.name else value).to_dict("records"))
    if is_dataclass(value) and not isinstance(value, type):
        return plain(vars(value))
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return plain(value._asdict())
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if hasattr(value, "item"):  # a number of numpy
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
