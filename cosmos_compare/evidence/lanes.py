"""Lanes: the truth and what each answer claims on one clock, packed into rows, ready to be drawn anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cosmos_compare.evidence.claims import Footage, Remark, TimeClaim, seconds_words, time_claims
from cosmos_compare.hints.events import SAME, match_in_order, similarities
from cosmos_compare.hints.points import Right
from cosmos_compare.hints.truth import TOLERANCE_S
from cosmos_compare.language import t
from cosmos_compare.records.ground_truth import EventTruth, GroundTruth
from cosmos_compare.records.schema import Run
from cosmos_compare.texts.answers import counts_from, read_answer
from cosmos_compare.texts.events import Event
from cosmos_compare.texts.lexicon import lexicon

MOST_ROWS = 3  # of a lane; what overlaps beyond them lies on top of each other
LABEL_SHARE = 0.24  # of the clock, kept free for the words of a mark where there is room


@dataclass(frozen=True)
class Told:
    """What one answer says of a true event: the time that it names, None where it tells none, and whether that hits."""

    at: float | None = None
    hit: bool = False


@dataclass(frozen=True)
class TrueEvent:
    """An event of the ground truth; `told` has a place for each lane, None where its answer was not read."""

    label: str
    start: float
    end: float
    critical: bool
    tolerance: float
    told: tuple[Told | None, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def last(self) -> float:
        return max(self.start, self.end)

    @property
    def when(self) -> str:
        return t("{start} to {end}", start=seconds_words(self.start), end=seconds_words(self.end))


@dataclass(frozen=True)
class Lane:
    """What one answer claims; `rows` has the row of each claim, `frames` when the frames that it saw are, seconds.
    `read` is false where there is no answer to read."""

    name: str
    claims: tuple[TimeClaim, ...]
    frames: tuple[float, ...]
    rows: tuple[int, ...] = ()
    read: bool = True

    @property
    def height(self) -> int:
        """How many rows it takes, at least one."""
        return max(self.rows, default=0) + 1

    @property
    def remarked(self) -> list[TimeClaim]:
        """The claims about which something is odd."""
        return [claim for claim in self.claims if claim.remarks]


@dataclass(frozen=True)
class Lanes:
    """One clock of `duration` seconds: the `truth`, None where there is no ground truth, and a lane for each
    answer."""

    duration: float
    lanes: tuple[Lane, ...]
    truth: tuple[TrueEvent, ...] | None = None
    truth_rows: tuple[int, ...] = ()

    @property
    def truth_height(self) -> int:
        return max(self.truth_rows, default=0) + 1

    def share(self, seconds: float) -> float:
        """Where a time lies on the clock, 0 to 1; what lies outside stands at the edge."""
        return min(max(seconds / self.duration, 0.0), 1.0) if self.duration > 0 else 0.0


def lanes_of(
    runs: Sequence[Run | None], names: Sequence[str], written: GroundTruth | None = None, duration: float = 0.0
) -> Lanes:
    """The lanes of answers about one clip, in their order, None for one that is not read; `names` is what each is
    called. `duration` of the clip, seconds, where no answer tells it."""
    duration = max((run.clip.duration for run in runs if run), default=duration)
    events = _judgeable(written)
    held = [_against(_claims(run), events) if run else ((), (None,) * len(events)) for run in runs]
    lanes = tuple(
        Lane(
            name,
            own,
            run.frames.seconds if run else (),
            rows_of([(claim.start, claim.last) for claim in own], duration),
            read=run is not None,
        )
        for run, name, (own, _) in zip(runs, names, held, strict=True)
    )
    if written is None:
        return Lanes(duration, lanes)
    told = [row for _, row in held]
    truth = tuple(
        TrueEvent(
            event.label,
            event.start,
            event.end,
            event.critical,
            _tolerance(event),
            tuple(row[number] for row in told),
            _truth_remarks(event, duration),
        )
        for number, event in enumerate(events)
    )
    return Lanes(duration, lanes, truth, rows_of([(event.start, event.last) for event in truth], duration))


def _claims(run: Run) -> tuple[TimeClaim, ...]:
    return time_claims(read_answer(run.answer.raw, run.answer.rendered_prompt), footage_of(run))


def footage_of(run: Run) -> Footage:
    """What the model of a run was shown."""
    return Footage(run.clip.duration, run.frames.seconds, counts_from(run.model, run.settings, run.frames))


def _judgeable(written: GroundTruth | None) -> tuple[EventTruth, ...]:
    return tuple(sorted(written.events, key=lambda event: event.start)) if written else ()


def _tolerance(event: EventTruth) -> float:
    return TOLERANCE_S if event.tolerance is None else event.tolerance


def _truth_remarks(event: EventTruth, duration: float) -> tuple[Remark, ...]:
    late = event.end > duration + 0.05
    remarks = [Remark("outside the clip", event.end, (duration,))] if late else []
    return (*remarks, Remark("ends early", event.end, (event.start,))) if event.end < event.start else tuple(remarks)


def _against(
    claims: tuple[TimeClaim, ...], events: Sequence[EventTruth]
) -> tuple[tuple[TimeClaim, ...], tuple[Told | None, ...]]:
    """Claims with their standing, and what is told of each true event.

    A true event has one claim that tells it, the most alike; another that is as alike is right where it lies within the
    event, and not judged elsewhere: an answer may well speak of a thing again.
    """
    if not events or not claims:
        return claims, tuple(Told() for _ in events)
    said = [Event(claim.what, claim.start, claim.end, claim.span, claim.source) for claim in claims]
    weights = similarities(events, said, lexicon())
    judged = list(claims)
    for number, claim in enumerate(claims):
        best = int(weights[:, number].argmax())
        inside = events[best].start - _tolerance(events[best]) <= claim.start <= events[best].end
        if weights[best, number] >= SAME and inside:
            judged[number] = replace(claim, standing="right", true=events[best].label)
    told = []
    for match in match_in_order(events, said, weights):
        if match.said is None or match.off is None:
            told.append(Told())
            continue
        number = next(n for n, event in enumerate(said) if event is match.said)
        standing: Right = "right" if match.hit else "wrong"
        judged[number] = replace(claims[number], standing=standing, true=match.true.label, off=match.off)
        told.append(Told(match.said.start, match.hit))
    return tuple(judged), tuple(told)


def rows_of(spans: Sequence[tuple[float, float]], duration: float) -> tuple[int, ...]:
    """A row for each span of time, so that few lie on each other and most have room for a word; by their beginning."""
    free = [float("-inf")] * MOST_ROWS
    rows = [0] * len(spans)
    for number in sorted(range(len(spans)), key=lambda n: spans[n]):
        start, last = spans[number]
        start = min(start, duration * (1 - LABEL_SHARE))  # near the end its words stand before it
        row = next((n for n, until in enumerate(free) if until <= start), free.index(min(free)))
        rows[number] = row
        free[row] = max(free[row], last, start + LABEL_SHARE * duration)
    return tuple(rows)
