"""Claims: each time and range of the clip that an answer names, what it says happens then, and what is odd about it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import median
from typing import Literal, NamedTuple

from cosmos_compare.evidence.passages import Passage, passages_at, passages_of
from cosmos_compare.hints.points import Right
from cosmos_compare.language import number, t
from cosmos_compare.texts.answers import ParsedAnswer
from cosmos_compare.texts.box_context import LABEL_KEYS
from cosmos_compare.texts.events import EVENT_LABELS, Event, events_in_prose
from cosmos_compare.texts.reasoning import Span

RemarkKind = Literal["outside the clip", "outside the frames", "ends early", "falls"]
LONGEST = 240  # characters of what a claim says
SLACK_S = 0.05
_EMPHASIS = re.compile(r"\*\*|__|`")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|([nrt\"\\/]))")
_CLOCK = re.compile(r"\d{1,2}:[0-5]\d")


@dataclass(frozen=True)
class Footage:
    """What a model was shown: how long the clip is and when its frames are, seconds; `begin` is the second of the clip
    from which the model counts."""

    duration: float
    frames: tuple[float, ...]
    begin: float = 0.0

    @cached_property
    def step(self) -> float:
        """How far frames lie apart, seconds."""
        gaps = [later - earlier for earlier, later in zip(self.frames, self.frames[1:], strict=False)]
        return median(gaps) if gaps else 0.0


class Remark(NamedTuple):
    """Something odd about a time: the time that is named, and what it is held against; seconds."""

    kind: RemarkKind
    named: float
    against: tuple[float, ...]

    @property
    def words(self) -> str:
        """The remark in a sentence."""
        named, *rest = (seconds_words(value) for value in (self.named, *self.against))
        if self.kind == "outside the clip":
            return t("names {named}; the clip has {end}", named=named, end=rest[0])
        if self.kind == "outside the frames":
            return t(
                "names {named}; the frames shown are from {first} to {last}",
                named=named,
                first=rest[0],
                last=rest[1],
            )
        if self.kind == "ends early":
            return t("ends at {named}, before its start at {start}", named=named, start=rest[0])
        return t("names {named} after {before}: the order falls", named=named, before=rest[0])


@dataclass(frozen=True)
class TimeClaim:
    """A time or, with an `end`, a range of the clip, seconds, and `what` is said of it; `span` says where in the raw
    text, `passages` the numbers of the sentences or values that say so.

    `standing`: how it stands to the true event that it tells, `off` seconds from its start; `true` is its label.
    """

    start: float
    end: float | None
    what: str
    span: Span
    passages: tuple[int, ...]
    source: Literal["prose", "json"]
    remarks: tuple[Remark, ...] = ()
    standing: Right = "not known"
    true: str = ""
    off: float | None = None

    @property
    def last(self) -> float:
        """Where it ends: an instant where it begins, as one whose end lies before its start."""
        return max(self.start, self.end if self.end is not None else self.start)

    @property
    def is_outside(self) -> bool:
        """Whether it names a time that the clip does not have."""
        return any(remark.kind == "outside the clip" for remark in self.remarks)

    @property
    def when(self) -> str:
        """The time in words."""
        if self.end is None:
            return seconds_words(self.start)
        return t("{start} to {end}", start=seconds_words(self.start), end=seconds_words(self.end))


def seconds_words(value: float) -> str:
    """A time for people: `3.5 s`, with as many decimals as it needs, at most two."""
    return f"{number(value, '.2f').rstrip('0').rstrip('.,')} s"


def time_claims(read: ParsedAnswer, shown: Footage) -> tuple[TimeClaim, ...]:
    """The claims of an answer in the order of its text, on the clock of the clip. Times of day and lengths are none."""
    passages = passages_of(read)
    events = [*read.events, *_beside_events(read, passages)]
    claims = []
    for event in sorted(events, key=lambda event: event.span):
        told = event.later(shown.begin)
        if not _is_time_of_day(read.raw, event, shown):
            own = passages_at(passages, event.span)
            what = told.label or " ".join(passages[number].span.of(read.raw) for number in own)
            claims.append(TimeClaim(told.start, told.end, _short(what), told.span, own, told.source))
    return _with_remarks(claims, passages, shown)


def _beside_events(read: ParsedAnswer, passages: Sequence[Passage]) -> Iterator[Event]:
    """What JSON says with times elsewhere than in a list of events: in its texts, and beside boxes."""
    taken = [event.span for event in read.events if event.source == "json"]
    times = [time for time in read.times if not any(span.start <= time.start < span.end for span in taken)]
    leaves = {(passage.value, passage.leaf.path): passage for passage in passages if passage.leaf}
    for passage in passages:
        if passage.leaf is None:
            continue
        inside = [time for time in times if passage.span.start <= time.start < passage.span.end]
        if not inside:
            continue
        if isinstance(passage.leaf.value, str) and " " in passage.leaf.value.strip():
            told = events_in_prose(read.raw, *passage.span, inside)
            yield from (replace(event, source="json", label=event.label.strip("\"'")) for event in told)
            continue
        path = passage.leaf.path
        names = (leaves.get((passage.value, (*path[:-1], key))) for key in (*EVENT_LABELS, *LABEL_KEYS))
        label = next((str(name.leaf.value) for name in names if name and name.leaf), str(path[-1]) if path else "")
        for time in inside:
            yield Event(label, time.first.seconds, time.last.seconds if time.last else None, passage.span, "json")


def _is_time_of_day(raw: str, event: Event, shown: Footage) -> bool:
    """`14:30` in an answer about a short clip is when it was recorded."""
    far = event.start > max(60.0, 10 * shown.duration)
    return far and bool(_CLOCK.search(event.span.of(raw)))


def _short(text: str) -> str:
    """In one line, without Markdown's emphasis, and without the escapes of a string of JSON."""
    line = " ".join(_ESCAPE.sub(_unescaped, _EMPHASIS.sub("", text)).split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _unescaped(match: re.Match[str]) -> str:
    if match[1]:
        return chr(int(match[1], 16)).encode("utf-8", "ignore").decode()
    return " " if match[2] in "nrt" else match[2]


def _with_remarks(claims: Sequence[TimeClaim], passages: Sequence[Passage], shown: Footage) -> tuple[TimeClaim, ...]:
    before: dict[object, TimeClaim] = {}
    marked = []
    for claim in claims:
        earlier = before.setdefault(_row_of(claim, passages), claim)
        remarks = [*_remarks(claim, shown)]
        # Within a sentence a time may well stand behind a later one: `stops at 5 s after braking at 3 s`.
        if earlier.passages != claim.passages:
            if claim.start < earlier.start - SLACK_S:
                remarks.append(Remark("falls", claim.start, (earlier.start,)))
            before[_row_of(claim, passages)] = claim
        marked.append(replace(claim, remarks=tuple(remarks)))
    return tuple(marked)


def _row_of(claim: TimeClaim, passages: Sequence[Passage]) -> object:
    """What is told in a row, one after the other: the prose, the items of one list, or the boxes of one thing."""
    first = passages[claim.passages[0]] if claim.passages else None
    if first is None or first.leaf is None:
        return "prose"
    path = first.leaf.path
    names = tuple(key for key in path if isinstance(key, str))
    if not any(isinstance(key, int) for key in path):
        return names
    return names[:-1], claim.what if len(claim.passages) == 1 else ""


def _remarks(claim: TimeClaim, shown: Footage) -> Iterator[Remark]:
    times = [claim.start] if claim.end is None else [claim.start, claim.end]
    slack = max(shown.step, 0.25)
    late, early = max(times), min(times)
    if 0 < shown.duration < late - SLACK_S:
        yield Remark("outside the clip", late, (shown.duration,))
    elif shown.frames and late > shown.frames[-1] + slack:
        yield Remark("outside the frames", late, (shown.frames[0], shown.frames[-1]))
    elif shown.frames and early < shown.frames[0] - slack:
        yield Remark("outside the frames", early, (shown.frames[0], shown.frames[-1]))
    if claim.end is not None and claim.end < claim.start - 1e-6:
        yield Remark("ends early", claim.end, (claim.start,))
