"""Boxes: where a model says that things are, drawn on the frames of the times that it names."""

from __future__ import annotations

from pathlib import Path

from cosmos_compare.evidence.claims import seconds_words
from cosmos_compare.evidence.places import Places, places_of, untimed
from cosmos_compare.language import t, tn
from cosmos_compare.records.schema import Run
from cosmos_compare.runs.layout import frame_file
from cosmos_compare.ui.shared.boxed import boxed
from cosmos_compare.ui.shared.evidence import is_too_long
from cosmos_compare.ui.shared.jpeg import jpeg
from cosmos_compare.ui.shared.tables import safe

MOST_FRAMES = 12  # of an answer that are shown; the video shows all


def figure(run: Run, folder: Path, number: int = 0) -> str:
    """The frames of a run on which its answer locates something, and a line on what can't be drawn; nothing where it
    locates nothing. `folder` is the run's own, `number` that of its side."""
    if is_too_long(run):
        return ""
    places = places_of(run)
    notes = "".join(f'<div class="note">{safe(problem)}</div>' for problem in places.problems)
    pictures = [_picture(run, folder, places, frame, number) for frame in places.frames[:MOST_FRAMES]]
    drawn = "".join(pictures)
    lost = pictures.count("")
    if lost:
        words = tn("1 frame with places is no longer on disk.", "{n} frames with places are no longer on disk.", lost)
        notes += f'<div class="note">{safe(words)}</div>'
    if len(places.frames) > MOST_FRAMES:
        words = t("The first {n} of {total} frames; the video shows all.", n=MOST_FRAMES, total=len(places.frames))
        notes += f'<div class="note">{safe(words)}</div>'
    row = f'<div class="located" tabindex="0" role="group" aria-label="{safe(t("Places"))}">{drawn}</div>'
    return (row if len(pictures) - lost > 1 else drawn) + notes


def _picture(run: Run, folder: Path, places: Places, frame: int, number: int) -> str:
    """One frame with what is on it; nothing where the frame is gone."""
    picture = jpeg(frame_file(folder, frame))
    if not picture:
        return ""
    at = seconds_words(run.frames.seconds[frame])
    where = t("On the frame at {time}", time=at)
    if frame == len(run.frames.seconds) - 1 and (words := untimed(places)):
        where = t("{where}, {words}", where=where, words=words)
    return boxed(picture, [(number, places.on(frame))], where)
