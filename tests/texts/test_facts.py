"""Facts of sentences in English and French: what is there, what is not, what may be, how risky, what to do."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from conftest import ROOT

from cosmos_compare.errors import CompareError
from cosmos_compare.texts.answers import read_answer
from cosmos_compare.texts.facts import Facts, facts_of, facts_of_text

COLUMNS = ("present", "absent", "hedged", "risk", "actions")


def rows(path: Path) -> list[dict[str, str]]:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


SENTENCES = rows(ROOT / "tests" / "data" / "sentences.tsv")


def told(facts: Facts) -> dict[str, str]:
    """Facts as the table writes them."""
    return {
        **{name: ", ".join(facts.objects(name)) for name in ("present", "absent", "hedged")},
        "risk": facts.risk.text if facts.risk else "",
        "actions": ", ".join(action.action for action in facts.actions),
    }


def test_the_table_is_large_enough() -> None:
    assert len({row["text"] for row in SENTENCES}) == len(SENTENCES) >= 400


@pytest.mark.parametrize("row", SENTENCES, ids=[row["text"] for row in SENTENCES])
def test_facts_of_a_sentence(row: dict[str, str]) -> None:
    assert told(facts_of(read_answer(row["text"]))) == {name: row[name] or "" for name in COLUMNS}


def test_a_yes_or_no_answers_the_question_before_it() -> None:
    assert facts_of_text("Is there a bus? No. Is there a van? Yes. Un vélo ? Non.").standing == {
        "bus": "absent",
        "van": "present",
        "cyclist": "absent",
    }
    assert facts_of_text("Is there a bus? No doubt.").standing == {"bus": "hedged"}


def test_each_fact_names_the_words_it_was_read_from() -> None:
    raw = 'Now.</think>Two **pedestrians** cross, no cyclist. {"next_action": "yield", "risk_level": "LOW to medium"}'
    facts = facts_of(read_answer(raw))
    walkers, cyclist = facts.mentions
    assert (walkers.words, walkers.span.of(raw), walkers.number) == ("pedestrians", "pedestrians", 2)
    assert (cyclist.standing, cyclist.by, cyclist.sentence.of(raw)) == (
        "absent",
        "no",
        "Two **pedestrians** cross, no cyclist.",
    )
    assert facts.risk is not None and facts.risk.span.of(raw) == "LOW to medium"
    assert [(action.action, action.span.of(raw)) for action in facts.actions] == [("yield", "yield")]


def test_counts_are_read_from_words_figures_and_lists() -> None:
    assert facts_of_text("Two cars, then 3 cars and a truck.").count("car") == 3
    assert facts_of_text("Trois piétons traversent.").count("pedestrian") == 3
    assert facts_of(read_answer('{"objects": {"car": 4}}')).count("car") == 4


def test_what_is_said_anywhere_to_be_there_is_there() -> None:
    facts = facts_of_text("At first there is no pedestrian. At 3 s a pedestrian steps out. A cyclist may follow.")
    assert facts.standing == {"pedestrian": "present", "cyclist": "hedged"}


def test_your_own_words_are_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "lexicon.yaml"
    monkeypatch.setenv("COSMOS_COMPARE_LEXICON", str(own))
    assert told(facts_of_text("A tuk-tuk and a segway are ahead. The peril is high."))["present"] == ""
    own.write_text(
        "objects:\n"
        "  rickshaw: {is: [vehicle], en: [tuk-tuk], fr: [pousse-pousse]}\n"
        "  e-scooter: {en: [segway]}\n"
        "risk:\n  anchors: {en: [peril]}\n",
        encoding="utf-8",
    )
    facts = facts_of_text("A tuk-tuk and a segway are ahead, no kick scooter. The peril is high.")
    assert facts.objects() == ["rickshaw", "e-scooter"]
    assert facts.risk is not None and facts.risk.text == "high"
    own.write_text("objects:\n  rickshaw: tuk-tuk\n", encoding="utf-8")
    with pytest.raises(CompareError, match="rickshaw"):
        facts_of_text("anything")
    own.write_text("risky: {en: [peril]}\n", encoding="utf-8")
    with pytest.raises(CompareError, match="'risky' is not known"):
        facts_of_text("anything")


@pytest.mark.timeout(60)  # a pattern that goes back over the text would take hours
def test_long_answers_are_read() -> None:
    text = " ".join(row["text"] for row in SENTENCES)
    assert facts_of(read_answer((text * 2)[:20_000])).objects()
