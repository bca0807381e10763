"""What answers state against the truth, how repeats agree, and what stays when nothing is seen."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from runs_support import IMAGES, make_run, make_spec

from cosmos_compare.records.ground_truth import GroundTruth
from cosmos_compare.records.schema import Prompt, Run, Settings
from cosmos_compare.runs.store import Store
from cosmos_compare.studies.claim_words import words_behind
from cosmos_compare.studies.controls import claims_of, controls
from cosmos_compare.studies.export import all_facts, answers_of, as_csv, as_json, as_jsonl
from cosmos_compare.studies.fact_book import NAME, FactBook
from cosmos_compare.studies.facts import read_facts, reader_key
from cosmos_compare.studies.matrix import Matrix, fill
from cosmos_compare.studies.plan import StudyArm, StudyPlan, labelled
from cosmos_compare.studies.stability import agreeing, stability, unstable
from cosmos_compare.video.clips import Scenario

TRUTH = GroundTruth.model_validate(
    {
        "objects": {"pedestrian": {"present": True}, "car": {"present": False}, "crosswalk": {"present": True}},
        "events": [{"label": "a pedestrian starts to cross", "start": 2.0, "end": 5.0, "critical": True}],
        "risk": {"level": "medium", "reason": "a pedestrian is crossing"},
        "expected_action": "stop",
    }
)
PROMPT = Prompt(name="risk", user_prompt="Name the road users, the risk, what to do, and when things happen.")
OWN = Settings.model_validate({})
SEEN = "A pedestrian starts to cross at 2.1 s on a crosswalk. The risk is medium. The car should stop."


def run_of(raw: str, **settings: object) -> Run:
    run = make_run(raw=raw, prompt=PROMPT)
    return run.model_copy(update={"settings": Settings.model_validate(settings)})


@pytest.mark.parametrize(
    ("raw", "verdicts"),
    [
        (SEEN, {"objects": "right", "risk": "right", "action": "right", "events": "right"}),
        (
            "The road is empty. The risk is none. Keep going.",
            {"risk": "wrong", "action": "wrong", "objects": "missing"},
        ),
        ("A car is parked here. The risk is high.", {"objects": "wrong", "risk": "partly"}),
        ("Hello.", {"objects": "missing", "risk": "missing", "action": "missing", "events": "missing"}),
    ],
)
def test_each_kind_of_fact_is_held_against_the_truth(raw: str, verdicts: dict[str, str]) -> None:
    facts = read_facts(run_of(raw), TRUTH)
    assert {kind: facts.of(kind).verdict for kind in verdicts} == verdicts


def test_without_a_truth_nothing_is_judged() -> None:
    facts = read_facts(run_of(SEEN), None)
    assert facts.risk == ("medium", "not known")
    assert facts.times[0][1] == 2.1
    assert not facts.wrong


@pytest.fixture
def filled(tmp_path: Path) -> tuple[Matrix, Store]:
    """One model on two scenarios, the clip and a blank one, three repeats, with answers as they would be."""
    store = Store(tmp_path)
    answers = {
        ("one", "clip"): [SEEN, SEEN, "A pedestrian crosses at 2.5 s. The risk is high."],
        ("one", "blank"): ["A pedestrian crosses. The risk is low."] * 3,
        ("two", "clip"): ["A truck ahead. The risk is medium."] * 3,
        ("two", "blank"): ["Nothing is there."] * 3,
    }
    number = 0
    for (scenario, condition), texts in answers.items():
        for repeat, raw in enumerate(texts):
            number += 1
            run = make_run(raw=raw, scenario=scenario, prompt=PROMPT, key=f"{number:08d}" + "a" * 56)
            settings = Settings.model_validate({"condition": condition, "repeat": repeat})
            store.save(run.model_copy(update={"settings": settings}), IMAGES)
    arms = [
        StudyArm(make_spec(), PROMPT, OWN.model_copy(update={"condition": condition}))
        for condition in ("clip", "blank")
    ]
    scenarios = tuple(Scenario(name, Path(f"/clips/{name}.mp4"), None) for name in ("one", "two"))
    plan = StudyPlan(scenarios, tuple(labelled(arms)), repeats=3)
    return fill(plan, store.rows(), {"one": "c" * 64, "two": "c" * 64}), store


def test_repeats_that_state_other_things_are_unstable(filled: tuple[Matrix, Store]) -> None:
    matrix, store = filled
    facts = all_facts(matrix, FactBook(store))
    first, second = matrix.cells["one"][0], matrix.cells["two"][0]
    assert agreeing(first, facts, "risk") == (2, 3)
    assert unstable(first, facts) and not unstable(second, facts)
    clip, blank = stability(matrix, facts)
    assert clip.scenarios == 2
    assert clip.agree["risk"].value == pytest.approx((1 / 3 + 1) / 2)
    assert clip.agree["risk"].low is not None and clip.agree["risk"].low < clip.agree["risk"].value
    assert (clip.texts, blank.texts) == (1.5, 1.0)
    assert clip.spread_s == pytest.approx(0.189, abs=0.001)


def test_what_no_repeat_states_is_no_agreement(filled: tuple[Matrix, Store]) -> None:
    """No answer under the control states an event, and that was 100 % of agreement on events."""
    matrix, store = filled
    clip, blank = stability(matrix, all_facts(matrix, FactBook(store)))
    assert blank.agree["events"].value is None and blank.agree["letter"].value is None
    assert (blank.agree["risk"].value, blank.agree["risk"].scenarios) == (1.0, 1), "the other scenario states none"
    assert clip.agree["events"].value is not None


def test_claims_that_stay_under_a_control_are_habit(filled: tuple[Matrix, Store]) -> None:
    matrix, store = filled
    facts = all_facts(matrix, FactBook(store))
    (control,) = controls(matrix, facts)
    assert (control.arm, control.control) == (0, 1)
    stays = {(each.scenario, each.claim) for each in control.claims if each.kept}
    assert stays == {("one", "object: pedestrian")}
    assert control.habit.value is not None and 0 < control.habit.value < 0.5
    assert control.habit.scenarios == 2


@pytest.mark.parametrize(
    ("raw", "claim", "words"),
    [
        (SEEN, "object: pedestrian", "A pedestrian starts to cross at 2.1 s on a crosswalk."),
        (SEEN, "risk: medium", "The risk is medium."),
        ("<think>No car.</think>A car waits.\nA bus comes.", "object: bus", "A bus comes."),
        ("No car is there. A bus comes.", "object: car", ""),
        ('{"objects": ["bus"], "risk": "high"}', "risk: high", "high"),
        (SEEN, "risk: high", ""),
        ("<think>A?</think>B. Because it waits.", "option: B", "B. Because it waits."),
    ],
)
def test_the_words_behind_a_claim_are_shown(raw: str, claim: str, words: str) -> None:
    assert words_behind(run_of(raw), claim) == words


def test_every_claim_has_its_words() -> None:
    raw = SEEN + ' {"events": [{"label": "a bus brakes", "start": 1.5}]}'
    claims = claims_of(read_facts(run_of(raw), None))
    assert len(claims) >= 4 and all(words_behind(run_of(raw), claim) for claim in claims)


def test_a_low_risk_is_no_claim_to_have_seen_something() -> None:
    assert claims_of(read_facts(run_of("Nothing is there. The risk is low. Keep going."), None)) == ()


def test_facts_are_read_once_and_anew_when_the_truth_changes(
    filled: tuple[Matrix, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    matrix, store = filled
    book = FactBook(store)
    facts = all_facts(matrix, book)
    assert (store.outputs / NAME).is_file()
    again = FactBook(store)
    rows = [row for cell in matrix.all_cells() for row in cell.answers]
    assert {row.id: again.known(row, reader_key(None)) for row in rows} == facts
    assert again.known(rows[0], reader_key(TRUTH)) is None
    (store.outputs / NAME).write_text("{torn", encoding="utf-8")
    assert FactBook(store).known(rows[0], reader_key(None)) is None


def test_the_exports_hold_a_row_an_answer(filled: tuple[Matrix, Store]) -> None:
    matrix, store = filled
    lines = as_csv(matrix, all_facts(matrix, FactBook(store))).splitlines()
    assert len(lines) == 1 + 12
    assert "risk_verdict" in lines[0] and lines[0].count("hint_") == 12
    assert sum(b'"raw":' in line for line in as_jsonl(matrix, store)) == 12
    torn = matrix.cells["one"][0].answers[0]
    (store.outputs / torn.path / "analysis.json").write_text("{", encoding="utf-8")
    lines = [json.loads(line) for line in as_jsonl(matrix, store)]
    assert len(lines) == 12 and [line["id"] for line in lines if "problem" in line] == [torn.id]


def test_the_levels_of_hints_stand_beside_what_proves_them(filled: tuple[Matrix, Store]) -> None:
    matrix, store = filled
    proof = {"risk": "not proven: n = 12"}
    told = as_json(matrix, FactBook(store), proof)
    assert told["hints"] == proof
    hints = [answer["stated"]["hints"] for cell in told["cells"] for answer in cell["answers"]]
    assert all("format" in own and set(own["format"]) == {"level", "says"} for own in hints)
    rows = list(csv.DictReader(io.StringIO(as_csv(matrix, all_facts(matrix, FactBook(store)), proof).lstrip("\ufeff"))))
    assert {row["hint_format"] for row in rows} <= {"0", "1", "2"}
    assert {row["hint_risk_proof"] for row in rows} == {proof["risk"] if "risk" in hints[0] else ""}


def test_many_unknown_answers_are_read_beside_the_page(
    filled: tuple[Matrix, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    matrix, store = filled
    monkeypatch.setattr("cosmos_compare.studies.fact_book.AT_ONCE", 2)
    book, answers = FactBook(store), answers_of(matrix)
    first = book.read_beside(answers)
    assert (first.facts, first.missing) == ({}, 12)
    assert book._reader is not None
    book._reader.join(30)
    assert book.read_beside(answers) == (all_facts(matrix, FactBook(store)), 0)
