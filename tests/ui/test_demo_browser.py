"""All bundled scenarios play in a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from cosmos_compare.demo import bundled

pytestmark = pytest.mark.browser

PLAY = """async (video) => {
    video.muted = true;
    await video.play();
    await new Promise((done, failed) => {
        video.ontimeupdate = () => video.currentTime > 0.3 && done();
        video.onerror = () => failed(video.error.message);
    });
    return [video.videoWidth, video.videoHeight, video.duration];
}"""


def test_the_bundled_scenarios_play(page: Page, tmp_path: Path) -> None:
    videos = sorted(bundled.FOLDER.glob("*/segment.webm"))
    assert len(videos) == 8
    page_file = tmp_path / "page.html"
    page_file.write_text("".join(f'<video src="{video.as_uri()}"></video>' for video in videos), encoding="utf-8")
    page.goto(page_file.as_uri())
    for number, one in enumerate(bundled.SCENARIOS):
        width, height, seconds = page.locator("video").nth(number).evaluate(PLAY)
        assert (width, height) == (640, 360)
        assert seconds == pytest.approx(one.seconds, abs=0.1)
