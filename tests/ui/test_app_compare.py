"""Asking on the Compare page, in all states, through Streamlit's own test runner; models, jobs and runs are real."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from app_support import comparison_of, html, open_page, saved, side_in, write_model_list

from cosmos_compare.board import Board
from cosmos_compare.errors import CompareError
from cosmos_compare.records.schema import ModelSpec
from cosmos_compare.ui.shared import resources

pytestmark = pytest.mark.usefixtures("small_app")


@pytest.fixture
def board() -> Board:
    return resources.board()


def test_the_first_view_says_what_each_model_will_see() -> None:
    page = open_page()
    text = html(page)
    assert "Demo One" in text
    assert "Demo Two" in text
    assert "Will see" in text
    assert page.query_params["scenario"] == "scene_0"
    assert page.button(key="run").label == "Run"


def test_the_presenters_view_has_no_editor_and_goes_from_scenario_to_scenario(
    board: Board, pair: list[ModelSpec], video: Path
) -> None:
    for spec, raw in zip(
        pair, ("The car brakes at 0.5 s.", '{"events": [{"start": 1, "event": "stops"}]}'), strict=True
    ):
        saved(resources.store(), comparison_of(video, spec), spec, raw)
    runs = ",".join(row.id for row in resources.store().rows())
    page = open_page(scenario="scene_1", runs=runs, present="1")
    text = html(page)
    assert 'class="lanes"' in text and "2 of 3" in text and "There is no ground truth for this clip." in text
    assert not page.text_area and [button.key for button in page.button][:3] == ["previous", "next", "leave"]
    page.button(key="next").click().run()
    assert not page.exception and page.query_params["scenario"] == "scene_2" and page.query_params["present"] == "1"
    assert page.button(key="next").disabled and "No answer to this prompt yet." in html(page)
    page.button(key="leave").click().run()
    assert not page.exception and "present" not in page.query_params and page.text_area(key="question")


def test_a_folder_without_clips_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("COSMOS_COMPARE_SCENARIOS", str(tmp_path / "empty"))
    page = open_page()
    assert "holds no video" in html(page)
    assert "No clip yet" in html(page)
    assert page.button(key="run").disabled


def test_a_clip_that_cannot_be_read_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "broken.mp4").write_bytes(b"<html>404</html>")
    monkeypatch.setenv("COSMOS_COMPARE_SCENARIOS", str(tmp_path / "clips"))
    page = open_page()
    assert "broken.mp4" in page.error[0].value
    assert page.button(key="run").disabled


def test_run_answers_on_both_sides_and_the_address_names_the_runs(board: Board) -> None:
    page = open_page(scenario="scene_1")
    page.text_area(key="question").set_value("What is there?").run()
    page.button(key="run").click().run()
    assert not page.exception
    live = board.find(page.query_params["live"])
    assert live is not None
    for side in live.sides:
        assert side.job is not None
        assert side.job.wait(60)
    page.run()
    ids = page.query_params["runs"].split(",")
    assert ids == [side.run.id for side in live.sides if side.run]
    assert html(page).count("tokens/s") == 2
    assert resources.store().load(ids[0]).prompt.user_prompt == "What is there?"


def test_the_next_question_says_what_was_reused_and_how_much_is_kept(board: Board) -> None:
    page = open_page(scenario="scene_1")
    for question in ("What is there?", "And who is that?"):
        page.text_area(key="question").set_value(question).run()
        page.button(key="run").click().run()
        live = board.find(page.query_params["live"])
        assert live is not None
        assert all(side.job and side.job.wait(60) for side in live.sides)
        page.run()
    assert html(page).count("<span>reused <b>prefix</b></span><span>kept <b>") == 2
    assert html(page).count("From cache: it had read this clip") == 2


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("queued", "Loading the model"),
        ("loading", "Loading the model"),
        ("looking", "Looking at the clip, 40%"),
        ("writing", "Writing"),
    ],
)
def test_a_side_at_work_says_how_far_it_is(
    state: str, words: str, board: Board, pair: list[ModelSpec], video: Path
) -> None:
    comparison = comparison_of(video, pair[0])
    text = "A car" if state == "writing" else ""
    board.pool.submit(pair[0], lambda get_engine, job: None).wait()  # so that the model has a worker
    live = board.show((side_in(state, comparison, pair[0], text), side_in("writing", comparison, pair[1], "Two")))
    if state == "looking" and live.sides[0].job:
        live.sides[0].job.advance(0.4)
    page = open_page(live=live.id)
    assert words in html(page)
    assert text in html(page)
    assert page.button(key="stop_0").label == "Stop"
    live.stop()
    for side in live.sides:
        assert side.job is not None
        side.job.finish(None)


def test_what_runs_beside_the_shown_is_named(board: Board, pair: list[ModelSpec], video: Path) -> None:
    comparison = comparison_of(video, pair[0], max_new_tokens=4000, temperature=1.0, presence_penalty=2.0)
    first, second = board.start(comparison), board.start(comparison)
    page = open_page(live=second.id)
    assert "Also running" in html(page)
    first.stop()
    second.stop()
    for live in (first, second):
        assert live.sides[0].job is not None
        assert live.sides[0].job.wait(60)


def test_a_folder_that_was_opened_can_be_linked_to(scenarios: Path, tmp_path: Path) -> None:
    shutil.copytree(scenarios / "scene_0", tmp_path / "mine" / "my_street")
    page = open_page()
    page.text_input(key="folder").set_value(str(tmp_path / "nowhere")).run()
    assert "nowhere: can't be listed" in html(page)
    page.text_input(key="folder").set_value(str(tmp_path / "mine")).run()
    assert page.query_params["scenario"] == "my_street"
    guest = open_page(folder=str(tmp_path / "mine"))
    assert "<b>my street</b>" in html(guest)


def test_a_late_message_with_the_old_address_undoes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages on their way while the address changes bear the old one; later it is the back button."""
    page = open_page(scenario="scene_0")
    page.selectbox(key="prompt").set_value("risk").run()
    assert page.query_params["prompt"] == "risk"
    del page.query_params["prompt"]
    page.run()
    assert page.query_params["prompt"] == "risk"
    monkeypatch.setattr("cosmos_compare.ui.compare.view.LATE_S", 0.0)
    del page.query_params["prompt"]
    page.run()
    assert "prompt" not in page.query_params
    page.query_params["scenario"] = "scene_2"
    page.run()
    assert "<b>scene 2</b>" in html(page)


def test_a_failing_side_leaves_the_other_whole(board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = Path(os.environ["COSMOS_COMPARE_MODELS"])
    broken = tmp_path / "broken"
    shutil.copytree(resources.pinned(("reason1-demo",))[0].source, broken)
    (broken / "model.safetensors").write_bytes(b"not weights")
    text = path.read_text(encoding="utf-8").replace(resources.pinned(("reason1-demo",))[0].source, str(broken))
    (tmp_path / "half.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("COSMOS_COMPARE_MODELS", str(tmp_path / "half.yaml"))
    page = open_page(scenario="scene_1")
    page.button(key="run").click().run()
    live = board.find(page.query_params["live"])
    assert live is not None
    for side in live.sides:
        assert side.job is not None
        assert side.job.wait(60)
    text = html(page.run())
    assert 'class="pill error"' in text
    assert '<div class="failed"><b>' in text
    assert 'class="pill length"' in text


def test_an_answer_that_could_not_be_saved_is_still_shown(board: Board, pair: list[ModelSpec], video: Path) -> None:
    side = side_in("writing", comparison_of(video, pair[0]), pair[0], "All of it.")
    assert side.job is not None
    side.job.finish(None, CompareError("outputs: the run could not be saved, the disk is full.", "Free some space."))
    text = html(open_page(live=board.show((side,)).id))
    assert "All of it." in text
    assert "the disk is full.</b> Free some space." in text


def test_differences_are_said_in_words_and_can_be_made_equal() -> None:
    page = open_page(scenario="scene_1")
    assert "sees" in html(page)
    page.button(key="equal").click().run()
    settings = page.session_state["draft"].settings
    assert settings["max_video_tokens"] is not None
    assert (settings["temperature"], settings["seed"]) == (0.0, 42)
    assert settings["max_new_tokens"] == 40
    text = html(page)
    assert "The next run gives all models the same frames, token budget, sampling and seed." in text
    assert "What their makers fixed stays different: Frame size" in text
    assert "equal" not in [button.key for button in page.button]


def test_settings_are_checked_and_said_in_words() -> None:
    page = open_page(scenario="scene_1")
    page.number_input(key="start 0").set_value(1.0)
    page.number_input(key="end 0").set_value(0.5).run()
    assert page.button(key="run").disabled
    assert "end (0.5 s) must be after start (1 s)" in html(page)
    page.number_input(key="end 0").set_value(9.0).run()
    assert "end is 9 s" in html(page)  # the clip is shorter
    page.number_input(key="end 0").set_value(1.5)
    page.number_input(key="seed 0").set_value(3).run()
    assert "4 fps, 1 s to 1.5 s · seed 3" in html(page)
    page.button(key="reset").click().run()
    assert "4 fps · each model's own sampling" in html(page).replace("&#x27;", "'")


def test_stop_in_the_same_rerun_as_run_does_not_stop_the_new_job(
    board: Board, pair: list[ModelSpec], video: Path
) -> None:
    """Streamlit can hand over both clicks in one rerun: Stop is meant for what ran before."""
    comparison = comparison_of(video, pair[0])
    old = board.show((side_in("writing", comparison, pair[0], "old"),))
    page = open_page(live=old.id)
    page.text_area(key="question").set_value("Something else?")
    page.button(key="stop").click()
    page.button(key="run").click().run()
    new = board.find(page.query_params["live"]) if "live" in page.query_params else None
    assert old.sides[0].job is not None
    assert old.sides[0].job.stopped()
    assert new is None or not any(side.job and side.job.stopped() for side in new.sides)
    old.sides[0].job.finish(None)


def test_a_regenerated_side_leaves_the_other_as_it_is(board: Board, pair: list[ModelSpec], video: Path) -> None:
    comparison = comparison_of(video, pair[0], max_new_tokens=5)
    runs = [saved(resources.store(), comparison, spec, "before") for spec in pair]
    page = open_page(runs=",".join(run.id for run in runs))
    page.button(key="again_1").click().run()
    live = board.find(page.query_params["live"])
    assert live is not None
    assert live.sides[0].saved is not None
    assert live.sides[1].job is not None
    assert live.sides[1].job.wait(60)
    page.run()
    ids = page.query_params["runs"].split(",")
    assert ids[0] == runs[0].id
    assert ids[1] != runs[1].id


def test_a_changed_prompt_can_be_saved_under_a_new_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "driving.yaml").write_text("user_prompt: What is there?\n", encoding="utf-8")
    monkeypatch.setenv("COSMOS_COMPARE_HOME", str(tmp_path))
    page = open_page()
    page.text_area(key="question").set_value("Who is there?\nAnd when?").run()
    page.text_input(key="save_name").set_value("../evil")
    page.button(key="save").click().run()
    assert "can't be a prompt's name" in html(page)
    page.text_input(key="save_name").set_value("who")
    page.button(key="save").click().run()
    assert "|-\n  Who is there?\n  And when?" in (tmp_path / "prompts" / "who.yaml").read_text(encoding="utf-8")
    assert page.session_state["draft"].prompt == "who"


def test_a_model_that_is_not_here_says_how_to_get_it(
    tiny: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    path = write_model_list(
        tmp_path / "other.yaml", {"reason1-tiny": tmp_path / "none", "reason2-tiny": tiny["reason2-tiny"]}
    )
    monkeypatch.setenv("COSMOS_COMPARE_MODELS", str(path))
    text = html(open_page())
    assert "is not there" in text
    assert "Demo Two" in text


def test_a_model_list_that_cannot_be_read_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "wrong.yaml").write_text("modles: {}\n", encoding="utf-8")
    monkeypatch.setenv("COSMOS_COMPARE_MODELS", str(tmp_path / "wrong.yaml"))
    assert "wrong.yaml: unknown key 'modles'" in html(open_page())
