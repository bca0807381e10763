"""What the pages show of answers' claims: the timeline, where answers agree and differ, and the passages to mark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from cosmos_compare.errors import CompareError
from cosmos_compare.evidence.contrast import Contrast, contrast_of
from cosmos_compare.evidence.lanes import Lanes, lanes_of
from cosmos_compare.language import current, t
from cosmos_compare.records.ground_truth import GroundTruth
from cosmos_compare.records.schema import Run
from cosmos_compare.texts.answers import read_answer
from cosmos_compare.ui.shared.answer_markup import LONG_TEXT, Marks
from cosmos_compare.ui.shared.tables import safe
from cosmos_compare.video.clips import Scenario, load_ground_truth


@dataclass(frozen=True)
class Exhibit:
    """The evidence of the answers on a page, in their order."""

    lanes: Lanes
    contrast: Contrast
    note: str = ""  # what is not laid out here, and why

    def marks(self, number: int, *, held: bool = True) -> Marks:
        """The passages of an answer to set apart; `held` says whether also where it agrees and differs."""
        claims = [claim for claim in self.lanes.lanes[number].claims if claim.passages]
        timed = frozenset(one for claim in claims for one in claim.passages)
        # A time outside the clip is no place to go to, and a key of JSON is none to press.
        alone = frozenset(claim.passages[0] for claim in claims if len(claim.passages) == 1 or claim.is_outside)
        return Marks(number, timed, alone, self.contrast.marks[number] if held else {})

    def noted(self) -> str:
        """What is not laid out, as HTML."""
        return f'<div class="note">{safe(self.note)}</div>' if self.note else ""

    def line(self, clean: Callable[[str], str] = lambda text: text) -> str:
        """Where they agree and differ, in words, as HTML; `clean` is given what models wrote of it."""
        if not self.contrast.line:
            return ""
        kinds = {mark.kind for own in self.contrast.marks for mark in own.values()}
        kind = "differ" if kinds & {"differ", "untrue"} else "agree"
        return f'<div class="contrast {kind}">{safe(clean(self.contrast.line))}</div>'


def exhibit(
    runs: Sequence[Run | None], names: Sequence[str], scenario: Scenario | None, duration: float = 0.0
) -> Exhibit | None:
    """The evidence of answers about one clip of `duration` seconds, None for one that is still to come; a ground truth
    that can't be read counts as none.

    An answer that is so long that its times are not marked has an empty lane: reading on would hold up the page. None
    where nobody knows how long the clip is, and where the answers are about different clips: what is true of one would
    be held against the other.
    """
    there = [run for run in runs if run]
    truth = truth_of(scenario)
    if are_of_different_clips(there) or not (there or (truth and duration)):
        return None
    if any(run.clip.duration == 0 for run in there):
        return None
    return _exhibit(_Key(tuple(runs), tuple(names), truth, duration, current()))


def are_of_different_clips(runs: Sequence[Run]) -> bool:
    """Whether these answers have no clock in common; of an imported one nobody may know its clip."""
    return len({run.clip.sha256 for run in runs} - {""}) > 1


def is_too_long(run: Run) -> bool:
    """Whether nothing is marked in an answer."""
    return len(read_answer(run.answer.raw, run.answer.rendered_prompt).answer) > LONG_TEXT


def no_evidence(runs: Sequence[Run]) -> str:
    """Why answers have no timeline, as HTML."""
    words = (
        t("These answers are about different clips, so they have no timeline in common.")
        if are_of_different_clips(runs)
        else t("Nobody knows how long this clip is, so there is no timeline.")
    )
    return f'<div class="note">{safe(words)}</div>'


@dataclass(frozen=True)
class _Key:
    """What it is made from: runs never change, so their ids stand for them; its words are of one language."""

    runs: tuple[Run | None, ...]
    names: tuple[str, ...]
    truth: GroundTruth | None
    duration: float
    language: str

    def _parts(self) -> tuple[object, ...]:
        told = self.truth.model_dump_json() if self.truth else ""
        ids = tuple(run.id if run else "" for run in self.runs)
        return ids, self.names, told, self.duration, self.language

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash(self._parts())


@lru_cache(maxsize=32)
def _exhibit(key: _Key) -> Exhibit:
    read = [run if run and not is_too_long(run) else None for run in key.runs]
    long = [name for run, name in zip(key.runs, key.names, strict=True) if run and is_too_long(run)]
    note = t("{name}: too long an answer for its times to be laid out.", name=", ".join(long)) if long else ""
    return Exhibit(
        lanes_of(read, key.names, key.truth, max((run.clip.duration for run in key.runs if run), default=key.duration)),
        contrast_of(read, key.names, key.truth),
        note,
    )


def truth_of(scenario: Scenario | None) -> GroundTruth | None:
    """The ground truth of a scenario; None where there is none that can be read."""
    if scenario is None or scenario.ground_truth is None:
        return None
    try:
        return load_ground_truth(scenario.ground_truth)
    except CompareError:
        return None  # which is said where the ground truth is shown
