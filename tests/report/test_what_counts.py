"""What a report is made of: the judged pairs of its two arms, and no row, mark or control of another comparison."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from rating_pages import rate
from report_elements import Elements
from report_samples import answer_study, material, write_study

from cosmos_compare import language
from cosmos_compare.ratings.arms import ArmChoice
from cosmos_compare.ratings.pairs import find_pairs
from cosmos_compare.report.document import document
from cosmos_compare.report.markdown import markdown
from cosmos_compare.report.numbers_files import scorecard_csv
from cosmos_compare.runs.index import list_runs

MODELS = ("reason1", "reason2")


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory, scenarios: Path) -> Path:
    """Two raters say reason2 is one better; one of them also says so of a second prompt of reason1."""
    folder = tmp_path_factory.mktemp("counts")
    outputs = folder / "outputs"
    answer_study(write_study(folder, scenarios), outputs)
    answer_study(write_study(folder, scenarios, "second", prompt="terse"), outputs, lambda *of: f"Terse {of}.")
    for pair in find_pairs(list_runs(outputs), MODELS):
        if pair.a.prompt_name == "ask":
            for rater in ("anna", "bo"):
                rate(outputs, pair, rater, [0] * 7, [1] * 7, "b")
    for pair in find_pairs(list_runs(outputs), prompts(outputs)):
        rate(outputs, pair, "anna", [0] * 7, [2] * 7, "b")
    return outputs


def prompts(outputs: Path) -> tuple[ArmChoice, ArmChoice]:
    """Both prompts of reason1."""
    versions = {row.prompt_name: row.prompt_version for row in list_runs(outputs)}
    return ArmChoice("reason1", versions["ask"], False), ArmChoice("reason1", versions["terse"], False)


def test_marks_of_other_pairs_stand_neither_beside_speed_nor_in_the_table_that_teams_paste(outputs: Path) -> None:
    """reason1 was "better" in the table, and had the higher mean mark: against its own other prompt."""
    told = material(outputs, arms=[ArmChoice(model) for model in MODELS])
    assert told.told.speed["mean"].tolist() == [0, 1]
    pasted = markdown(told).decode().splitlines()
    table = [line.split(" | ") for line in pasted if line.startswith("| ") and "Scenario" not in line]
    assert len(table) == len(told.rows) == 12
    assert {(row[1], row[-3]) for row in table} == {("reason1", "worse"), ("reason2", "better")}
    rows = list(csv.DictReader(io.StringIO(scorecard_csv(told).decode("utf-8-sig"))))
    assert len(rows) == 12 and {row["model"] for row in rows} == set(MODELS)
    page = Elements(document(told)).text
    assert "12 are about judged pairs of these two" in page and "One wording of the question was asked" in page


def test_two_prompts_are_told_apart_and_agreement_is_that_of_who_judged_them(outputs: Path) -> None:
    """Read "Your raters hardly agree" of one rater, and "2 wordings are counted together" of two that are compared."""
    told = material(outputs, arms=prompts(outputs))
    page = Elements(document(told)).text
    assert "Agreement can't be told: no answer was rated by two of those who judged these pairs." in page
    assert "counted together" not in page and "One model was asked." in page and "both models saw" not in page
    a, b = told.models
    pasted = markdown(told).decode()
    assert f"| {a} |" in pasted and f"| {b} |" in pasted


def test_a_french_report_is_french_where_numbers_decide_the_words(outputs: Path) -> None:
    """Five sentences were picked by a number before the catalogue was asked, and stayed English."""
    with language.speaking("fr"):
        page = Elements(document(material(outputs, arms=[ArmChoice(model) for model in MODELS]))).text
    assert "As recorded" not in page and "could not be read" not in page and "réponses des cas ci-dessus" in page
    assert "Krippendorff's" not in page and "Noter" not in page and "Cadence" in page
