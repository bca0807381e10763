"""Study files: what a person may write, and what is said of what can't be meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from cosmos_compare.errors import CompareError
from cosmos_compare.records.schema import Settings
from cosmos_compare.studies.study import Study, load_study, study_text


def study_in(folder: Path, text: str) -> Study:
    path = folder / "study.yaml"
    path.write_text(text, encoding="utf-8")
    return load_study(path)


def test_lists_make_a_product_and_one_is_a_list_of_one(tmp_path: Path) -> None:
    study = study_in(
        tmp_path,
        "scenarios: clips\nmodels: [a, b]\nprompts: driving\nreasoning: [false, true]\nconditions: [clip, blank]\n"
        "settings: {temperature: 0.7}\n",
    )
    entries = study.entries()
    assert len(entries) == 2 * 1 * 2 * 2
    assert entries[0].condition == "clip" and entries[1].condition == "blank"
    assert all(entry.settings == Settings(temperature=0.7) for entry in entries)


def test_arms_can_be_written_out_beside_the_lists_and_stand_once(tmp_path: Path) -> None:
    study = study_in(
        tmp_path,
        "scenarios: [one.mp4]\nmodels: a\nprompts: driving\n"
        "arms: [{model: a, prompt: driving}, {model: b, prompt: risk, condition: frozen}]\n",
    )
    assert [(entry.model, entry.condition) for entry in study.entries()] == [("a", "clip"), ("b", "frozen")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("models: [a]\nprompts: [p]\n", "name scenarios or questions"),
        ("scenarios: x\nmodels: [a]\n", "models and prompts belong together"),
        ("scenarios: x\n", "name models and prompts, or write out arms"),
        ("scenarios: x\nmodels: [a]\nprompts: [p]\nrepeats: 0\n", "repeats"),
        ("scenarios: x\nmodels: [a]\nprompts: [p]\nconditions: [upside_down]\n", "conditions"),
        ("scenarios: x\nmodels: [a]\nprompts: [p]\nsettings: {condition: blank}\n", "don't stand in settings"),
        ("scenarios: x\nmodels: [a]\nprompts: [p]\nresults: []\n", "results: is no field of it"),
        ("scenarios: x\nmodels: [a]\nprompts: [p]\nsettings: {fps: fast}\n", "settings.0.fps"),
        ("scenarios: x\nmodels: [a]\nprompts: [p]\nconditions: []\n", "conditions is empty"),
        ("scenarios: x\nmodels: [a]\nprompts: [p]\nreasoning: []\n", "reasoning is empty"),
        ("scenarios: x\nmodels: [a]\nprompts: [p]\nsettings: []\n", "settings is empty"),
        ("scenarios: x\nmodels: 3\nprompts: [p]\n", "models: 3 should be a list"),
        ("scenarios: [null]\nmodels: [a]\nprompts: [p]\n", "scenarios: should be a folder, or a list"),
        ("scenarios: ['']\nmodels: [a]\nprompts: [p]\n", "a scenario has no name"),
        ("scenarios: x\nmodels: [a]\nprompts: ['']\n", "a prompt has no name"),
        ("scenarios: x\narms: [{model: a, prompt: ''}]\n", "a prompt has no name"),
        ("scenarios: x\nmodels: [a]\nprompts: [p]\nmodels: [b]\n", "the key 'models' stands twice, again in line 4"),
        ("scenarios: x\narms: [{model: a, prompt: p, model: b}]\n", "the key 'model' stands twice"),
        (f"scenarios: {'x' * 300}\nmodels: [a]\nprompts: [p]\n", "no path that a disk can hold"),
        (f"scenarios: x\nmodels: [a]\nprompts: [{'p' * 300}]\n", "no path that a disk can hold"),
        (f"scenarios: x\nmodels: [{'a, ' * 40}]\nprompts: [{'p, ' * 40}]\n", "1,600 arms; up to 1,000"),
    ],
)
def test_what_can_not_be_meant_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(CompareError, match=said):
        study_in(tmp_path, text)


def test_a_key_with_nothing_behind_it_is_at_its_default(tmp_path: Path) -> None:
    bare = "scenarios: x\nmodels: [a]\nprompts: [p]\n"
    study = study_in(tmp_path, f"{bare}conditions:\nsettings: ~\nrepeats:\nplanned:\nnotes:\narms:\nreasoning:\n")
    assert study == study_in(tmp_path, bare)
    one = study_in(tmp_path, "scenarios: x\narms: {model: a, prompt: p}\n")
    assert [entry.model for entry in one.entries()] == ["a"], "one arm is a list of one"


def test_a_study_is_written_as_it_is_read(tmp_path: Path) -> None:
    study = study_in(
        tmp_path,
        "scenarios: clips\nmodels: [a, b]\nprompts: [p]\nsettings: [{temperature: 0.7, fps: 2}]\nrepeats: 3\n"
        "planned: 20\nnotes: Why à la nuit?\n",
    )
    text = study_text(study)
    assert study_in(tmp_path, text) == study
    assert "arms" not in text and "à la nuit" in text
