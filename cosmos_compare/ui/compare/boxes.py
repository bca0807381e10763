"""Boxes: where a model says that things are, drawn on the last frame it saw."""

from __future__ import annotations

from pathlib import Path

from cosmos_compare.runs.layout import frame_file
from cosmos_compare.schema import Run
from cosmos_compare.texts.answers import read_answer
from cosmos_compare.ui.shared.answer_markup import LONG_TEXT
from cosmos_compare.ui.shared.boxed import boxed
from cosmos_compare.ui.shared.jpeg import jpeg
from cosmos_compare.ui.shared.tables import safe


def figure(run: Run, folder: Path) -> str:
    """The last frame of a run with the boxes of its answer, and a line on those that can't be drawn; nothing where it
    holds none. `folder` is the run's own."""
    read = read_answer(run.answer.raw, run.answer.rendered_prompt)
    if len(read.answer) > LONG_TEXT or not run.answer.input_height or not run.answer.input_width:
        return ""
    found = read.boxes(run.model.boxes, run.answer.input_height, run.answer.input_width)
    notes = "".join(f'<div class="note">{safe(problem)}</div>' for problem in found.problems)
    last = len(run.frames.seconds) - 1
    picture = jpeg(frame_file(folder, last)) if found.drawn else ""
    if not picture:
        return notes
    return boxed(picture, found.drawn, f"On the last frame, {run.frames.seconds[last]:.2f} s") + notes
