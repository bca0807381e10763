"""The Lab page: a study is chosen, run, seen, and leads on."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pytest
from app_support import ROOT, html, open_page, saved
from rating_pages import open_page as open_rating_page
from streamlit.testing.v1 import AppTest

from cosmos_compare.compare import plan_comparison
from cosmos_compare.paths import outputs_folder
from cosmos_compare.prompts import load_prompt
from cosmos_compare.records.schema import Failure, ModelSpec, Prompt, Settings
from cosmos_compare.results.plans import read_plans
from cosmos_compare.runs.index import list_runs
from cosmos_compare.studies.files import load_saved
from cosmos_compare.ui.lab import session
from cosmos_compare.ui.lab.data import runner
from cosmos_compare.ui.shared import resources

pytestmark = pytest.mark.usefixtures("small_app")


def lab(**query: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).switch_page("pages/lab.py")
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception, page.exception
    return page


def run_to_its_end(page: AppTest) -> None:
    page.button(key="lab_start").click().run()
    run = runner().current
    assert run is not None and run.done.wait(120)
    page.run()


def test_a_study_is_run_from_the_page_and_its_matrix_filled() -> None:
    page = lab()
    assert "6 answers, 0 are there" in html(page)
    page.multiselect(key=f"{session.CONDITIONS} 0").set_value(["clip", "blank"]).run()
    page.number_input(key=f"{session.PLANNED} 0").set_value(3).run()
    assert "3 scenarios × 4 arms" in html(page) and "12 answers, 0 are there" in html(page)
    run_to_its_end(page)
    assert {plan.planned for plan in read_plans(outputs_folder())} == {3}, "written down for Results before any rating"
    assert "all answers are there" in html(page)
    rows = list_runs(outputs_folder())
    assert sorted({row.condition for row in rows}) == ["blank", "clip"]
    frame = page.dataframe[0].value
    assert list(frame.index) == ["scene_0", "scene_1", "scene_2"]
    assert list(frame.columns) == [f"Demo {name} · {what}" for name in ("One", "Two") for what in ("clip", "blank")]
    page.selectbox(key=session.HINT).set_value("format").run()
    assert "held against no mark" in html(page) and not page.exception
    cells = page.dataframe[0].value.to_numpy().ravel()
    assert all(cell[0] in "✓~✗–" for cell in cells), cells
    page.selectbox(key=session.HINT).set_value("risk").run()
    assert "not proven: n = 0" in html(page) and not page.exception
    page.session_state[session.TAB] = "Controls"
    page.run()
    assert "under the control" in html(page)


def test_filters_say_when_nothing_is_like_that() -> None:
    page = lab()
    page.text_input(key=session.FIND).set_value("scene_1").run()
    assert list(page.dataframe[0].value.index) == ["scene_1"]
    page.text_input(key=session.FIND).set_value("nowhere").run()
    assert [element.value for element in page.info][:1] == ["No scenario is like that."]


def written_study(
    scenarios: str | list[str], models: str = "[reason1-demo, reason2-demo]", prompts: str = "[risk]"
) -> None:
    folder = outputs_folder() / "studies"
    folder.mkdir(parents=True, exist_ok=True)
    text = f"scenarios: {scenarios}\nmodels: {models}\nprompts: {prompts}\n"
    (folder / "last_run.yaml").write_text(text, encoding="utf-8")


def test_a_study_whose_files_are_gone_costs_their_arms_and_the_lab_works_on(scenarios: Path) -> None:
    written_study(str(scenarios), prompts="[risk, capitals]")
    page = lab()
    assert "The prompt capitals can't be used, so its arms are left out" in page.warning[0].value
    assert "Take it out under Prompts" in page.warning[0].value and not page.error
    assert "3 scenarios × 2 arms" in html(page) and list(page.dataframe[0].value.columns) == ["Demo One", "Demo Two"]
    written_study(str(scenarios), models="[reason1-demo, gone]")
    page = lab()
    assert "The model gone can't be used" in page.warning[0].value and "3 scenarios × 1 arm" in html(page)
    written_study(str(scenarios), prompts="[capitals]")
    page = lab()
    assert "The prompt capitals can't be used" in page.error[0].value and "Prompt versions" in html(page)
    assert page.multiselect(key=session.VERSIONS), "the versions of prompts are there all the same"


def test_a_study_of_clips_that_are_not_listed_is_not_one_of_all_that_are(scenarios: Path, tmp_path: Path) -> None:
    """One elsewhere stays; one that is gone is said, and not taken for another of its name."""
    elsewhere = Path(shutil.copytree(scenarios / "scene_0", tmp_path / "other" / "scene_1"))
    written_study([str(elsewhere), str(scenarios / "scene_2"), str(tmp_path / "gone.webm")])
    page = lab()
    assert "A clip is left out" in page.warning[0].value and "gone.webm" in page.warning[0].value
    assert "2 scenarios × 2 arms" in html(page)
    assert page.multiselect(key=f"{session.SCENARIOS} 0").value == [
        str(elsewhere), "scene_2", str(tmp_path / "gone.webm")
    ]  # fmt: skip


def test_what_failed_is_tried_again_with_one_click(pair: list[ModelSpec], scenarios: Path) -> None:
    """One answer of six failed; the filter finds it, and the button asks for that one alone."""
    run_to_its_end(lab())
    store = resources.store()
    row = next(row for row in store.rows() if row.scenario == "scene_1")
    run = store.load(row)
    failure = Failure(type="OutOfMemory", message="The memory was not enough.")
    store.delete(row.id)
    broken = run.answer.model_copy(update={"finish": "error", "error": failure, "raw": ""})
    failed = run.model_copy(update={"id": f"20270101T000000Z-{run.key[:8]}", "answer": broken})
    store.save(failed, np.full((len(run.frames.indices), 28, 56, 3), 9, np.uint8))
    page = lab()
    assert page.button(key="lab_start").label == "Try the failed answer again"
    page.pills(key=session.FILTER).set_value("failed").run()
    assert list(page.dataframe[0].value.index) == ["scene_1"] and "failed" in page.dataframe[0].value.to_numpy()
    run_to_its_end(page)
    assert runner().current is not None and runner().current.total == 1
    assert "No scenario is like that." in html(page)


def test_progress_outlives_a_reload_and_other_pages_and_a_question_on_compare_goes_first() -> None:
    """A long study at work; another session sees how far it is, asks on Compare, and stops the study."""
    page = lab()
    page.number_input(key=f"{session.REPEATS} 0").set_value(30).run()
    page.number_input(key=f"{session.TEMPERATURE} 0").set_value(1.0).run()
    page.button(key="lab_start").click().run()
    study = runner().current
    assert study is not None and study.total == 180
    compare = open_page(scenario="scene_2")
    compare.text_area(key="question").set_value("And who is that?").run()
    compare.button(key="run").click().run()
    live = resources.board().find(compare.query_params["live"])
    assert live is not None
    assert all(side.job and side.job.wait(60) for side in live.sides)
    assert not study.done.is_set() and study.ended < 100, "the question did not wait for the study"
    again = lab()
    assert runner().current is study
    assert "of 180 answers" in str(again.get("progress")[0].proto)
    assert again.number_input(key=f"{session.REPEATS} 0").value == 30, "the reload finds the study, not a fresh one"
    again.button(key="lab_stop").click().run()
    assert study.done.wait(60) and study.failed == 0
    kept = len([row for row in list_runs(outputs_folder()) if row.finished])
    assert 2 <= kept < 100, "what was answered stays"


STUDY = """
scenarios: data/raw/scenarios_demo
models: [reason1-demo, reason2-demo]
prompts: [prompts/driving.yaml, prompts/risk.yaml]
conditions: [clip, blank]
repeats: 1
planned: 8
"""


def test_a_study_that_somebody_sent_is_opened_from_its_file() -> None:
    """The one of the issue, as it stands: paths of the project, prompts by their files."""
    page = lab()
    page.get("file_uploader")[0].upload("sent.yaml", STUDY.encode(), "application/yaml").run()
    assert "8 scenarios × 8 arms" in html(page) and "64 answers, 0 are there" in html(page)
    assert page.multiselect(key=f"{session.PROMPTS} 1").value == ["driving", "risk"]
    assert page.number_input(key=f"{session.PLANNED} 1").value == 8
    page.get("file_uploader")[0].upload("bad.yaml", b"models: [reason1-demo]\ncolour: red\n", "application/yaml").run()
    assert "bad.yaml" in html(page) and "64 answers, 0 are there" in html(page), "the study stays"


def test_what_the_form_does_not_show_whole_stays_as_it_was_sent(tmp_path: Path) -> None:
    """A clip beside the list became all scenarios, two temperatures one, reasoning alone both ways."""
    (tmp_path / "mine.mp4").write_bytes(b"clip")
    sent = (
        f"scenarios: [scene_1, '{tmp_path}/mine.mp4']\nmodels: [reason1-demo]\nprompts: [driving]\nreasoning: true\n"
        "settings: [{temperature: 0}, {temperature: 0.7}]\n"
    )
    page = lab()
    page.get("file_uploader")[0].upload("sent.yaml", sent.encode(), "application/yaml").run()
    assert not page.exception
    assert page.multiselect(key=f"{session.SCENARIOS} 1").value == ["scene_1", f"{tmp_path}/mine.mp4"]
    assert "2 scenarios × 2 arms" in html(page)
    page.text_input(key=session.NAME).set_value("kept").run()
    kept = load_saved(outputs_folder(), "kept")
    assert "scene_1" in kept.scenarios[0] and kept.scenarios[1:] == (f"{tmp_path}/mine.mp4",)
    assert kept.reasoning == (True,)
    assert [each.temperature for each in kept.settings] == [0, 0.7]
    empty = b"scenarios: [scene_1]\nmodels: [reason1-demo]\nprompts: [driving]\nconditions: []\n"
    page.get("file_uploader")[0].upload("empty.yaml", empty, "application/yaml").run()
    assert not page.exception and "conditions is empty" in html(page)


def test_a_link_names_the_prompts_and_a_version_is_run_over_all_with_one_click(
    pair: list[ModelSpec], video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = lab(prompts="risk,timeline,nowhere")
    assert page.multiselect(key=f"{session.PROMPTS} 1").value == ["risk", "timeline"]
    assert "prompts" not in page.query_params
    # An edit that was run once on Compare, and stands in no file.
    edit = Prompt(name="driving", user_prompt="Who is there? In one line.")
    for prompt, raw in ((load_prompt(Path("driving")), "A car waits."), (edit, "A car brakes.")):
        comparison = plan_comparison(video, prompt, Settings.model_validate({}), [pair[0]])
        saved(resources.store(), comparison, pair[0], raw)
    monkeypatch.setenv("COSMOS_COMPARE_HOME", str(tmp_path))
    page.session_state[session.TAB] = "Prompt versions"
    page.run()
    page.multiselect(key=session.VERSIONS).set_value([load_prompt(Path("driving")).version, edit.version]).run()
    assert "A car <del>waits.</del><ins>brakes.</ins>" in html(page)
    next(button for button in page.button if button.label == "Run over all scenarios").click().run()
    name = f"driving_{edit.version[:6]}"
    assert page.multiselect(key=f"{session.PROMPTS} 2").value == ["driving", name]
    assert load_prompt(tmp_path / "prompts" / f"{name}.yaml").version == edit.version
    assert "3 scenarios × 4 arms" in html(page) and page.session_state[session.TAB] == "Matrix"


def test_at_temperature_0_the_page_says_that_repeats_are_the_same() -> None:
    page = lab()
    page.number_input(key=f"{session.REPEATS} 0").set_value(2).run()
    page.number_input(key=f"{session.TEMPERATURE} 0").set_value(0.0).run()
    assert "At temperature 0 repeats are the same answer again: Demo One, Demo Two." in html(page)
    page.session_state[session.TAB] = "Stability"
    page.run()
    assert "At temperature 0 repeats are the same" in page.tabs[1].info[0].value
    page.number_input(key=f"{session.TEMPERATURE} 0").set_value(0.7).run()
    assert "At temperature 0" not in html(page)


def test_a_study_is_saved_and_opened_again() -> None:
    page = lab()
    page.number_input(key=f"{session.REPEATS} 0").set_value(3).run()
    page.text_input(key=session.NAME).set_value("mine").run()
    assert load_saved(outputs_folder(), "mine").repeats == 3
    page.text_input(key=session.NAME).set_value("../evil").run()
    assert not list(Path(outputs_folder()).parent.glob("evil*"))
    again = lab()
    again.selectbox(key=session.OPENED).select("mine").run()
    assert again.number_input(key=f"{session.REPEATS} 1").value == 3


def test_imported_questions_are_asked_from_the_page_scored_and_shown(tmp_path: Path) -> None:
    from import_files import lay_out

    from cosmos_compare.cli import main
    from cosmos_compare.studies.files import study_file

    outputs = outputs_folder()
    assert main(["import", str(lay_out("reason1_benchmark_qa_pairs.json", tmp_path)), "--outputs", str(outputs)]) == 0
    study = study_file(outputs, "reason1_benchmark_qa_pairs")
    settings = "settings: {fps: 2, max_frames: 2, max_new_tokens: 4}\n"
    study.write_text(f"questions: {study.stem}\nmodels: [reason1-demo, reason2-demo]\n{settings}")
    page = lab()
    page.selectbox(key=session.OPENED).set_value(study.stem).run()
    assert "6 answers, 0 are there" in html(page)
    assert page.text_input(key=f"{session.SCENARIOS} 1 set").value == study.stem
    run_to_its_end(page)
    frame = page.dataframe[0].value
    assert list(frame.index) == ["a1#1.1", "a1#1.2", "a2.camera_front_wide_120fov#2"]
    assert "by lot" in html(page) and "(B)" in html(page), "the scores beside their baselines"
    # Each question has a prompt of its own: only the study knows which answers are of one arm.
    query = parse_qs(
        next(link.proto.query_string for link in page.get("page_link") if "study=" in link.proto.query_string)
    )
    rate = open_rating_page("rate", rater="anna", **{name: own[0] for name, own in query.items()})
    assert "0 of 3 pairs rated" in str(rate.get("progress")[0].proto)
    gone = open_rating_page("rate", rater="anna", **{name: own[0] for name, own in query.items()} | {"study": "gone"})
    assert "are not here" in gone.warning[0].value
