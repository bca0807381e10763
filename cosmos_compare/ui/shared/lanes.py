"""Markup of the timeline under a clip: the truth and each answer's claims on one clock. All of it is escaped.

lanes.js moves the playhead, and ties marks and passages together. Knows nothing of Streamlit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cosmos_compare.evidence.claims import TimeClaim, seconds_words
from cosmos_compare.evidence.lanes import LABEL_SHARE, Lane, Lanes, TrueEvent
from cosmos_compare.language import t, tn
from cosmos_compare.ui.shared.tables import safe

MOST_TICKS = 240  # frames that are marked one by one
MOST_REMARKS = 4
STEPS = (0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)  # seconds between numbers of the clock
NARROW = 0.1  # of the clock: too little for a word

Clean = Callable[[int, str], str]


class _Place(NamedTuple):
    """Where a mark lies, in shares of the clock, its row, and how far its label may reach, to the left if `flip`."""

    left: float
    width: float
    row: int
    room: float
    flip: bool


def lanes_html(found: Lanes, clean: Clean = lambda side, text: text, *, judged: bool = True) -> str:
    """The timeline. `clean` is given the number of a lane and what its model wrote; `judged` says whether claims show
    how they stand to the truth."""
    view = _View(found, clean, judged)
    rows = [view.truth(found.truth)] if found.truth is not None else []
    rows += [view.lane(number, lane) for number, lane in enumerate(found.lanes)]
    clock = f'style="--duration:{max(found.duration, 0.001):.3f}" data-duration="{found.duration:.3f}"'
    return (
        f'<section class="lanes" {clock} aria-label="{safe(t("Timeline"))}">'
        f"{''.join(rows)}{view.ruler()}{view.foot()}</section>"
    )


@dataclass(frozen=True)
class _View:
    found: Lanes
    clean: Clean
    judged: bool

    def truth(self, events: Sequence[TrueEvent]) -> str:
        places = _places(self.found, [(event.start, event.last) for event in events], self.found.truth_rows)
        marks = "".join(
            self._mark(
                place, _kinds("event", event.critical and "critical", event.remarks and "odd"), event.start, (),
                self._told(event) + safe(event.label), self._event_words(event), number == 0,
            )
            for number, (event, place) in enumerate(zip(events, places, strict=True))
        )  # fmt: skip
        nothing = t("The ground truth lists no events.")
        return _row("truth", "", t("Truth"), self.found.truth_height, marks, nothing)

    def lane(self, number: int, lane: Lane) -> str:
        places = _places(self.found, [(claim.start, claim.last) for claim in lane.claims], lane.rows)
        marks = "".join(
            self._mark(
                place, self._claim_kinds(claim), claim.start, claim.passages,
                safe(self._sign(claim) + self.clean(number, claim.what)), self._claim_words(number, claim), at == 0,
            )
            for at, (claim, place) in enumerate(zip(lane.claims, places, strict=True))
        )  # fmt: skip
        return _row(
            f"side_{number}", f"{number}", lane.name, lane.height, marks, t("Names no time.") if lane.read else "–"
        )

    def ruler(self) -> str:
        """The numbers of the clock, and when the frames are that were shown."""
        frames = {lane.frames for lane in self.found.lanes if lane.read}
        own = next(iter(frames)) if len(frames) == 1 else ()
        shown = own if len(own) <= MOST_TICKS else ()
        ticks = "".join(f'<i style="left:{self.found.share(at):.2%}"></i>' for at in shown)
        last = self.found.duration
        numbers = "".join(
            f'<b style="left:{self.found.share(at):.2%}">{safe(seconds_words(at))}</b>' for at in _numbers(last)
        )
        words = tn("{n} frame", "{n} frames", len(own)) if own else t("Time")
        track = f'<div class="track">{ticks}{numbers}</div>'
        return f'<div class="lane ruler"><div class="lane_name">{safe(words)}</div>{track}</div>'

    def foot(self) -> str:
        """What is odd, in words, and a line that tells of the mark at hand."""
        said = [
            t("{what}: {words}", what=lane.name, words=remark.words)
            for lane in self.found.lanes
            for claim in lane.remarked
            for remark in claim.remarks
        ]
        said = list(dict.fromkeys(said))
        more = [t("and {n} more", n=len(said) - MOST_REMARKS)] if len(said) > MOST_REMARKS else []
        odd = "".join(f"<li>{safe(words)}</li>" for words in [*said[:MOST_REMARKS], *more])
        legend = t("Point at a mark to read it; click it to go there.")
        if self.judged and self.found.truth and self.found.lanes:
            legend += " " + t("✓ at its true time, ✗ not.")
        listed = f'<ul class="odd_times">{odd}</ul>' if odd else ""
        return f'{listed}<div class="readout idle" data-legend="{safe(legend)}" aria-hidden="true">{safe(legend)}</div>'

    def _mark(
        self, place: _Place, kinds: str, seconds: float, passages: Sequence[int], label: str, words: str, first: bool
    ) -> str:
        style = f"left:{place.left:.2%};width:{place.width:.2%};--row:{place.row};--room:{place.room * 100:.1f}"
        kinds += " flip" if place.flip else ""
        kinds += " tight" if place.room < NARROW / 2 else ""
        said = " ".join(map(str, passages))
        at = min(max(seconds, 0.0), self.found.duration)
        return (
            f'<button type="button" class="{kinds}" style="{style}" data-seconds="{at:.3f}" data-said="{said}" '
            f'tabindex="{0 if first else -1}" aria-label="{safe(words)}"><span>{label}</span></button>'
        )

    def _claim_kinds(self, claim: TimeClaim) -> str:
        standing = {"right": "right", "wrong": "wrong"}.get(claim.standing, "") if self.judged else ""
        late = claim.start > self.found.duration + 0.05 and "late"
        return _kinds(
            "claim", "point" if claim.last <= claim.start else "range", standing, claim.remarks and "odd", late
        )

    def _sign(self, claim: TimeClaim) -> str:
        sign = {"right": "✓ ", "wrong": "✗ "}.get(claim.standing, "") if self.judged else ""
        return ("⚠ " if claim.remarks else "") + sign

    def _claim_words(self, number: int, claim: TimeClaim) -> str:
        words = [f"{self.found.lanes[number].name}, {claim.when}: {self.clean(number, claim.what)}"]
        words += [remark.words for remark in claim.remarks]
        if self.judged and claim.off is not None:
            hits = t("hits “{event}”") if claim.standing == "right" else t("misses “{event}”")
            words.append(f"{hits.format(event=claim.true)}, {t('{seconds} off', seconds=seconds_words(claim.off))}")
        elif self.judged and claim.standing == "right":
            words.append(t("during “{event}”", event=claim.true))
        return " · ".join(words)

    def _event_words(self, event: TrueEvent) -> str:
        words = [t("Truth, {when}: {what}", when=event.when, what=event.label)]
        words += [t("critical")] if event.critical else []
        words += [remark.words for remark in event.remarks]
        for lane, told in zip(self.found.lanes, event.told, strict=True) if self.judged else ():
            if told is None:
                continue
            at = t("not told with a time") if told.at is None else seconds_words(told.at)
            words.append(f"{lane.name}: {at}{'' if told.at is None else ' ✓' if told.hit else ' ✗'}")
        return " · ".join(words)

    def _told(self, event: TrueEvent) -> str:
        """A dot for each answer: full where it hits, half where it misses, empty where it does not tell."""
        if not self.judged:
            return ""
        return "".join(
            f'<i class="told side_{number} {"none" if told.at is None else "hit" if told.hit else "miss"}"></i>'
            for number, told in enumerate(event.told)
            if told is not None
        )


def _kinds(*kinds: object) -> str:
    return " ".join(str(kind) for kind in kinds if kind)


def _row(kind: str, side: str, name: str, height: int, marks: str, nothing: str) -> str:
    inside = marks or f'<span class="no_marks">{safe(nothing)}</span>'
    label = safe(t("Claims of {name}", name=name) if side else name)
    return (
        f'<div class="lane {kind}" data-side="{side}"><div class="lane_name" title="{safe(name)}">{safe(name)}</div>'
        f'<div class="track" style="--rows:{height}" role="{"toolbar" if marks else "group"}" aria-label="{label}">'
        f"{inside}</div></div>"
    )


def _places(found: Lanes, spans: Sequence[tuple[float, float]], rows: Sequence[int]) -> list[_Place]:
    """Where marks lie, with the room of each label: up to the next mark of its row, or before it where the end of the
    clock is near."""
    shares = [(found.share(start), found.share(last)) for start, last in spans]
    flips = [1.0 - left < NARROW for left, _ in shares]
    places = [_Place(0, 0, 0, 0, False)] * len(spans)
    for row in set(rows):
        own = sorted((n for n in range(len(spans)) if rows[n] == row), key=lambda n: spans[n])
        for at, number in enumerate(own):
            left, last = shares[number]
            follower = own[at + 1] if at + 1 < len(own) else None
            end = 1.0 if follower is None else shares[follower][0] - (LABEL_SHARE if flips[follower] else 0.0)
            before = max((shares[earlier][1] for earlier in own[:at]), default=0.0)
            room = min(LABEL_SHARE, left - before) if flips[number] else end - left
            places[number] = _Place(left, last - left, row, max(room, 0.0), flips[number])
    return places


def _numbers(duration: float) -> Iterator[float]:
    step = next((step for step in STEPS if duration / step <= 8), duration or 1.0)
    at = 0.0
    while at <= duration - step / 3:
        yield at
        at += step
