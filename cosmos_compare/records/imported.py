"""Runs that this program did not make: where they come from, and which fields of their record nobody knows.

What is not known is null on disk and listed by name. In memory a placeholder stands in its place, so that what reads
runs needs no case of its own; what shows or computes with such a field asks `Run.imported` first.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import Field

from cosmos_compare.records.base import FilePath, Line, Record

# Every field that an older folder may not tell, by its path in the record, with what stands for it in memory.
PLACEHOLDERS: Mapping[str, Any] = {
    **{f"clip.{name}": "" for name in ("path", "sha256", "codec")},
    **{f"clip.{name}": 0 for name in ("fps", "n_frames", "duration", "rotation")},
    **{f"clip.{name}": 1 for name in ("width", "height")},
    **{f"prompt.{name}": "" for name in ("system_prompt", "user_prompt")},
    "prompt.reasoning": False,
    "settings": {},
    **{f"model.{name}": "" for name in ("source",)},
    "model.vision": {"factor": 1, "budget": "per_frame", "max_video_tokens": 1, "clock": "unknown"},
    "model.sampling": {},
    "model.reasoning_in": "user",
    "model.dtype": "bfloat16",
    "model.boxes": "unknown",
    "frames.indices": [],
    "frames.seconds": [],
    "answer.finish": "stop",
    **{f"answer.{name}": 0 for name in ("new_tokens", "queue_s")},
    "answer.answers_at_once": 1,
    "answer.concurrent": False,
    "answer.reused": "none",
    "environment.device": "",
    "environment.versions": {},
    "answer_revision": 1,
}


class Imported(Record):
    """Of a run that was taken in. `created` of such a run is the time of its files."""

    source: FilePath = Field(description="the folder that it was read from")
    unknown: tuple[Line, ...] = Field(default=(), description="the fields of the record that nobody knows; null here")
    notes: tuple[Line, ...] = Field(default=(), description="what could not be told apart, in words")


def emptied(data: dict[str, Any], unknown: Collection[str]) -> dict[str, Any]:
    """The record with null in the fields that nobody knows."""
    for path in unknown:
        holder, name = _holder(data, path)
        if holder is not None and name in holder:
            holder[name] = None
    return data


def filled(data: dict[str, Any]) -> dict[str, Any]:
    """The record with placeholders where null stands for what nobody knows; other nulls are left to be refused."""
    told = data.get("imported")
    unknown = told.get("unknown") if isinstance(told, dict) else None
    if not isinstance(unknown, list | tuple):
        return data
    data = {name: dict(value) if isinstance(value, dict) else value for name, value in data.items()}
    for path in unknown:
        if isinstance(path, str) and path in PLACEHOLDERS:
            holder, name = _holder(data, path)
            if holder is not None and holder.get(name) is None:
                holder[name] = PLACEHOLDERS[path]
    return data


def _holder(data: dict[str, Any], path: str) -> tuple[dict[str, Any] | None, str]:
    """The mapping in which a field stands, and its name there."""
    first, _, rest = path.partition(".")
    if not rest:
        return data, first
    inner = data.get(first)
    return (inner if isinstance(inner, dict) else None), rest
