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

    def marks(self, number: int, *, held: bool = True) -> Marks:
        """The passages of an answer to set apart; `held` says whether also where it agrees and differs."""
        timed = frozenset(one for claim in self.lanes.lanes[number].claims for one in claim.passages)
        return Marks(number, timed, self.contrast.marks[number] if held else {})

    def line(self, clean: Callable[[str], str] = lambda text: text) -> str:
        """Where they agree and differ, in words, as HTML; `clean` is given what models wrote of it."""
        if not self.contrast.line:
            return ""
        kinds = {mark.kind for own in self.contrast.marks for mark in own.values()}
        kind = "differ" if kinds & {"differ", "untrue"} else "agree"
        return f'<div class="contrast {kind}">{safe(clean(self.contrast.line))}</div>'


def exhibit(runs: Sequence[Run], names: Sequence[str], scenario: Scenario | None) -> Exhibit | None:
    """The evidence of saved answers about one clip; a ground truth that can't be read counts as none.

    None where an answer is so long that its times are not marked: reading on would hold up the page. None, too, where
    nobody knows how long the clip of an imported one is.
    """
    if any(is_too_long(run) or run.clip.duration == 0 for run in runs):
        return None
    return _exhibit(_Key(tuple(runs), tuple(names), truth_of(scenario), current()))


def is_too_long(run: Run) -> bool:
    """Whether nothing is marked in an answer."""
    return len(read_answer(run.answer.raw, run.answer.rendered_prompt).answer) > LONG_TEXT


def too_long() -> str:
    """That it is, as HTML."""
    return f'<div class="note">{safe(t("An answer is too long for its times to be laid out here."))}</div>'


@dataclass(frozen=True)
class _Key:
    """What it is made from: runs never change, so their ids stand for them; its words are of one language."""

    runs: tuple[Run, ...]
    names: tuple[str, ...]
    truth: GroundTruth | None
    language: str

    def _parts(self) -> tuple[object, ...]:
        told = self.truth.model_dump_json() if self.truth else ""
        return tuple(run.id for run in self.runs), self.names, told, self.language

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash(self._parts())


@lru_cache(maxsize=32)
def _exhibit(key: _Key) -> Exhibit:
    return Exhibit(lanes_of(key.runs, key.names, key.truth), contrast_of(key.runs, key.names, key.truth))


def truth_of(scenario: Scenario | None) -> GroundTruth | None:
    """The ground truth of a scenario; None where there is none that can be read."""
    if scenario is None or scenario.ground_truth is None:
        return None
    try:
        return load_ground_truth(scenario.ground_truth)
    except CompareError:
        return None  # which is said where the ground truth is shown
