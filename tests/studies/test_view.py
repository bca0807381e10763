"""The matrix in words: what changed, filters by any arm or one, how many repeats agree; no run is read from disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from rating_samples import run_row
from runs_support import make_spec

from cosmos_compare.records.schema import Prompt, Settings
from cosmos_compare.runs.index import Arm, RunRow
from cosmos_compare.studies.changes import base_arms, changed
from cosmos_compare.studies.facts import AnswerFacts, Fact, FactVerdict, HintLevel
from cosmos_compare.studies.matrix import Cell, Matrix
from cosmos_compare.studies.plan import StudyArm, StudyPlan, labelled
from cosmos_compare.studies.stability import unstable
from cosmos_compare.studies.view import Filter, cell_text, hint_text, passes
from cosmos_compare.video.clips import Scenario

OWN = Settings.model_validate({})
OLD, NEW = Prompt(name="driving", user_prompt="What is there?"), Prompt(name="short", user_prompt="What? Be short.")


def facts(risk: str = "low", objects: str = "car", verdict: FactVerdict = "right") -> AnswerFacts:
    nothing = Fact("", "not stated")
    return AnswerFacts(Fact(objects, "right"), Fact(risk, verdict), Fact("stop", "right"), nothing)


def matrix_of(*scenarios: list[list[AnswerFacts | str | None]]) -> tuple[Matrix, dict[str, AnswerFacts]]:
    """Two arms, an old and a new prompt; for each scenario the answers of both: facts, how one failed, or None."""
    arms = labelled([StudyArm(make_spec(), prompt, OWN) for prompt in (OLD, NEW)])
    found, cells = dict[str, AnswerFacts](), dict[str, tuple[Cell, ...]]()
    for number, both in enumerate(scenarios):
        name, own = f"s{number}", list[Cell]()
        for arm, answers in enumerate(both):
            rows = list[RunRow | None]()
            for repeat, answer in enumerate(answers):
                run_id = f"{name}-{arm}-{repeat}"
                finish = answer if isinstance(answer, str) else "stop"
                row = run_row(run_id, "model-a", name, finish=finish, repeat=repeat, total_s=float(repeat + 1))
                rows.append(None if answer is None else row)
                if isinstance(answer, AnswerFacts):
                    found[run_id] = answer
            own.append(Cell(name, arm, tuple(rows)))
        cells[name] = tuple(own)
    listed = tuple(Scenario(name, Path(f"/clips/{name}.mp4"), None) for name in cells)
    return Matrix(StudyPlan(listed, tuple(arms), repeats=len(scenarios[0][0])), cells), found


def test_a_variant_stands_against_the_arm_it_is_most_like() -> None:
    arms = [
        Arm(model, prompt, False, "s", condition)
        for prompt in ("p1", "p2")
        for model in ("m1", "m2")
        for condition in ("clip", "blank")
    ]
    told = [(None if base is None else "".join(arms[base][:2]) + arms[base].condition) for base in base_arms(arms)]
    assert told[:4] == [None, "m1p1clip", "m1p1clip", "m2p1clip"], "a control against its clip"
    assert told[4:] == ["m1p1clip", "m1p1blank", "m2p1clip", "m2p1blank"], "a second prompt against its model's first"
    assert base_arms([]) == []


def test_what_changed_is_what_most_repeats_state_in_any_order() -> None:
    matrix, told = matrix_of(
        [[facts("low", "car, bus"), facts("high"), facts("low", "bus, car")], [facts("low", "bus, car")] * 3],
        [[facts("low")] * 3, [facts("high"), facts("high", "bus"), facts("low", "bus")]],
    )
    same, other = matrix.cells["s0"], matrix.cells["s1"]
    assert changed(same[1], same[0], told) == ()
    assert changed(other[1], other[0], told) == ("objects", "risk")
    assert cell_text(other[1], told, other[0]).startswith("≠ ✓ high · ✓ stop · ✓ bus")
    assert cell_text(same[0], told) == "✓ low · ✓ stop · ✓ car, bus · 2 of 3 agree · 2.0 s"


def test_a_cell_says_what_failed_was_cut_and_is_not_asked_yet() -> None:
    matrix, told = matrix_of([[facts("low"), None, None], ["error", None, None]], [["cancelled"] * 3, [None] * 3])
    assert cell_text(matrix.cells["s0"][0], told) == "✓ low · ✓ stop · ✓ car · 1 of 1 agree, 3 asked · 1.0 s"
    assert [cell_text(cell, told) for cell in matrix.cells["s1"]] == ["failed", ""]
    cut = matrix.cells["s0"][0]._replace(rows=(run_row("s0-0-0", "model-a", finish="length"),))
    assert cell_text(cut, told).endswith("(cut)")
    assert (matrix.failed, matrix.to_do) == (4, 11)


@pytest.mark.parametrize(
    ("what", "any_arm", "second"),
    [
        ("all", ["s0", "s1", "s2", "s3"], ["s0", "s1", "s2", "s3"]),
        ("differs", ["s1"], ["s1"]),
        ("wrong", ["s0"], []),
        ("failed", ["s2"], ["s2"]),
        ("unrated", ["s1", "s2", "s3"], ["s1", "s3"]),
        ("unstable", ["s3"], []),
    ],
)
def test_filters_by_any_arm_and_by_one(what: Filter, any_arm: list[str], second: list[str]) -> None:
    matrix, told = matrix_of(
        [[facts(verdict="wrong"), facts()], [facts(), facts()]],
        [[facts(), facts()], [facts("high"), facts("high")]],
        [[facts(), facts()], ["error", "error"]],
        [[facts(), facts(objects="bus")], [facts(), facts()]],
    )
    rated = {row.id for cell in matrix.cells["s0"] for row in cell.answers}
    for arm, left in ((None, any_arm), (1, second)):
        stays = passes(what, matrix, told, rated, arm)
        assert [name for name in matrix.cells if stays(name)] == left


def test_a_cell_may_show_what_a_hint_says_of_most_of_its_answers() -> None:
    low = facts()._replace(
        hints=(HintLevel("risk", 0, "low, the truth is high"), HintLevel("format", 2, "well formed"))
    )
    high = facts("high")._replace(hints=(HintLevel("risk", 2, "high, as the truth"),))
    matrix, told = matrix_of([[low, low, high], [facts(), None, None]])
    first, second = matrix.cells["s0"]
    assert hint_text(first, told, "risk") == "✗ low, the truth is high"
    assert [hint_text(cell, told, "format") for cell in (first, second)] == ["✓ well formed", ""]


def test_objects_in_another_order_are_stable() -> None:
    matrix, told = matrix_of([[facts(objects="car, bus"), facts(objects="bus, car")], [None, None]])
    assert not unstable(matrix.cells["s0"][0], told)


def test_versions_stand_in_a_name_only_where_a_prompt_has_several() -> None:
    edit = Prompt(name="driving", user_prompt="What is there now?")
    two = labelled([StudyArm(make_spec(), prompt, OWN) for prompt in (OLD, NEW)])
    three = labelled([StudyArm(make_spec(), prompt, OWN) for prompt in (OLD, NEW, edit)])
    assert [arm.label for arm in two] == ["driving", "short"]
    assert [arm.label for arm in three] == [
        f"driving · {OLD.version[:6]}",
        "short",
        f"driving · {edit.version[:6]}",
    ]
