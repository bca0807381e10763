"""Links into the Compare page, and what it shows before and while answers are written; models and jobs are real."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from app_support import comparison_of, html, open_page, saved, side_in

from cosmos_compare.records.schema import ModelSpec
from cosmos_compare.ui.shared import resources

pytestmark = pytest.mark.usefixtures("small_app")


def test_a_link_to_a_prompt_fills_an_editor_that_was_there_before() -> None:
    """As *Back to the editor* of the lab does; the way back to a scenario keeps what was typed."""
    page = open_page(scenario="scene_1")
    page.text_area(key="question").set_value("My own?").run()
    page.query_params["scenario"] = "scene_2"
    page.run()
    assert page.session_state["draft"].question == "My own?"
    page.query_params["prompt"] = "risk"
    page.run()
    assert not page.exception
    assert (page.session_state["draft"].prompt, page.selectbox(key="prompt 1").value) == ("risk", "risk")
    asked = page.session_state["draft"].question
    assert "risk" in asked.lower() and asked in [area.value for area in page.text_area]


def test_a_link_to_a_scenario_that_is_not_here_says_so() -> None:
    for page in (open_page(scenario="no<b>where"), open_page(scenario="no<b>where", present="1")):
        text = html(page)
        assert "No scenario “no&lt;b&gt;where” here" in text and "No clip yet" not in text


def test_the_timeline_has_the_truth_before_and_while_answers_are_written(
    pair: list[ModelSpec], tmp_path: Path, video: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = tmp_path / "clips" / "street" / "segment.webm"
    clip.parent.mkdir(parents=True)
    shutil.copy(video, clip)
    truth = "events: [{label: the car brakes, start: 0.5, end: 1.0}]\n"
    (clip.parent / "ground_truth.yaml").write_text(truth, encoding="utf-8")
    monkeypatch.setenv("COSMOS_COMPARE_SCENARIOS", str(clip.parents[1]))
    text = html(open_page())
    assert 'class="lane truth"' in text and "the car brakes" in text and "side_0" not in text
    board, comparison = resources.board(), comparison_of(clip, pair[0])
    done, writing = side_in("writing", comparison, pair[0]), side_in("writing", comparison, pair[1], "It")
    assert done.job is not None
    live = board.show((done, writing))
    waiting = html(open_page(live=live.id))
    assert 'class="lane truth"' in waiting and 'class="lane side_1"' in waiting and "Names no time." not in waiting
    done.job.finish(saved(resources.store(), comparison, pair[0], "The car brakes at 0.6 s."))
    text = html(open_page(live=live.id))
    assert "The car brakes at 0.6 s. · hits “the car brakes”, 0.1 s off" in text
    assert writing.job is not None
    writing.job.finish(None)
