"""What a report is about: the arms and the study that were asked for, and nothing else; what is wrong is said."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from import_files import lay_out
from report_elements import Elements
from report_samples import MODELS, answer_study, judge_all, material, write_study

from cosmos_compare.cli import build_parser, main
from cosmos_compare.errors import CompareError
from cosmos_compare.ratings.arms import ArmChoice, parse_arm
from cosmos_compare.report.choice import Choice
from cosmos_compare.report.command import command_of
from cosmos_compare.report.document import document
from cosmos_compare.results.evidence import Slice, load
from cosmos_compare.results.plans import record_study
from cosmos_compare.results.report_words import sentences
from cosmos_compare.studies.plan import resolve
from cosmos_compare.studies.study import load_study


@pytest.fixture
def two_studies(tmp_path: Path, scenarios: Path) -> tuple[Path, Path, Path]:
    """Outputs with two judged studies that ask differently: in the first reason2 is better, in the second worse."""
    outputs = tmp_path / "outputs"
    first = write_study(tmp_path, scenarios, "pilot", prompt="ask", conditions="[clip, blank]")
    answer_study(first, outputs)
    judge_all(outputs, a=0, b=2)
    second = write_study(tmp_path, scenarios, "other", prompt="tell")
    answer_study(second, outputs)
    found = material(outputs).evidence
    version = next(row.prompt_version for row in found.runs if row.prompt_name == "tell")
    judge_all(outputs, a=2, b=1, arms=[ArmChoice(model, prompt_version=version) for model in MODELS])
    return outputs, first, second


def test_a_study_counts_its_own_answers_only(two_studies: tuple[Path, Path, Path]) -> None:
    outputs, first, second = two_studies
    assert material(outputs).told.judged_pairs == 12
    told = [material(outputs, study) for study in (first, second)]
    assert [each.told.difference.value for each in told] == [2, -1]
    assert [len(each.cases) for each in told] == [3, 3]
    assert [len(each.on_disk(0)) for each in told] == [3, 3]
    for each, name in zip(told, ("pilot", "other"), strict=True):
        assert f"Counted is a part only: answers of the study {name}." in " ".join(sentences(each.told))


def test_a_plan_for_all_ratings_is_none_for_a_part_of_them(two_studies: tuple[Path, Path, Path]) -> None:
    """A study's planned number was recorded for all ratings of its arms: with others among them it is another look."""
    outputs, first, _ = two_studies
    plan = resolve(load_study(first), first.parent)
    (outputs / "scorecard.csv").unlink()
    record_study(outputs, [arm.arm for arm in plan.arms], 3, "2026-11-26T09:00:00Z")
    judge_all(outputs, a=0, b=2)
    whole = material(outputs).told.difference
    assert whole.planned == 3
    assert material(outputs, first).told.difference.planned is None  # three of six judged pairs


def test_a_plan_counts_for_a_study_that_is_all_there_is(tmp_path: Path, scenarios: Path) -> None:
    outputs, study = tmp_path / "outputs", write_study(tmp_path, scenarios)
    answer_study(study, outputs)
    record_study(outputs, [arm.arm for arm in resolve(load_study(study), study.parent).arms], 3, "2026-11-26T09:00:00Z")
    judge_all(outputs)
    assert material(outputs, study).told.difference.planned == 3


def test_arms_are_those_that_were_named(two_studies: tuple[Path, Path, Path]) -> None:
    outputs, *_ = two_studies
    blank = [ArmChoice(model, condition="blank") for model in MODELS]
    judge_all(outputs, ("anna",), a=1, b=1, arms=blank)
    told = material(outputs, arms=blank)
    assert told.models == ("reason1 · blank", "reason2 · blank")
    assert (told.told.judged_pairs, told.told.difference.value) == (3, 0)


def test_a_control_stands_beside_the_clip(two_studies: tuple[Path, Path, Path]) -> None:
    outputs, _first, _ = two_studies
    judge_all(outputs, ("anna",), a=1, b=1, arms=[ArmChoice(model, condition="blank") for model in MODELS])
    told = material(outputs)
    assert [control.condition for control in told.controls] == ["blank"]
    html = document(told).decode()
    assert "Clip against blank" in html
    # These answers say the same of the clip and of the grey picture: all that they claim is habit.
    assert re.search(r"reason1: of \d+ claims about clips .* 100% \(95 % interval", html)


def test_of_more_than_two_arms_all_are_read_together(two_studies: tuple[Path, Path, Path]) -> None:
    outputs, *_ = two_studies
    arms = [ArmChoice(MODELS[0]), ArmChoice(MODELS[1]), ArmChoice(MODELS[0], condition="blank")]
    html = document(material(outputs, arms=arms)).decode()
    assert "Every two arms" in html and "All that follows is about reason1 and reason2." in html


def test_what_can_not_be_reported_is_said(
    two_studies: tuple[Path, Path, Path], tmp_path: Path, scenarios: Path
) -> None:
    outputs, *_ = two_studies
    empty = write_study(tmp_path, scenarios, "empty", prompt="never")
    with pytest.raises(CompareError, match=r"empty\.yaml: no answer of this study"):
        material(outputs, empty)
    with pytest.raises(CompareError, match="no two models have answered"):
        material(tmp_path / "nothing")
    (outputs / "scorecard.csv").unlink()
    with pytest.raises(CompareError, match="nobody has judged a pair of reason1 and reason2"):
        material(outputs)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--arms", "reason1"], "One arm can't be compared"),
        (["--arms", "reason1", "nobody"], "No model 'nobody' has runs or ratings"),
        (["--scenario", "s99"], "There is no scenario 's99' here"),
        (["--rater", "zoe"], "There is no rater 'zoe' here"),
        (["--study", "gone.yaml"], "gone.yaml"),
    ],
)
def test_a_slip_of_a_name_is_named(
    words: list[str],
    said: str,
    two_studies: tuple[Path, Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out.html"
    assert main(["report", str(out), "--outputs", str(two_studies[0]), *words]) == 2
    assert said in capsys.readouterr().err
    assert not out.exists()


def test_the_command_writes_what_was_asked_for(
    two_studies: tuple[Path, Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs, first, _ = two_studies
    out = tmp_path / "out.html"
    words = ["report", str(out), "--outputs", str(outputs), "--study", str(first), "--markdown", "--csv"]
    assert main([*words, "--confidential", "Internal | only"]) == 0
    assert {path.name for path in tmp_path.glob("out.*")} == {"out.html", "out.md", "out.csv"}
    html = out.read_text()
    # The command is told without the folders of this machine.
    again = "out.html --study pilot.yaml --arms reason1 reason2 --confidential &#x27;Internal | only&#x27;"
    assert f"cosmos-compare report {again}" in html
    assert str(tmp_path) not in html
    pasted = (tmp_path / "out.md").read_text()
    assert "**6 judgements by 2 raters on 3 scenarios" in pasted
    assert "| ❌ | ❌ | ❌ | ❌ | ❌ | ❌ | ❌ |" in pasted and "| ✅ | ✅ |" in pasted
    assert "Internal \\| only" in pasted
    rows = (tmp_path / "out.csv").read_text("utf-8-sig").splitlines()
    assert rows[0] == '"what","of","value","low","high","n","scenarios","p","enough","unit"'
    assert rows[1].startswith('"difference","reason2 − reason1","2","')


@pytest.mark.parametrize(("out", "said"), [("out.txt", "an HTML file"), ("scorecard.csv", "an HTML file")])
def test_a_report_is_an_html_file(out: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(tmp_path / out)]) == 2
    assert said in capsys.readouterr().err


def test_the_command_in_a_report_names_the_same_part_again(two_studies: tuple[Path, Path, Path]) -> None:
    outputs, *_ = two_studies
    found = load(outputs)
    arms = (ArmChoice("reason1", found.runs[0].prompt_version, False, "0123456789ab", "blank"), ArmChoice("reason2"))
    part = Slice(("a b", "c"), (found.runs[0].prompt_version,), ("o'hara",), blind_only=True)
    words = shlex.split(command_of("out.html", Choice(arms, part, None), "for us"))[1:]
    args = build_parser("report").parse_args(words)
    assert [parse_arm(text, found.runs) for text in args.arms] == list(arms)
    assert Slice(tuple(args.scenario), tuple(args.prompt_version), tuple(args.rater), args.blind_only) == part
    assert args.confidential == "for us"


def test_right_letters_of_imported_questions_stand_beside_majority_and_random(tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    taken = lay_out("reason1_benchmark_qa_pairs.json", tmp_path / "set")
    assert main(["import", str(taken), "--outputs", str(outputs)]) == 0
    (name,) = (folder.name for folder in (outputs / "imports").iterdir())
    study = tmp_path / "letters.yaml"
    study.write_text(f"questions: {name}\nmodels: [reason1, reason2]\n", encoding="utf-8")
    answer_study(study, outputs, lambda model, scenario: "Answer: A" if model == "reason1" else "A car brakes.")
    judge_all(outputs, ("anna",))
    told = material(outputs, study)
    assert [(score.questions, score.answers, score.unreadable) for _, score in told.scores] == [(3, 3, 0), (3, 3, 3)]
    text = Elements(document(told)).text
    assert "33% (95 % interval" in text and "67% (always B)" in text and "3 of 3 (100%)" in text
    assert "not scored by letter" not in text
