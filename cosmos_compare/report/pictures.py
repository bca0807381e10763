"""Pictures of a report: frames as small JPEGs inside the file, within a number of bytes for all of them."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
from markupsafe import Markup

from cosmos_compare.records.schema import Run
from cosmos_compare.runs.layout import frame_file

ALL_BYTES = 7_000_000  # of the pictures of one report, as base64
MOST, FEWEST = 8, 2  # frames of a strip
HEIGHT, WIDTH, QUALITY = 110, 320, 68
USUAL_BYTES = 8_000  # of one picture, as base64


class Picture(NamedTuple):
    """One frame: its time, seconds of the clip, and a data URI."""

    seconds: float
    uri: Markup
    width: int
    height: int


class Album:
    """Makes pictures until its bytes are used up; `left_out` counts those that didn't fit or could not be read."""

    def __init__(self, strips: int, most_bytes: int = ALL_BYTES) -> None:
        self.frames = min(MOST, max(FEWEST, most_bytes // (USUAL_BYTES * max(strips, 1))))
        self.left = most_bytes
        self.left_out = 0

    def strip(self, folder: Path, run: Run) -> list[Picture]:
        """Some frames of a run, spread evenly over it, the first and the last among them."""
        found = []
        for at in spread(len(run.frames.seconds), self.frames):
            picture = self._picture(frame_file(folder, at), run.frames.seconds[at])
            if picture is None or len(picture.uri) > self.left:
                self.left_out += 1
                continue
            self.left -= len(picture.uri)
            found.append(picture)
        return found

    def _picture(self, path: Path, seconds: float) -> Picture | None:
        image = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if image is None:
            return None
        scale = min(HEIGHT / image.shape[0], WIDTH / image.shape[1], 1.0)
        height, width = (max(1, round(side * scale)) for side in image.shape[:2])
        small = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
        done, jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        if not done:
            return None
        data = base64.b64encode(jpeg.tobytes()).decode()
        return Picture(seconds, Markup("data:image/jpeg;base64," + data), width, height)  # noqa: S704  letters only


def spread(count: int, most: int) -> Sequence[int]:
    """At most so many of `count` positions, evenly, both ends among them."""
    if count <= most:
        return range(count)
    return [round(place * (count - 1) / (most - 1)) for place in range(most)]
