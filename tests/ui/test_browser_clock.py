"""A click on a time shows the very frame that the models were told this time of, whatever the file's own clock says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from app_support import comparison_of, saved, write_model_list
from browser_support import serve
from playwright.sync_api import Page
from videos import evenly, numbered, starting_late, write_video

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.runs.store import Store

pytestmark = pytest.mark.browser
COUNT = 30  # frames, ten a second
# Reads the bars of `videos.numbered` off the picture that stands now.
NUMBER = """() => {
  const video = document.querySelector("video");
  if (!video || video.seeking || video.readyState < 2) return -1;
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  const drawing = canvas.getContext("2d");
  drawing.drawImage(video, 0, 0);
  let number = 0;
  for (let bit = 0; bit < 8; bit++) {
    const x = Math.floor((bit + 0.5) * canvas.width / 8);
    number = 2 * number + (drawing.getImageData(x, canvas.height / 2, 1, 1).data[0] > 125);
  }
  return number;
}"""


def begins_an_hour_late(path: Path) -> None:
    write_video(path, [3600 + stamp for stamp in evenly(COUNT, 10)], codec="libvpx", rate=10)


def joined_transport_streams(path: Path) -> None:
    halves = []
    for first in (0, COUNT // 2):
        images = [numbered(first + k) for k in range(COUNT // 2)]
        half = path.with_name(f"half_{first}.ts")
        write_video(half, evenly(COUNT // 2, 10), rate=10, images=images, options={"bf": "0"})
        halves.append(half.read_bytes())
        half.unlink()
    path.write_bytes(b"".join(halves))


CLIPS = {
    "late.webm": lambda path: starting_late(path, 1.2, COUNT),
    "hour.webm": begins_an_hour_late,
    "joined.ts": joined_transport_streams,
    "plain.webm": lambda path: write_video(path, evenly(COUNT, 10), codec="libvpx", rate=10),
    "old.avi": lambda path: write_video(path, evenly(COUNT, 10), codec="mjpeg", rate=10),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clock")
    (folder / "clips").mkdir()
    for name, write in CLIPS.items():
        write(folder / "clips" / name)
    return folder


@pytest.fixture(scope="module")
def app(folder: Path, tiny: dict[str, Path]) -> Iterator[str]:
    environment = {
        "COSMOS_COMPARE_MODELS": str(write_model_list(folder / "models.yaml", tiny)),
        "COSMOS_COMPARE_OUTPUTS": str(folder / "outputs"),
        "COSMOS_COMPARE_SCENARIOS": str(folder / "clips"),
        "OMP_NUM_THREADS": "1",
    }
    with serve(folder / "app.log", **environment) as address:
        yield address


@pytest.mark.parametrize("name", CLIPS)
def test_a_click_on_a_time_shows_the_frame_of_that_time(
    page: Page, app: str, folder: Path, tiny: dict[str, Path], name: str
) -> None:
    (spec,) = resolve_models([f"reason1-demo={tiny['reason1-tiny']}"])
    raw = "It begins at 0.05 s, goes on at 1.25 s and ends at 2.55 s."
    run = saved(Store(folder / "outputs"), comparison_of(folder / "clips" / name, spec), spec, raw)
    page.goto(f"{app}/?runs={run.id}")
    page.wait_for_selector("video")
    for number, expected in ((1, 12), (2, 25), (0, 0)):
        # The click is repeated: the text may stand before the video and the code that moves it.
        page.wait_for_function(
            f"([number, expected]) => {{ if (({NUMBER})() === expected) return true;"
            " document.querySelectorAll('.time')[number]?.click(); }",
            arg=[number, expected],
            polling=400,
        )


def test_a_copy_is_announced_while_it_is_made_and_replaces_the_picture(
    page: Page, app: str, folder: Path, tiny: dict[str, Path]
) -> None:
    images = [np.random.default_rng(k).integers(0, 255, (720, 1280, 3), np.uint8) for k in range(4)] * 40
    write_video(
        folder / "clips" / "large.avi", evenly(160, 10), codec="mjpeg", rate=10, size=(1280, 720), images=images
    )
    page.goto(f"{app}/?scenario=large")
    page.wait_for_selector("text=a copy is being made, once")
    page.wait_for_selector("video", timeout=90_000)
    assert page.locator("text=a copy is being made").count() == 0
