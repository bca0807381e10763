"""Conditions: controls that are made from decoded frames, so that engines see just frames.

`blank` one grey, `frozen` the first frame, `shuffled` an order drawn from the clip's hash, `reversed`, and `swapped`:
the frames of another scenario. The times stay those of the clip.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from cosmos_compare.errors import CompareError
from cosmos_compare.language import Text
from cosmos_compare.records.schema import Clip, Condition, FrameTimes, ShownFrom
from cosmos_compare.video.clips import probe, scenarios_beside
from cosmos_compare.video.plan import nearest_frame
from cosmos_compare.video.timeline import Timeline

GREY = 128  # of each colour, where the condition is `blank`


def arranged(times: FrameTimes, condition: Condition, sha256: str) -> FrameTimes:
    """What a condition shows at the old times, with a sentence that says so."""
    indices = times.indices
    if condition == "blank":
        return _said(times, (), Text("Control: one grey picture is shown at all times, and nothing of the clip."))
    if condition == "frozen":
        return _said(times, indices[:1] * len(indices), Text("Control: the first frame is shown at all times."))
    if condition == "reversed":
        return _said(times, indices[::-1], Text("Control: the frames are shown from last to first, at the old times."))
    if condition == "shuffled":
        order = tuple(indices[position] for position in _order(len(indices), sha256))
        return _said(times, order, Text("Control: the frames are shown in another order, at the old times."))
    return times


def swapped(times: FrameTimes, clip: Clip, timeline: Timeline) -> FrameTimes:
    """The frames of another `clip` of that `timeline` at the times of the first.

    At the same second where the other lasts as long, else spread evenly over the whole of it.
    """
    count = len(times.indices)
    long_enough = timeline.end >= times.seconds[-1]
    points = times.seconds if long_enough else [k * timeline.end / count for k in range(count)]
    indices = tuple(nearest_frame(timeline.seconds, point) for point in points)
    said = _said(
        times, indices, Text("Control: the frames are those of {scenario}, another scenario.", scenario=clip.scenario)
    )
    return said.model_copy(update={"shown_from": ShownFrom(scenario=clip.scenario, sha256=clip.sha256)})


def swapped_with(clip: Clip) -> Clip:
    """The scenario whose frames are shown instead of `clip`'s where these are swapped.

    Drawn by the clip's hash from the others beside it, in the order of their paths; one of the same content is passed
    over. Raises `CompareError` where there is none that can be read.
    """
    others = [other for other in scenarios_beside(Path(clip.path)) if other.video != Path(clip.path)]
    first = int(clip.sha256[:16], 16) % max(len(others), 1)
    for other in others[first:] + others[:first]:
        try:
            found = probe(other.video, other.id)
        except CompareError:
            continue  # a damaged neighbour is no control
        if found.sha256 != clip.sha256:
            return found
    raise CompareError(
        "{scenario}: no other scenario lies beside it whose frames could be shown instead.",
        "Put a second clip there, or choose another condition.",
        scenario=clip.scenario,
        field="condition",
    )


def _order(count: int, sha256: str) -> list[int]:
    """An order of `count` positions that the hash of a clip draws: the same on every machine, never the old one."""
    order = sorted(range(count), key=lambda position: hashlib.sha256(f"{sha256} {position}".encode()).digest())
    return order if order != list(range(count)) else [*order[1:], *order[:1]]


def _said(times: FrameTimes, shown: tuple[int, ...], what: str) -> FrameTimes:
    return times.model_copy(update={"shown": shown, "warnings": (*times.warnings, what)})
