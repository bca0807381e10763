"""Answers that lie on disk, as the Compare page shows them: how they ended, links to them, the history."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import rating_pages
from app_support import ROOT, comparison_of, html, open_page, saved
from streamlit.testing.v1 import AppTest

from cosmos_compare.board import side_of
from cosmos_compare.ratings.pairs import run_ids
from cosmos_compare.records.schema import ModelSpec
from cosmos_compare.ui.rate import session
from cosmos_compare.ui.shared import resources

pytestmark = pytest.mark.usefixtures("small_app")


@pytest.mark.parametrize(
    ("finish", "words"),
    [
        ("stop", "Done"),
        ("length", "Cut at the limit of 7 tokens"),
        ("cancelled", "Stopped before its end"),
        ("error", "The memory was not enough."),
    ],
)
def test_a_saved_answer_says_how_it_ended(finish: str, words: str, pair: list[ModelSpec], video: Path) -> None:
    comparison = comparison_of(video, pair[0])
    one = saved(resources.store(), comparison, pair[0], "A car brakes.", finish=finish, hint="Use fewer frames.")
    two = saved(resources.store(), comparison, pair[1], "A bus waits.")
    page = open_page(runs=f"{one.id},{two.id}")
    text = html(page)
    assert words in text
    assert "A bus waits." in text
    assert ("Use fewer frames." in text) == (finish == "error")
    assert "demo, not Cosmos" in text


def test_a_link_to_runs_brings_their_prompt_settings_and_scenario(pair: list[ModelSpec], video: Path) -> None:
    comparison = comparison_of(video, pair[0], fps=2.0, seed=7)
    one = saved(resources.store(), comparison, pair[0], "A car.")
    page = open_page(runs=one.id)
    assert page.text_area(key="question").value == "What is there?"
    assert page.session_state["draft"].settings["seed"] == 7
    assert page.query_params["scenario"] == "scene_1"
    assert page.multiselect(key="models").value == ["reason1-demo"]


def test_runs_whose_clip_is_gone_are_still_shown(tmp_path: Path, pair: list[ModelSpec], video: Path) -> None:
    gone = tmp_path / "gone.webm"
    shutil.copy(video, gone)
    run = saved(resources.store(), comparison_of(gone, pair[0]), pair[0], "A car waits.")
    gone.unlink()
    page = open_page(runs=run.id)
    assert "no longer on this machine" in html(page)
    assert "A car waits." in html(page)
    assert page.button(key="run").disabled


def test_runs_of_two_prompts_say_which_is_whose(pair: list[ModelSpec], video: Path) -> None:
    runs = [saved(resources.store(), comparison_of(video, pair[0], seed=seed), pair[0], "A car.") for seed in (1, 2)]
    assert html(open_page(runs=",".join(run.id for run in runs))).count("<code>") == 2


def test_a_link_to_what_is_not_here_says_so(pair: list[ModelSpec]) -> None:
    assert "Not among the runs on this machine: nowhere" in html(open_page(runs="nowhere"))
    assert "That comparison is over" in html(open_page(live="feedbeef"))
    assert "Type it under" in html(open_page(folder="/etc"))


@pytest.mark.parametrize(
    "raw",
    [
        "<script>alert(1)</script>",
        "![x](http://example.com/x.png) <img src=x onerror=alert(1)>",
        '{"a": "<script>alert(1)</script>", "<b>": [{"<i>": "<svg onload=alert(1)>"}]}',
        "<think><script>alert(1)</script></think><iframe src=x>",
        "</div></div><style>*{display:none}</style>" + "x" * 200_000,
    ],
)
def test_model_text_is_shown_as_text(raw: str, pair: list[ModelSpec], video: Path) -> None:
    run = saved(resources.store(), comparison_of(video, pair[0]), pair[0], raw)
    shown = html(open_page(runs=run.id))
    assert "&lt;" in shown
    for tag in ("<script", "<img", "<iframe", "<svg", "<style", "<i>", "<b>&quot;"):
        assert tag not in shown.lower()


def test_json_answers_become_a_table(pair: list[ModelSpec], video: Path) -> None:
    run = saved(resources.store(), comparison_of(video, pair[0]), pair[0], '```json\n{"risk_level": "high"}\n```')
    assert "<th>risk_level</th><td>high</td>" in html(open_page(runs=run.id))


def test_boxes_are_drawn_where_the_model_put_them(pair: list[ModelSpec], video: Path) -> None:
    raw = '[{"label": "<b>car</b>", "bbox_2d": [250, 500, 750, 1000]}]'
    run = saved(resources.store(), comparison_of(video, pair[1]), pair[1], raw)
    text = html(open_page(runs=run.id))
    assert "left:25.00%;top:50.00%;width:50.00%;height:50.00%" in text
    assert "<em>&lt;b&gt;car&lt;/b&gt;</em>" in text


def test_what_each_model_saw_shows_its_frames_prompt_and_sampling(pair: list[ModelSpec], video: Path) -> None:
    runs = [saved(resources.store(), comparison_of(video, spec, seed=9), spec, "A car.") for spec in pair]
    page = open_page(runs=",".join(run.id for run in runs))
    page.session_state["seen"] = True
    page.run()
    text = html(page)
    assert "What is there?" in text
    assert text.count("<th>Seed</th><td>9</td>") == 2
    assert text.count("<figure") == 2 * len(runs[0].frames.seconds)
    assert f"{runs[0].frames.seconds[1]:.2f} s" in text


def test_earlier_runs_are_those_that_are_not_on_the_page(pair: list[ModelSpec], video: Path) -> None:
    comparison = comparison_of(video, pair[0])
    runs = [saved(resources.store(), comparison, pair[0], f"take {number}") for number in range(3)]
    page = open_page(runs=f"{runs[0].id},{runs[1].id}")
    assert [panel.label for panel in page.expander][-1] == "History: 1 earlier run of this scenario"


def test_a_run_is_deleted_on_the_page_and_put_back(pair: list[ModelSpec], video: Path) -> None:
    comparison = comparison_of(video, pair[0])
    runs = [saved(resources.store(), comparison, spec, f"by {spec.name}") for spec in pair]
    page = open_page(runs=",".join(run.id for run in runs))
    page.button(key="delete_0").click().run()
    assert page.query_params["runs"] == runs[1].id
    assert "by reason1-demo" not in html(page)
    assert "Deleted: reason1-demo, driving" in html(page)
    assert [row.id for row in resources.store().rows()] == [runs[1].id]
    page.button(key=f"undo_{runs[0].id}").click().run()
    assert page.query_params["runs"] == runs[0].id
    assert "by reason1-demo" in html(page)
    assert len(resources.store().rows()) == 2


def test_an_empty_list_in_an_answer_says_so(pair: list[ModelSpec], video: Path) -> None:
    run = saved(resources.store(), comparison_of(video, pair[0]), pair[0], '{"pedestrians": []}')
    assert '<th>pedestrians</th><td><span class="nothing">empty list</span></td>' in html(open_page(runs=run.id))


def test_the_history_opens_any_two_side_by_side(pair: list[ModelSpec], video: Path) -> None:
    comparison = comparison_of(video, pair[0])
    runs = [saved(resources.store(), comparison, pair[0], f"take {number}") for number in range(3)]
    page = open_page(scenario="scene_1")
    page.session_state["past"] = True
    page.run()
    page.selectbox(key="past_left").set_value(runs[0].id)
    page.selectbox(key="past_right").set_value(runs[2].id).run()
    page.button(key="past_open").click().run()
    assert page.query_params["runs"] == f"{runs[0].id},{runs[2].id}"
    assert "take 0" in html(page)
    assert "take 2" in html(page)


def test_the_answers_to_the_same_prompt_are_found_again(pair: list[ModelSpec], video: Path) -> None:
    page = open_page(scenario="scene_1")
    question, system = page.text_area(key="question").value, page.session_state["draft"].system
    comparison = comparison_of(video, pair[0])
    prompt = comparison.prompt.model_copy(
        update={"user_prompt": question, "system_prompt": system, "version": _version(system, question)}
    )
    for spec in pair:
        saved(
            resources.store(),
            type(comparison)(
                comparison.clip, prompt, comparison.settings, (spec,), comparison.planned, comparison.versions
            ),
            spec,
            "Seen before.",
        )
    assert html(page.run()).count("Seen before.") == 4  # the answer and its raw text, on both sides


def _version(system: str, question: str) -> str:
    from cosmos_compare.records.schema import Prompt

    return Prompt(name="x", system_prompt=system, user_prompt=question).version


def test_side_of_a_saved_run_is_over(pair: list[ModelSpec], video: Path) -> None:
    side = side_of(saved(resources.store(), comparison_of(video, pair[0]), pair[0], "x"))
    assert side.ended
    assert side.state == "stop"


def test_hints_are_read_when_their_panel_is_opened(pair: list[ModelSpec], video: Path) -> None:
    comparison = comparison_of(video, pair[0])
    runs = [saved(resources.store(), comparison, spec, "There is a car. The risk is low.") for spec in pair]
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    page.query_params["runs"] = ",".join(run.id for run in runs)
    page.run()
    assert "held against no mark" not in html(page)
    page.session_state["hints"] = True
    page.run()
    assert not page.exception and "held against no mark" in html(page)
    assert "There is no ground truth for this clip" in html(page)


def test_a_link_for_others_is_there_to_copy_and_opens_the_pair_blind(pair: list[ModelSpec], video: Path) -> None:
    """It led away from the page and gave nobody a link."""
    store = resources.store()
    comparison = comparison_of(video, pair[0])
    runs = [saved(store, comparison, spec, f"A car, says {spec.label}.") for spec in pair]
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    page.query_params["runs"] = ",".join(run.id for run in runs)
    page.session_state[session.HERE] = True
    page.run()
    link = urlsplit(page.code[0].value)
    assert link.scheme == "http" and link.path.endswith("/rate")
    (named,) = parse_qs(link.query)["pair"]
    assert sorted(run_ids(named)) == sorted(run.id for run in runs)
    other = rating_pages.open_page("rate", rater="zoe", pair=named)
    assert rating_pages.linked(other, "pair") == named
    assert "Demo One" not in rating_pages.sent(other) and "names shown" not in rating_pages.sent(other)


def test_a_prompt_with_a_blank_asks_for_the_object_and_says_it_to_the_models() -> None:
    """`{object_name}` went to the models as it stood."""
    page = open_page(scenario="scene_1")
    assert not page.text_input(key="folder").value and "object_name" not in {each.key for each in page.text_input}
    page.text_area(key="question").set_value("Where is the {object_name}?").run()
    assert "name it" in html(page) and page.button(key="run").disabled
    page.text_input(key="object_name").set_value(" cyclist ").run()
    page.button(key="run").click().run()
    live = resources.board().find(page.query_params["live"])
    assert live is not None
    assert all(side.job and side.job.wait(60) for side in live.sides)
    asked = {side.run.prompt.user_prompt for side in live.sides if side.run}
    assert asked == {"Where is the cyclist?"}


def test_an_answer_that_was_taken_in_says_what_nobody_knows_and_can_be_rated(tmp_path: Path) -> None:
    """A record without clip, settings and frames brings down neither Compare nor Rate."""
    from cosmos_compare.cli import main

    for model in ("one", "two"):
        (tmp_path / f"spike_{model}" / "scenario_01").mkdir(parents=True)
        (tmp_path / f"spike_{model}" / "scenario_01" / "analysis.json").write_text(f"{model}: a bus brakes at 1.5 s.")
    outputs = resources.store().outputs
    assert main(["import", str(tmp_path), "--outputs", str(outputs)]) == 0
    one, two = resources.store().rows()
    page = open_page(runs=f"{one.id},{two.id}")
    text = html(page)
    assert "a bus brakes at" in text and "Not known of it: clip.path" in text and text.count("imported") >= 2
    assert not [button for button in page.button if str(button.key).startswith("again_")]
    told = html(rating_pages.open_page("rate", pair=f"{one.id}~{two.id}", rater="anna"))
    assert "a bus brakes at" in told and "The video is no longer where it was" in told
