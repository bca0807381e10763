"""Small pictures of saved frames, for pages that show many."""

from __future__ import annotations

import base64
from pathlib import Path

import cv2
import streamlit as st

HEIGHT = 150  # pixels: large enough to see a pedestrian, small enough to send thirty


@st.cache_data(show_spinner=False, max_entries=60)
def small_jpegs(files: list[Path]) -> list[str]:
    """The frames of a run in order, base64 JPEG; frames that can't be read are left out."""
    return [jpeg for file in files if (jpeg := _small(file))]


def _small(file: Path) -> str:
    image = cv2.imread(str(file))
    if image is None:
        return ""
    width = max(1, round(image.shape[1] * HEIGHT / image.shape[0]))
    _, jpeg = cv2.imencode(".jpg", cv2.resize(image, (width, HEIGHT), interpolation=cv2.INTER_AREA))
    return base64.b64encode(jpeg.tobytes()).decode()
