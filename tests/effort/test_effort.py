"""What integrating a model costs: measured from its runs, told by people, and never guessed."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest
from runs_support import IMAGES, make_run

from cosmos_compare.effort.book import NAME, STEPS, Download, Said, note_download, read_book, say
from cosmos_compare.effort.measured import effort_of
from cosmos_compare.effort.readable import unreadable
from cosmos_compare.errors import CompareError
from cosmos_compare.records.schema import Prompt, Run
from cosmos_compare.runs.store import Store

HOSTILE = "easy: *anchor\n- {}\u2028 \"x\" 'y' # no <script>"


def saved(store: Store, number: int, finish: str = "stop", raw: str = "A car brakes.", **answer: object) -> Run:
    run = make_run(key=f"{number:064x}", created=f"20261122T1245{number:02}Z", raw=raw, finish=finish)  # type: ignore[arg-type]
    return store.save(run.model_copy(update={"answer": run.answer.model_copy(update=answer)}), IMAGES)


def measured(store: Store, step: str) -> str:
    return "; ".join(next(row.measured for row in effort_of(store, store.rows(), ["model-a"]) if row.step == step))


def test_what_is_measured_is_the_median_of_the_runs(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for number, seconds in enumerate((0.2, 0.3, 9.0)):
        saved(store, number, load_s=4.0, decode_s=seconds, preprocess_s=seconds / 2, peak_memory_bytes=2_000_000_000)
    saved(store, 4, decode_s=0.0, preprocess_s=0.0, reused="prefix")  # spared the work, so it measures nothing
    saved(store, 5, "error")
    assert measured(store, "loading") == "loaded in 4.00 s; at most 2.0 GB of GPU memory"
    assert measured(store, "preprocessing") == "decoding 0.30 s a clip; preprocessing 0.15 s a clip"
    assert measured(store, "storing").endswith("a run; 1 of 5 runs failed")
    assert "answered on cpu; torch 2.13.0" in measured(store, "environment")


def test_what_nobody_measured_says_so(tmp_path: Path) -> None:
    store = Store(tmp_path)
    saved(store, 1)
    assert measured(store, "loading") == "time of loading not measured; GPU memory not measured"
    assert measured(store, "preprocessing") == "decoding not measured; preprocessing not measured"
    assert "time of the download not measured" in measured(store, "weights")
    assert [row.measured for row in effort_of(store, [], ["nobody"])] == [()] * len(STEPS)


@pytest.mark.parametrize(
    ("raw", "question", "why"),
    [
        ("A car brakes.", "What happens?", ""),
        ('{"risk": "low"}', "Answer in JSON.", ""),
        ("A car brakes.", "Answer in JSON.", "json"),
        ("```json\nrisk, low\n```", "What happens?", "json"),
        ("<think>Hm.</think>", "What happens?", "empty"),
        ("  ", "What happens?", "empty"),
        ("The car stops. " * 60, "What happens?", "loop"),
    ],
)
def test_which_answers_can_not_be_read(raw: str, question: str, why: str) -> None:
    assert unreadable(make_run(raw=raw, prompt=Prompt(name="p", user_prompt=question))) == why


def test_an_answer_that_was_cut_is_counted(tmp_path: Path) -> None:
    store = Store(tmp_path)
    saved(store, 1, "length", raw="A car")
    saved(store, 2)
    assert measured(store, "parsing") == "1 of 2 answers could not be read"


def test_what_people_say_is_kept_and_read_back(tmp_path: Path) -> None:
    say(tmp_path, "reason1", {"weights": Said(grade="high", comment=HOSTILE)})
    say(tmp_path, "reason2", {"loading": Said(grade="low")})
    book = say(tmp_path, "reason1", {"storing": Said(comment="none")})
    note_download(tmp_path, "reason1", Download(bytes=10, seconds=2.5))
    assert read_book(tmp_path).of("reason1", "weights") == Said(grade="high", comment=HOSTILE)
    assert read_book(tmp_path).said == book.said
    assert read_book(tmp_path).downloads["reason1"].seconds == 2.5
    say(tmp_path, "reason1", {"weights": Said(), "storing": Said()})  # taken back
    assert list(read_book(tmp_path).said) == ["reason2"]


def test_a_damaged_book_is_named_and_not_written_over(tmp_path: Path) -> None:
    for text in ("said: {reason1: {weights: {grade: enormous}}}", "[1]", "said: 3", "&a [*a]"):
        (tmp_path / NAME).write_text(text)
        for act in (lambda: read_book(tmp_path), lambda: say(tmp_path, "x", {"weights": Said(grade="low")})):
            with pytest.raises(CompareError, match=NAME):
                act()
        assert (tmp_path / NAME).read_text() == text


def _say_often(outputs: Path, model: str) -> None:
    for number in range(15):
        say(outputs, model, {"weights": Said(comment=str(number))})


def test_two_processes_lose_nothing_of_each_other(tmp_path: Path) -> None:
    processes = [multiprocessing.Process(target=_say_often, args=(tmp_path, name)) for name in ("a", "b")]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert {name: book["weights"].comment for name, book in read_book(tmp_path).said.items()} == {"a": "14", "b": "14"}


def test_a_model_that_only_failed_has_its_failures_counted(tmp_path: Path) -> None:
    store = Store(tmp_path)
    saved(store, 1, "error")
    assert measured(store, "storing") == "1 of 1 run failed"
    assert measured(store, "parsing") == "" == measured(store, "weights")
