"""Versions of prompts: files and edits are one list, an edit knows where it came from, two are told apart in marks."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest
from runs_support import IMAGES, make_run

from cosmos_compare.prompts import find_prompts, load_prompt, save_prompt
from cosmos_compare.records.schema import Prompt
from cosmos_compare.runs.store import Store
from cosmos_compare.studies.prompt_versions import (
    SOON,
    Version,
    answered_both,
    difference,
    listed_name,
    note_version,
    versions,
)

EDIT = Prompt(name="driving", system_prompt="You watch.", user_prompt="Who is there? Say it in one line.")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Answers to the file `driving` and to an edit of it, of two models, on two scenarios, one twice."""
    monkeypatch.setenv("COSMOS_COMPARE_HOME", str(tmp_path))
    store = Store(tmp_path / "outputs")
    driving = load_prompt(Path("driving"))
    asked = [
        ("one", "a", driving, "A car."),
        ("one", "a", EDIT, "A car."),
        ("two", "a", driving, "A bus."),
        ("two", "a", EDIT, "Nothing."),
        ("two", "a", EDIT, "A bus waits."),
        ("two", "b", EDIT, "A bus."),
    ]
    for number, (scenario, model, prompt, raw) in enumerate(asked):
        run = make_run(scenario=scenario, model=model, prompt=prompt, raw=raw, key=f"{number:08d}" + "a" * 56)
        store.save(run, IMAGES)
    return store


def listed(store: Store) -> dict[str, Version]:
    return {each.prompt.version: each for each in versions(store.rows(), store, store.outputs)}


def test_files_and_edits_are_one_list_and_an_edit_comes_from_its_file(store: Store) -> None:
    found = listed(store)
    driving = load_prompt(Path("driving")).version
    assert (found[driving].runs, found[EDIT.version].runs) == (2, 4)
    assert found[driving].file is not None and found[EDIT.version].file is None
    assert found[EDIT.version].prompt == EDIT
    assert (found[driving].parent, found[EDIT.version].parent) == ("", driving)
    never_run = [each for each in found.values() if not each.runs]
    assert {each.prompt.name for each in never_run} == {path.stem for path in find_prompts()} - {"driving"}


def test_notes_and_parents_are_kept_beside_and_what_a_person_says_counts(store: Store) -> None:
    note_version(store.outputs, EDIT.version, note="shorter")
    note_version(store.outputs, EDIT.version, parent="")
    assert (listed(store)[EDIT.version].note, listed(store)[EDIT.version].parent) == ("shorter", "")


def test_an_edit_becomes_a_file_that_a_study_can_name(store: Store) -> None:
    """Its runs stay its runs: a version is its text."""
    name = listed_name(listed(store)[EDIT.version])
    assert name == f"driving_{EDIT.version[:6]}"
    assert load_prompt(Path(name)).version == EDIT.version
    again = listed(store)[EDIT.version]
    assert (listed_name(again), again.runs) == (name, 4)


@pytest.mark.parametrize("name", ["../evil", "ünï cödé", "…", "x" * 90])
def test_whatever_a_prompt_is_called_its_file_has_a_plain_name(store: Store, tmp_path: Path, name: str) -> None:
    version = Version(Prompt(name=name, user_prompt="Who?"), 1, "", "", None)
    path = tmp_path / "prompts" / f"{listed_name(version)}.yaml"
    assert path.is_file() and path.resolve().parent == (tmp_path / "prompts").resolve()


def test_answers_to_both_are_those_of_one_model_about_one_clip_changed_ones_first(store: Store) -> None:
    driving = load_prompt(Path("driving")).version
    both = answered_both(store.rows(), driving, EDIT.version)
    assert [(old.scenario, old.model, new.model) for old, new in both] == [("two", "a", "a"), ("one", "a", "a")]
    assert store.load(both[0][1]).answer.raw == "A bus waits.", "the newest answer counts"
    assert answered_both(store.rows(), driving, "gone") == []


@pytest.mark.parametrize(
    ("old", "new"),
    [("a b c", "a x c"), ("", "new"), ("old", ""), ("same", "same"), ("  two\n\nlines ", "two lines"), ("a", "b")],
)
def test_a_difference_gives_both_texts_back(old: str, new: str) -> None:
    pieces = difference(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "new") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "old") == new
    assert (old == new) == all(piece.kind == "both" for piece in pieces)


@pytest.mark.parametrize("end", [" ", "\n"])
def test_texts_that_say_the_same_again_and_again_are_compared_at_once(
    end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Word by word such an answer held the page for minutes."""
    old = end.join(f"word{n % 7}" for n in range(4 * SOON))
    new = old.replace("word5", "word_five", 1)
    compared: list[int] = []

    class Counting(difflib.SequenceMatcher[str]):
        def __init__(self, junk: None, one: list[str], two: list[str], autojunk: bool) -> None:
            compared.append(max(len(one), len(two)))
            super().__init__(junk, one, two, autojunk)

    monkeypatch.setattr(difflib, "SequenceMatcher", Counting)
    pieces = difference(old, new)
    assert compared == [1], "as wholes: the time grows with the square of the pieces"
    assert "".join(piece.text for piece in pieces if piece.kind != "old") == new


def test_a_saved_prompt_has_the_version_of_its_text(tmp_path: Path) -> None:
    texts = "Two lines,\n  one with spaces at its end  \n\nand: a colon, a # and a 'quote'"
    path = save_prompt(tmp_path, "odd", "", texts)
    assert load_prompt(path).version == Prompt(name="odd", user_prompt=texts).version
