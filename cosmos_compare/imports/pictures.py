"""Pictures: a list of images without times as a clip, in which each image is a frame, exact to the pixel."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from cosmos_compare.imports.fields import RowError
from cosmos_compare.video.orientation import Image

MAX_IMAGES = 5_000
MAX_BYTES = 100_000_000
MAX_SIDE = 8_192


def make_clip(images: Sequence[Path], target: Path, fps: float) -> None:
    """Write images, shown one after the other at `fps`, as a lossless video (FFV1 in Matroska).

    Raises `RowError` for an image that can't be read, or of another size than the first; nothing is left behind then.
    """
    if len(images) > MAX_IMAGES:
        raise RowError(f"{len(images):,} images; up to {MAX_IMAGES:,} are taken")
    first = _read(images[0])
    height, width = first.shape[:2]
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with av.open(target, "w", format="matroska") as container:
            stream = container.add_stream("ffv1", rate=Fraction(fps).limit_denominator(1000))
            stream.width, stream.height, stream.pix_fmt = width, height, "bgr0"
            for number, path in enumerate(images):
                image = first if number == 0 else _read(path)
                if image.shape != first.shape:
                    raise RowError(
                        f"{path.name} is {image.shape[1]}×{image.shape[0]}, the first image {width}×{height}"
                    )
                container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
            container.mux(stream.encode())
    except RowError:
        target.unlink(missing_ok=True)
        raise


def _read(path: Path) -> Image:
    """The pixels of an image as BGR, upright."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise RowError(f"{path.name} is larger than {MAX_BYTES:,} bytes")
        image = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
    except (OSError, cv2.error) as error:
        raise RowError(f"{path.name} can't be read") from error
    if image is None:
        raise RowError(f"{path.name} is no image")
    if max(image.shape[:2]) > MAX_SIDE:
        raise RowError(f"{path.name} is larger than {MAX_SIDE} pixels a side")
    return np.ascontiguousarray(image, np.uint8)
