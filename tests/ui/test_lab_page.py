"""The Lab page: a study is chosen, run, seen, and leads on."""

from __future__ import annotations

from pathlib import Path

import pytest
from app_support import ROOT
from streamlit.testing.v1 import AppTest

from cosmos_compare.paths import outputs_folder
from cosmos_compare.results.plans import read_plans
from cosmos_compare.runs.index import list_runs
from cosmos_compare.studies.files import load_saved
from cosmos_compare.ui.lab import session
from cosmos_compare.ui.lab.data import runner

pytestmark = pytest.mark.usefixtures("small_app")


def lab() -> AppTest:
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).switch_page("pages/lab.py").run()
    assert not page.exception, page.exception
    return page


def captions(page: AppTest) -> str:
    return "\n".join(element.value for element in page.caption)


def test_a_study_is_run_from_the_page_and_its_matrix_filled() -> None:
    page = lab()
    assert "6 answers, 0 are there" in captions(page)
    page.multiselect(key=f"{session.CONDITIONS} 0").set_value(["clip", "blank"]).run()
    page.number_input(key=f"{session.PLANNED} 0").set_value(3).run()
    assert "12 answers, 0 are there" in captions(page)
    page.button(key="lab_start").click().run()
    run = runner().current
    assert run is not None and run.done.wait(120)
    assert {plan.planned for plan in read_plans(outputs_folder())} == {3}, "written down for Results before any rating"
    page.run()
    assert "12 answers, 12 are there" in captions(page)
    rows = list_runs(outputs_folder())
    assert sorted({row.condition for row in rows}) == ["blank", "clip"]
    frame = page.dataframe[0].value
    assert list(frame.index) == ["scene_0", "scene_1", "scene_2"]
    assert list(frame.columns) == [f"Demo {name} · {what}" for name in ("One", "Two") for what in ("clip", "blank")]
    assert "under the control" in captions(page)


def test_filters_say_when_nothing_is_like_that() -> None:
    page = lab()
    page.text_input(key=session.FIND).set_value("scene_1").run()
    assert list(page.dataframe[0].value.index) == ["scene_1"]
    page.text_input(key=session.FIND).set_value("nowhere").run()
    assert [element.value for element in page.info][:1] == ["No scenario is like that."]


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
