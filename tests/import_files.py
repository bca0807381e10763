"""The invented files of every format (tests/data/imports), with small clips where they look for them."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
from conftest import ROOT, write_clip

FILES = ROOT / "tests" / "data" / "imports"
# By format: the file, and the clips below it that its rows name.
CLIPS = {
    "reason1_benchmark_qa_pairs.json": ["clips/a1.mp4", "clips/a2.camera_front_wide_120fov.mp4"],
    "pai_bench.jsonl": ["av/x.mp4", "av/y.mp4"],
    "llava.json": ["7.mp4", "8.mp4"],
    "a1.label.json": ["a1.mp4"],
    "video_qa.tsv": ["C01_clip01.mp4"],
    "event_verification.tsv": ["C01_clip01.mp4"],
    "lingoqa.csv": [],
    "DoTA_VQA_annotation.json": ["VRU_videos/DoTA/VRU_1.mp4", "VRU_videos/DADA/VRU_1.mp4"],
    "DoTA_Dense_Caption.json": ["VRU_videos/DoTA/VRU_1.mp4"],
    "wts_questions.json": ["deep/er/a.mp4", "b.mp4"],
    "sutd.jsonl": ["s1.mp4"],
}


def lay_out(name: str, folder: Path) -> Path:
    """The file of a format with its clips, in a folder of its own; returns where the file lies."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, clip in enumerate(CLIPS[name]):
        (folder / clip).parent.mkdir(parents=True, exist_ok=True)
        write_clip(folder / clip, seconds=1.0 + number / 4, fps=8, size=(96, 64))
    if name == "lingoqa.csv":
        (folder / "s1").mkdir()
        for number in range(4):
            image = np.full((64, 96, 3), 40 * number, np.uint8)
            image[8:24, 20 * number : 20 * number + 16] = (10, 200, 250 - number)
            cv2.imwrite(str(folder / "s1" / f"{number}.png"), image)
    shutil.copy(FILES / name, folder / name)
    return folder / name
