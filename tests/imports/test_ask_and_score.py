"""An imported set is asked like any study, scored by letter, and comes out in the format's own result file."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from import_files import CLIPS, lay_out
from runs_support import IMAGES, make_run

from cosmos_compare.cli import main
from cosmos_compare.ratings.queue import of_arms
from cosmos_compare.records.schema import ModelSpec
from cosmos_compare.runs.store import Store
from cosmos_compare.studies.answered import write_results
from cosmos_compare.studies.arm_pairs import arm_pairs
from cosmos_compare.studies.controls import controls
from cosmos_compare.studies.export import all_facts, as_csv, as_json
from cosmos_compare.studies.fact_book import FactBook
from cosmos_compare.studies.hashes import clip_hashes
from cosmos_compare.studies.matrix import Matrix, fill
from cosmos_compare.studies.plan import StudyPlan, resolve
from cosmos_compare.studies.scores import scores
from cosmos_compare.studies.stability import stability
from cosmos_compare.studies.study import Study
from cosmos_compare.studies.view import cell_text

MODELS = ("reason1-tiny", "reason2-tiny")


@pytest.fixture
def answer(tmp_path: Path, specs: dict[str, ModelSpec]) -> Answer:
    return Answer(tmp_path, specs)


class Answer:
    """A set that was taken in, and answers to it that a test writes instead of a model."""

    def __init__(self, folder: Path, specs: dict[str, ModelSpec]) -> None:
        self.folder, self.outputs, self.specs = folder, folder / "outputs", specs
        self.store = Store(self.outputs)

    def take(self, name: str, **values: Any) -> StudyPlan:
        assert main(["import", str(lay_out(name, self.folder)), "--outputs", str(self.outputs)]) == 0
        (own,) = (self.outputs / "imports").iterdir()
        models = [f"{name}={self.specs[name].source}" for name in MODELS]
        study = Study.model_validate({"questions": own.name, "models": models, **values})
        return resolve(study, self.folder, self.outputs)

    def say(self, plan: StudyPlan, text: Callable[[str], str], arm: int = 0, repeat: int = 0) -> Matrix:
        """Answer every question; `text` gives the answer by the id of the item."""
        hashes = clip_hashes(plan.scenarios, self.outputs)
        for number, row in enumerate(plan.rows):
            asked, raw = plan.arm_in(row, arm), text(row.id)
            run = make_run(
                scenario=row.scenario.id, raw=raw, key=f"{repeat}{arm}{number:06d}".ljust(64, "0"), prompt=asked.prompt
            )
            clip = run.clip.model_copy(update={"sha256": hashes[row.scenario.id]})
            settings = asked.settings.model_copy(update={"repeat": repeat})
            self.store.save(run.model_copy(update={"clip": clip, "model": asked.spec, "settings": settings}), IMAGES)
        return fill(plan, self.store.rows(), hashes)


def test_letters_are_scored_beside_what_needs_no_model(answer: Answer) -> None:
    plan = answer.take("reason1_benchmark_qa_pairs.json")
    said = {"a1#1.1": "Answer: A", "a1#1.2": "A car brakes.", "a2.camera_front_wide_120fov#2": "<think>A?</think>B"}
    matrix = answer.say(plan, lambda item: said[item])
    facts = all_facts(matrix, FactBook(answer.store))
    first, second = scores(matrix, facts)
    assert (first.questions, first.answers, first.unreadable, first.accuracy.value) == (3, 3, 1, pytest.approx(2 / 3))
    assert first.accuracy.low is not None and first.accuracy.scenarios == 2, "over videos"
    assert (first.per_video.value, first.spread) == (pytest.approx(0.75), pytest.approx(0.3536, abs=1e-4))
    assert (first.baseline.letter, first.baseline.majority) == ("B", pytest.approx(2 / 3))
    assert first.baseline.by_lot == pytest.approx(0.5)
    assert (second.answers, second.accuracy.value) == (0, None), "the other model was not asked"
    texts = [cell_text(cells[0], facts).split(" · ")[0] for cells in matrix.cells.values()]
    assert texts == ["✓ A", "? unreadable", "✓ B"]
    assert [matrix.done, matrix.to_do] == [3, 3]
    told = as_json(matrix, FactBook(answer.store))
    assert told["scores"][0]["baselines"]["random"] == pytest.approx(0.5)
    assert told["cells"][0]["answers"][0]["stated"] == {"letter": "A", "verdict": "right"}
    assert told["cells"][0]["truth"]["options"] == {"A": "Brake", "B": "Keep speed"}
    assert "letter_verdict" in as_csv(matrix, facts).splitlines()[0]


def test_repeats_have_a_result_file_each_and_agree_on_letters(answer: Answer) -> None:
    """Only the first repeat came out, and its letters were said to agree on objects, risk and events."""
    plan = answer.take("reason1_benchmark_qa_pairs.json", repeats=2, settings={"temperature": 0.7})
    answer.say(plan, lambda item: "A")
    matrix = answer.say(plan, lambda item: "A" if item == "a1#1.1" else "B", repeat=1)
    written = write_results(matrix, answer.store, answer.folder / "results")
    letters = [[json.loads(line)["letter"] for line in path.read_text().splitlines()] for path, _ in written]
    assert letters == [["A", "A", "A"], ["A", "B", "B"]]
    assert [path.stem[-9:] for path, _ in written] == ["_repeat_0", "_repeat_1"]
    own = stability(matrix, all_facts(matrix, FactBook(answer.store)))[0]
    assert (own.scenarios, own.agree["letter"].value) == (3, pytest.approx(1 / 4)), "the mean over two clips"
    assert own.agree["risk"].value is None


def test_two_arms_of_a_set_pair_question_by_question(answer: Answer, tmp_path: Path) -> None:
    """Each question has a prompt of its own, so that runs alone made no pair of two arms."""
    (tmp_path / "short.yaml").write_text("user_prompt: 'Be short. {question}'\n")
    plan = answer.take("reason1_benchmark_qa_pairs.json", prompts=[str(tmp_path / "short.yaml")])
    answer.say(plan, lambda item: "A")
    matrix = answer.say(plan, lambda item: "B", arm=1)
    one, two = (arm.arm.id for arm in plan.arms)
    rows = answer.store.rows()
    assert of_arms(rows, one, two) is None
    found = arm_pairs(matrix, rows, one, two)
    assert found is not None
    assert [(pair.scenario, pair.a.model, pair.b.model) for pair in found.pairs] == [
        (row.scenario.id, *MODELS) for row in plan.rows
    ]
    assert len(found.once()) == 3, "two questions about one clip are two pairs"
    assert {pair.a.prompt_version for pair in found.pairs} == {pair.b.prompt_version for pair in found.pairs}
    assert arm_pairs(matrix, rows, one, one) is None and arm_pairs(matrix, rows, one, "nobody") is None


def test_an_option_that_stays_under_a_control_is_habit(answer: Answer) -> None:
    plan = answer.take("reason1_benchmark_qa_pairs.json", conditions=["clip", "blank"])
    answer.say(plan, lambda item: "A")
    matrix = answer.say(plan, lambda item: "A" if item == "a1#1.1" else "B", arm=1)
    first, *_ = controls(matrix, all_facts(matrix, FactBook(answer.store)))
    assert [(each.claim, each.kept) for each in first.claims] == [
        ("option: A", True), ("option: A", False), ("option: A", False),
    ]  # fmt: skip
    assert first.habit.value == pytest.approx(1 / 4) and first.habit.scenarios == 2


def test_categories_have_scores_of_their_own(answer: Answer) -> None:
    matrix = answer.say(answer.take("pai_bench.jsonl"), lambda item: "A")
    found = [own for own in scores(matrix, all_facts(matrix, FactBook(answer.store))) if own.arm == 0]
    assert [(own.category, own.subcategory, own.accuracy.value) for own in found] == [
        ("", "", 0.5),
        ("Motion", "", 1.0),
        ("Motion", "ego", 1.0),
        ("Objects", "", 0.0),
        ("Objects", "colour", 0.0),
    ]


def results_of(answer: Answer, name: str, text: Callable[[str], str]) -> Path:
    matrix = answer.say(answer.take(name), text)
    ((path, _),) = write_results(matrix, answer.store, answer.folder / "results")
    return path


def test_lingoqa_comes_out_as_its_predictions(answer: Answer) -> None:
    path = results_of(answer, "lingoqa.csv", lambda item: 'A "square"\nmoves, =fast')
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["question_id", "segment_id", "answer"],
        ["q1", "s1", 'A "square" moves, =fast'],
        ["q2", "s1", 'A "square" moves, =fast'],
    ]


def test_vantage_comes_out_as_its_lines(answer: Answer) -> None:
    said = {"C01_clip01#2": "Answer: B", "C01_clip01#3": "I can not tell"}
    path = results_of(answer, "video_qa.tsv", lambda item: said[item])
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert lines[0] == {
        "id": "C01_clip01__q_000042",
        "task": "video_qa",
        "conversations": [{"from": "assistant", "value": "B"}],
        "metadata": {"model": lines[0]["metadata"]["model"], "box_coord_order": "xyxy", "extra": {}},
    }
    assert lines[1]["conversations"][0]["value"] == "I can not tell", "no letter is made up"


def test_wts_comes_out_as_one_letter_an_id(answer: Answer) -> None:
    path = results_of(answer, "wts_questions.json", lambda item: "(b)" if item.startswith("a") else "?")
    assert json.loads(path.read_text()) == [{"id": "u1", "correct": "b"}]


def test_llava_comes_out_as_the_cookbooks_results(answer: Answer) -> None:
    path = results_of(answer, "llava.json", lambda item: "<think>It waits.</think>B: waits")
    first, second, _ = json.loads(path.read_text())
    assert first == {
        "datasource": "llava",
        "video_id": "7",
        "prompt": "What does the rider do?\nA: turns\nB: waits\nAnswer with the option's letter.",
        "correct_answer": "B",
        "reasoning": "It waits.",
        "answer": "B",
        "full_response": "<think>It waits.</think>B: waits",
        "is_correct": True,
    }
    assert second["is_correct"] is None, "shown beside its reference, not scored"


def test_other_formats_come_out_as_our_lines(answer: Answer) -> None:
    path = results_of(answer, "sutd.jsonl", lambda item: "C")
    first, second = (json.loads(line) for line in path.read_text().splitlines())
    assert (first["row"], first["letter"], first["right"], first["is_right"]) == (2, "C", ["C"], True)
    assert (second["letter"], second["is_right"]) == (None, False)
    assert second["why_unreadable"] == "it names C, which is no option"
    assert answer.store.find(first["run"])


def test_a_prompt_may_stand_round_the_question(answer: Answer, tmp_path: Path) -> None:
    prompt = tmp_path / "careful.yaml"
    prompt.write_text("system_prompt: Look twice.\nuser_prompt: 'Look. {question}'\n")
    plan = answer.take("wts_questions.json", prompts=[str(prompt)])
    asked = plan.arm_in(plan.rows[0], 0)
    assert asked.prompt.system_prompt == "Look twice."
    assert asked.prompt.user_prompt.startswith("Look. Where does the walker look?\nA: left")
    assert (asked.settings.start, asked.settings.end) == (0.2, 1.0)
    prompt.write_text("user_prompt: What happens?\n")
    with pytest.raises(Exception, match="where an imported question stands"):
        answer.take("wts_questions.json", prompts=[str(prompt)])


@pytest.mark.parametrize("name", CLIPS)
def test_every_format_goes_in_is_asked_and_comes_out(
    name: str, tmp_path: Path, tiny_flags: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole way with models that know nothing, on a few frames and words."""
    outputs = tmp_path / "outputs"
    assert main(["import", str(lay_out(name, tmp_path)), "--outputs", str(outputs), "--json"]) == 0
    (taken,) = json.loads(capsys.readouterr().out)
    study = tmp_path / "study.yaml"
    prompts = "prompts: [driving]" if taken["format"] == "labels" else ""
    study.write_text(
        f"questions: {taken['name']}\nmodels: {json.dumps(tiny_flags[1:])}\n{prompts}\n"
        "settings: {fps: 2, max_frames: 2, max_new_tokens: 4, max_video_tokens: 200}\n"
    )
    words = ["study", str(study), "--outputs", str(outputs), "--json"]
    assert main([*words, "--run", "--results", str(tmp_path / "results")]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["done"], told["to_do"]) == (2 * taken["items"], 0)
    assert bool(told["scores"]) == bool(taken["scored"])
    assert len(list((tmp_path / "results").iterdir())) == 2
    assert main([*words, "--run"]) == 0, "and again: nothing is left to do"
    assert json.loads(capsys.readouterr().out)["done"] == told["done"]


def test_a_batch_asks_the_questions_of_a_set_and_a_study_finds_its_answers(
    tmp_path: Path, tiny_flags: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = str(tmp_path / "outputs")
    assert main(["import", str(lay_out("wts_questions.json", tmp_path)), "--outputs", outputs]) == 0
    few = ["--fps", "2", "--max-frames", "2", "--max-tokens", "4"]
    batch = ["batch", "--questions", "wts_questions", *tiny_flags, *few, "--outputs", outputs, "--json"]
    capsys.readouterr()
    assert main(batch) == 0
    runs = json.loads(capsys.readouterr().out)
    assert [(run["clip"]["scenario"], run["settings"]["start"]) for run in runs] == [("a", 0.2)] * 2 + [("b", 0.2)] * 2
    assert runs[0]["prompt"]["user_prompt"].startswith("Where does the walker look?\nA: left")
    settings = {"fps": 2, "max_frames": 2, "max_new_tokens": 4}
    study = Study.model_validate({"questions": "wts_questions", "models": tiny_flags[1:], "settings": settings})
    plan = resolve(study, tmp_path, Path(outputs))
    matrix = fill(plan, Store(Path(outputs)).rows(), clip_hashes(plan.scenarios, Path(outputs)))
    assert (matrix.done, matrix.to_do) == (4, 0)
    assert main([*batch[:3], "--prompt", "risk", *batch[3:]]) == 2
    assert "has no {question}" in capsys.readouterr().err
