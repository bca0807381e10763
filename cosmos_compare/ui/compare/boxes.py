"""Boxes: where a model says that things are, drawn on the last frame it saw. Knows nothing of Streamlit."""

from __future__ import annotations

import base64
from functools import lru_cache
from pathlib import Path

import cv2

from cosmos_compare.runs.layout import frame_file
from cosmos_compare.schema import Run
from cosmos_compare.texts.answers import Box, read_answer
from cosmos_compare.ui.shared.answer_markup import LONG_TEXT
from cosmos_compare.ui.shared.tables import safe

QUALITY = 88


def figure(run: Run, folder: Path) -> str:
    """The last frame of a run with the boxes of its answer, and a line on those that can't be drawn; nothing where it
    holds none. `folder` is the run's own."""
    read = read_answer(run.answer.raw, run.answer.rendered_prompt)
    if len(read.answer) > LONG_TEXT or not run.answer.input_height or not run.answer.input_width:
        return ""
    found = read.boxes(run.model.boxes, run.answer.input_height, run.answer.input_width)
    notes = "".join(f'<div class="note">{safe(problem)}</div>' for problem in found.problems)
    last = len(run.frames.seconds) - 1
    picture = _jpeg(frame_file(folder, last)) if found.drawn else ""
    if not picture:
        return notes
    marks = "".join(_mark(box) for box in found.drawn)
    caption = f"On the last frame, {run.frames.seconds[last]:.2f} s"
    return (
        f'<figure class="boxed"><div><img src="data:image/jpeg;base64,{picture}" alt="">{marks}</div>'
        f"<figcaption>{caption}</figcaption></figure>{notes}"
    )


def _mark(box: Box) -> str:
    place = f"left:{box.x1:.2%};top:{box.y1:.2%};width:{box.x2 - box.x1:.2%};height:{box.y2 - box.y1:.2%}"
    return f'<span class="mark" style="{place}"><em>{safe(box.label)}</em></span>'


@lru_cache(maxsize=200)
def _jpeg(path: Path) -> str:
    """A frame as base64, or nothing when its file is gone."""
    image = cv2.imread(str(path))
    if image is None:
        return ""
    _, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return base64.b64encode(jpeg.tobytes()).decode()
