"""Rows as real files have them: numbers with gaps, options in other shapes, rows that hold nothing. No row vanishes, no
question is lost without a reason of its own, and what could mean two things is left out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cosmos_compare.cli import main
from cosmos_compare.errors import CompareError
from cosmos_compare.imports.fields import RowError
from cosmos_compare.imports.item import RowLeftOut
from cosmos_compare.imports.options import options_of, right_of
from cosmos_compare.imports.sets import ItemSet
from cosmos_compare.imports.source import ImportWishes
from cosmos_compare.imports.take import REASONS, reasons, take_in

Take = Callable[[str, Any], list[ItemSet]]


@pytest.fixture
def take(tmp_path: Path) -> Take:
    """Takes in a file of this name and content; `a.mp4` and `b.mp4` lie beside it, which nobody decodes here."""
    for name in ("a.mp4", "b.mp4"):
        (tmp_path / name).write_bytes(b"clip")

    def take(name: str, content: Any) -> list[ItemSet]:
        text = content if isinstance(content, str) else json.dumps(content)
        (tmp_path / name).write_text(text, encoding="utf-8")
        return take_in(tmp_path / name, tmp_path / "outputs", ImportWishes())

    return take


ASKED = {"question": "What?", "index2ans": {"A": "Brake", "B": "Keep speed"}}


def test_each_question_that_is_lost_has_a_reason_of_its_own(take: Take) -> None:
    """They were one reason of one row, cut at 200 characters: seven questions were counted as one."""
    answers = ["A", "b", "C", None, "", ["A"], "A,B", True]
    pairs = [{**ASKED, "question": f"What {n}?", "correct_answer": own} for n, own in enumerate(answers)]
    (own,) = take("reason1.json", [{"video": "a.mp4", "qa_pairs": pairs}])
    assert (own.facts.read, len(own.items), sum(own.facts.reasons.values())) == (1, 2, 6)
    assert own.facts.reasons["question N: the right answer … is no option"] == 2
    assert own.facts.left_out[1] == (1, "question 4: the right answer is missing")


def test_a_row_without_questions_does_not_vanish(take: Take) -> None:
    asked = {"accident reason": {"question": "Why?", "options": "A. speed, B. rain", "GT": "A"}}
    (own,) = take("vru.json", {"a.mp4": asked, "b.mp4": {}})
    assert own.facts.left_out == ((2, "it holds no question"),)


def test_a_row_that_has_no_id_can_have_no_result(take: Take) -> None:
    phase = {"conversations": [{"question": "Where?", "a": "left", "b": "right", "correct": "b"}]}
    rows = [{"id": own, "videos": ["a.mp4"], "event_phase": [phase]} for own in ("u1", None)]
    (own,) = take("wts.json", rows)
    assert [item.keys["id"] for item in own.items] == ["u1"]
    assert own.facts.left_out == ((2, "question 1: id is missing"),)


def test_reasons_are_counted_to_the_last() -> None:
    words = [chr(ord("a") + n % 26) * (n // 26 + 1) for n in range(REASONS + 20)]
    counts = reasons([RowLeftOut(n, f"{word} can't be read") for n, word in enumerate(words)])
    assert sum(counts.values()) == REASONS + 20 and counts["other reasons"] == 20


def test_columns_with_gaps_make_floats_of_whole_numbers_and_nan_of_nothing(take: Take, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {
        "video_path": ["a.mp4"] * 4,
        "question": [f"What {n}?" for n in range(4)],
        "index2ans": [["Brake", "Wait"]] * 4,
        "answer": [0.0, 1.0, float("nan"), 2.0],
        "category": [3.0, float("nan"), 1.0, 1.0],
    }
    pq.write_table(pa.table(columns), tmp_path / "gaps.parquet")
    (own,) = take_in(tmp_path / "gaps.parquet", tmp_path / "outputs", ImportWishes())
    assert [(item.right, item.category) for item in own.items] == [(("A",), "3"), (("B",), "")]
    assert own.facts.left_out == (
        (3, "the right answer is missing"),
        (4, "the right answer 2 is the place of no option"),
    )
    row = '{"video_path": "a.mp4", "question": "What?", "index2ans": {"A": "Yes", "B": "No", "C": NaN}, "answer": "A"}'
    (same,) = take("nan.jsonl", row)
    assert same.items[0].options == {"A": "Yes", "B": "No"}


def test_a_number_that_may_be_a_place_or_words_is_not_guessed() -> None:
    options = options_of({"A": "1", "B": "2", "C": 3})
    assert right_of("2", options) == ("B",), "text names the words"
    for number, why in ((1, "may be a place or an option's words"), (7, "is the place of no option")):
        with pytest.raises(RowError, match=why):
            right_of(number, options)
    assert right_of(1, options_of(["one", "two"])) == ("B",)
    assert right_of(1, options_of(["0", "1", "2"])) == ("B",), "both say the same"


def test_places_are_places_where_the_format_says_so(take: Take) -> None:
    head = ["record_id", "vid_filename", "q_body", "q_type", "option0", "option1", "option2", "answer"]
    rows = [[n, "a.mp4", f"How many {n}?", "U", "2", "1", "0", answer] for n, answer in enumerate((1, "2", 0.0, -1))]
    (own,) = take("sutd.jsonl", "\n".join(map(json.dumps, [head, *rows])))
    assert [item.right for item in own.items] == [("B",), ("C",), ("A",)]
    assert own.facts.left_out == ((5, "the right answer -1 is the place of no option"),)


def talk(question: str, answer: str, video: str = "a.mp4", name: str = "7") -> dict[str, Any]:
    turns = [{"from": "human", "value": f"<video>\n{question}"}, {"from": "gpt", "value": answer}]
    return {"id": name, "video": video, "conversations": turns}


def test_options_may_stand_under_bullets_or_in_a_line_where_the_answer_is_a_letter(take: Take) -> None:
    asked = ["What?\n- A: turns\n- B: waits", "What? (A) turns (B) waits", "What? A: turns B: waits"]
    (own,) = take("llava.json", [talk(question, "b") for question in asked])
    assert [(item.options, item.right) for item in own.items] == [({"A": "turns", "B": "waits"}, ("B",))] * 3
    (free,) = take("free.json", [talk("What? (A) turns (B) waits", "It waits.")])
    assert not free.items[0].scored and free.items[0].references == ("It waits.",)


def test_two_answers_to_one_question_are_not_both_right(take: Take) -> None:
    asked = "What?\nA: turns\nB: waits"
    (own,) = take("llava.jsonl", "\n".join(json.dumps(talk(asked, answer)) for answer in "AAB"))
    assert [item.right for item in own.items] == [("A",)]
    assert [why for _, why in own.facts.left_out] == [
        "the same as row 1",
        "another answer to the question of row 1",
    ]


def test_a_file_of_lines_may_have_one_line(take: Take, tmp_path: Path) -> None:
    """It was read as one object with three rows, so that all of a config's sets behind it were lost."""
    (tmp_path / "one.jsonl").write_text(json.dumps(talk("Describe.", "A car.")), encoding="utf-8")
    (tmp_path / "two.json").write_text(json.dumps(talk("Describe.", "A bus.", "b.mp4")), encoding="utf-8")
    config = (
        "datasets:\n  a b: {annotation_path: one.jsonl}\n  a_b: {annotation_path: two.json}\n"
        "evaluation: {answer_type: freeform}\n"
    )
    sets = take("config.yaml", config)
    assert [own.facts.name for own in sets] == ["config-a_b", "config-a_b-2"]
    assert [own.items[0].references for own in sets] == [("A car.",), ("A bus.",)]


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("vision: {fps: 0}", "vision.fps: 0 should be greater than 0"),
        ("vision: {nframes: 1}", "vision.nframes: 1 should be greater than or equal to 2"),
        ("generation: {max_tokens: 1.5}", "generation.max_tokens: 1.5 should be a valid integer"),
        ("generation: {temperature: 9}", "generation.temperature: 9"),
    ],
)
def test_a_config_that_asks_for_what_can_not_be_is_told_so(
    take: Take, tmp_path: Path, part: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The set was written, then the study of it failed with a stack trace."""
    (tmp_path / "rows.json").write_text(json.dumps([talk("Describe.", "A car.")]), encoding="utf-8")
    config = tmp_path / "config.yaml"
    config.write_text(
        f"datasets: {{x: {{annotation_path: rows.json}}}}\nevaluation: {{answer_type: freeform}}\n{part}\n"
    )
    assert main(["import", str(config), "--outputs", str(tmp_path / "outputs")]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "outputs" / "imports").exists()
    with pytest.raises(CompareError, match="datasets is empty"):
        take("none.yaml", "datasets: {}\n")
