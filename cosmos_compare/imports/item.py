"""The one internal item, whatever the file it came from, and the set of an import; as records on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pydantic import Field

from cosmos_compare.records.base import Count, FilePath, FolderName, Line, Moment, Record, Seconds, Text

MAX_TEXT = 100_000  # characters of a question or a reference


class ImportedItem(Record):
    """One question about one clip, or a clip alone whose ground truth was brought."""

    id: Line = Field(description="names the item within its set: the clip and the row")
    row: Count = Field(description="of the source, counted from 1")
    scenario: FolderName = Field(description="what the clip is called, safe as a folder's name")
    video: FilePath = Field(description="below the set's media folder, or below the set itself where it was made")
    made: bool = Field(False, description="whether the clip was made here, from a list of images")
    start: Seconds | None = Field(None, description="the question is about the clip from here, seconds")
    end: Seconds | None = Field(None, description="up to here, seconds")
    fps: float | None = Field(None, gt=0, le=60, description="of a clip made from images: more shows none of them anew")
    system_prompt: Text = Field("", description="where the file gives one")
    question: Text = Field("", description="as it is asked, with its options; empty for a clip alone")
    options: dict[str, Text] = Field(default_factory=dict, description="texts by capital letter; empty slots are gone")
    right: tuple[str, ...] = Field((), description="letters that are right; none where the truth is withheld")
    references: tuple[Text, ...] = Field((), description="texts to hold a free answer against; shown, not scored")
    category: Line = Field("", description="of the question")
    subcategory: Line = Field("", description="within the category")
    truth: FilePath = Field("", description="the ground truth of the clip, below the set")
    keys: dict[str, str] = Field(default_factory=dict, description="what the format's own result file asks for")

    @property
    def scored(self) -> bool:
        """Whether answers are right or wrong by their letter."""
        return bool(self.options and self.right)


class RowLeftOut(NamedTuple):
    """A row that was not taken, and why."""

    row: int
    why: str

    def __str__(self) -> str:
        end = "" if self.why.endswith(("?", ".")) else "."
        return f"Row {self.row} is left out: {self.why}{end}" if self.row else f"Left out: {self.why}{end}"


class SetFacts(Record):
    """What is known of a set of items (`set.json`)."""

    name: FolderName = Field(description="of the folder under outputs/imports")
    format: Line = Field(description="which reader took it in")
    task: Line = Field("", description="what is asked, where the format has several tasks")
    source: FilePath = Field(description="the file or folder, absolute")
    media: FilePath = Field(description="the folder below which the clips lie, absolute")
    created: Moment = Field(description="UTC, ISO 8601")
    read: Count = Field(description="rows of the source")
    left_out: tuple[tuple[int, str], ...] = Field((), description="the first rows that were left out, and why")
    reasons: dict[str, int] = Field(default_factory=dict, description="rows left out, by why")
    settings: dict[str, float] = Field(default_factory=dict, description="what the file says of frames and sampling")


@dataclass(frozen=True)
class ItemDraft:
    """A row as its format tells it: the media by name, not found yet. `part` tells items of one row apart; `clip_name`
    is what a clip of images is called; `truth` the label of a clip."""

    row: int
    media: str | tuple[str, ...]
    question: str = ""
    part: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    right: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    start: float | None = None
    end: float | None = None
    system_prompt: str = ""
    category: str = ""
    subcategory: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)
    clip_name: str = ""
    truth: Mapping[str, Any] | None = None
