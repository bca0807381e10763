"""JPEGs of saved frames, the one place where they are made."""

from __future__ import annotations

import base64
from functools import lru_cache
from pathlib import Path

import cv2
import streamlit as st

HEIGHT = 150  # pixels: large enough to see a pedestrian, small enough to send thirty
QUALITY = 88


@lru_cache(maxsize=2000)
def jpeg(path: Path, height: int = 0) -> str:
    """A picture as base64 JPEG, at most `height` pixels high where that is given; nothing when its file is gone or
    can't be decoded."""
    image = cv2.imread(str(path))
    if image is None:
        return ""
    if 0 < height < image.shape[0]:
        width = max(1, round(image.shape[1] * height / image.shape[0]))
        image = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    made, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return base64.b64encode(encoded.tobytes()).decode() if made else ""


@st.cache_data(show_spinner=False, max_entries=60)
def small_jpegs(files: list[Path]) -> list[str]:
    """The frames of a run in order, base64 JPEG; frames that can't be read are left out."""
    return [small for file in files if (small := jpeg(file, HEIGHT))]
