"""Clock: when each frame of a file is shown, also where the file's own clock falls, leaps or says nothing.

Pure arithmetic on the times of packets. The rules are those of `ffmpeg` (fftools/ffmpeg_demux.c, "ts_discontinuity").
"""

from __future__ import annotations

import statistics
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

FALL = 0.1  # seconds: less is the jitter of a recorder
LEAP = 10.0  # seconds
NO_RATE = 25.0  # frames a second where nothing tells


class PacketTimes(NamedTuple):
    """The times of one packet, seconds of the file's clock: when its frame is decoded and shown, and for how long."""

    decoded: float | None
    shown: float | None
    length: float


class Joint(NamedTuple):
    """Where a clock that fell or leapt by `change` seconds was continued: the first frame after it and its time."""

    frame: int
    seconds: float
    change: float


class Clock(NamedTuple):
    """When the frame of each packet is shown, in the order of the packets, with what was done to the file's times.

    `filled` packets had no time. Where a time was filled and frames are reordered, only the set of times is known.
    """

    shown: tuple[float, ...]
    joints: tuple[Joint, ...] = ()
    filled: int = 0
    usual: float = 1 / NO_RATE


def read_clock(stamps: Sequence[PacketTimes], *, restarting: bool, reordered: bool) -> Clock:
    """A clock that goes on where the file's falls or leaps, with missing times filled from the rate.

    `restarting` says that the container's clock may start anew at any time, so that also a leap is no pause; a file
    whose clock falls once is believed no leap either. `reordered` says that frames are not stored in the order in
    which they are shown. At least one stamp has a time.
    """
    known = _rising(stamps, reordered)
    usual = usual_length(known, stamps)
    decoded = _fill(known, usual)
    steps = [decoded[i] - decoded[i - 1] - (stamps[i - 1].length or usual) for i in range(1, len(decoded))]
    orderly = not reordered or any(stamp.decoded is not None for stamp in stamps)
    falls = [orderly and step < -FALL and decoded[i + 1] < decoded[i] for i, step in enumerate(steps)]
    restarting = restarting or any(falls)
    starts = [i + 1 for i, step in enumerate(steps) if falls[i] or (restarting and step > LEAP)]
    filled = sum(stamp.shown is None and (stamp.decoded is None or reordered) for stamp in stamps)
    filled = filled if any(stamp.shown is not None for stamp in stamps) else 0
    shown: list[float] = []
    for start, end in pairwise([0, *starts, len(stamps)]):
        told = [stamp.shown for stamp in stamps[start:end]]
        by_place = filled and reordered and any(time is not None for time in told)
        shown += _fill_holes(told, usual) if by_place else _or(told, decoded[start:end])
    joints = []
    for start, end in pairwise([*starts, len(shown)]):
        goes_on = max(shown[max(0, start - 32) : start]) + (stamps[start - 1].length or usual)
        shift = goes_on - min(shown[start:end])
        shown[start:end] = [time + shift for time in shown[start:end]]
        joints.append(Joint(start, goes_on, steps[start - 1]))
    return Clock(tuple(shown), tuple(joints), filled, usual)


def _or(times: Sequence[float | None], others: Sequence[float]) -> list[float]:
    return [other if time is None else time for time, other in zip(times, others, strict=True)]


def _fill_holes(times: Sequence[float | None], usual: float) -> list[float]:
    """Times with missing ones put where a frame is missing in the order of showing: in holes of more than the usual
    length, before the first where the first packets have none, and behind the last."""
    known = sorted(time for time in times if time is not None)
    early = next(number for number, time in enumerate(times) if time is not None)
    holes = [known[0] - (early - k) * usual for k in range(early)]
    for before, after in pairwise(known):
        parts = round((after - before) / usual) if after - before < LEAP else 1
        holes += [before + (after - before) * k / parts for k in range(1, parts)]
    missing = len(times) - len(known)
    holes += [known[-1] + (k + 1) * usual for k in range(max(0, missing - len(holes)))]
    left = iter(holes)
    return [next(left) if time is None else time for time in times]


def _rising(stamps: Sequence[PacketTimes], reordered: bool) -> list[float | None]:
    """The times by which a sound file's packets rise: those of decoding, and where frames keep their order any."""
    told = any(stamp.decoded is not None for stamp in stamps)
    if told and reordered:
        return [stamp.decoded for stamp in stamps]
    return [stamp.shown if stamp.decoded is None else stamp.decoded for stamp in stamps]


def usual_length(times: Sequence[float | None], stamps: Sequence[PacketTimes]) -> float:
    """How long most frames are shown, seconds, from the times that there are."""
    known = [(number, time) for number, time in enumerate(times) if time is not None]
    gaps = [
        (later - earlier) / (after - before) for (before, earlier), (after, later) in pairwise(known) if later > earlier
    ]
    lengths = [stamp.length for stamp in stamps if stamp.length > 0]
    return statistics.median(gaps or lengths or [1 / NO_RATE])


def _fill(times: Sequence[float | None], usual: float) -> list[float]:
    """Times with those between two known ones spread evenly, and those at the ends at the usual rate."""
    known = [number for number, time in enumerate(times) if time is not None]
    filled: list[float] = []
    for number, time in enumerate(times):
        if time is not None:
            filled.append(time)
            continue
        at = bisect_right(known, number)
        after = known[at] if at < len(known) else None
        target = times[after] if after is not None else None
        if after is None or target is None:
            filled.append(filled[-1] + usual)
        elif not filled:
            filled.append(target - (after - number) * usual)
        else:
            step = (target - filled[-1]) / (after - number + 1)
            filled.append(filled[-1] + (step if 0 < step < LEAP else usual))
    return filled
