"""Pairs to rate: which runs belong together, in which order, on which side."""

import pytest
from rating_samples import A, B, run_row

from cosmos_compare.errors import CompareError
from cosmos_compare.ratings.pairs import (
    find_pair,
    find_pairs,
    left_run,
    make_pair,
    model_pairs,
    pair_id,
    queue,
)
from cosmos_compare.runs.index import find_run

MODELS = ("reason1", "reason2")


def test_the_id_does_not_depend_on_the_order() -> None:
    assert pair_id(A, B) == pair_id(B, A) == f"{A}~{B}"


def test_only_like_runs_are_paired() -> None:
    rows = [
        run_row("1", "reason1"),
        run_row("2", "reason2"),
        run_row("3", "reason1", prompt_version="p2"),
        run_row("4", "reason2", prompt_version="p2", reasoning=True),
        run_row("5", "reason1", settings_key="s2"),
        run_row("6", "reason2", "scenario_02"),
        run_row("7", "other"),
    ]
    (pair,) = find_pairs(rows, MODELS)
    assert (pair.id, pair.scenario, pair.a.id, pair.b.id) == ("1~2", "scenario_01", "1", "2")


def test_the_latest_finished_run_of_each_is_taken() -> None:
    rows = [
        run_row("1", "reason1", created="2026-11-22T12:00:00Z"),
        run_row("2", "reason1", created="2026-11-22T12:05:00Z", finish="length"),
        run_row("3", "reason1", created="2026-11-22T12:10:00Z", finish="error"),
        run_row("4", "reason1", created="2026-11-22T12:11:00Z", finish="cancelled"),
        run_row("5", "reason2", created="2026-11-22T12:00:00Z"),
    ]
    assert [pair.id for pair in find_pairs(rows, MODELS)] == ["2~5"]
    assert [pair.id for pair in find_pairs(rows[::-1], MODELS)] == ["2~5"]


def test_the_first_named_model_is_a() -> None:
    rows = [run_row("1", "reason1"), run_row("2", "reason2")]
    assert find_pairs(rows, ("reason2", "reason1"))[0].a.model == "reason2"


def test_nothing_to_rate() -> None:
    assert find_pairs([], MODELS) == []
    assert find_pairs([run_row("1", "reason1")], MODELS) == []


def test_more_than_two_models() -> None:
    rows = [run_row(str(n), model) for n, model in enumerate(["reason1", "reason2", "demo"])]
    rows += [run_row("8", "reason1", "scenario_02"), run_row("9", "reason2", "scenario_02")]
    assert model_pairs(rows) == [("reason1", "reason2"), ("demo", "reason1"), ("demo", "reason2")]


def test_unrated_first_and_otherwise_in_order() -> None:
    rows = [run_row(f"{scenario}{model}", model, f"s{scenario}") for scenario in range(4) for model in MODELS]
    pairs = find_pairs(rows, MODELS)
    waiting = queue(pairs, {pairs[0].id, pairs[2].id, "another"})
    assert [pair.scenario for pair in waiting] == ["s1", "s3", "s0", "s2"]


def test_sides_are_stable_and_fair() -> None:
    rows = [run_row(f"{n:03d}-{model}", model, f"s{n:03d}") for n in range(400) for model in MODELS]
    pairs, swapped = find_pairs(rows, MODELS), find_pairs(rows, MODELS[::-1])
    left = [left_run("anna", pair) for pair in pairs]
    assert left == [left_run("anna", pair) for pair in swapped]
    assert 160 < sum(run.endswith("reason1") for run in left) < 240
    same = sum(one == left_run("bo", pair) for one, pair in zip(left, pairs, strict=True))
    assert 160 < same < 240  # another rater has another lot


def test_a_known_side() -> None:
    """Changing the lot would change the sides of ratings that people have begun."""
    pair = make_pair(run_row(A, "reason1"), run_row(B, "reason2"))
    assert [left_run(rater, pair) == A for rater in ("anna", "bo", "emil", "fay")] == [False, False, True, True]


def test_a_link_finds_older_runs_too() -> None:
    rows = [run_row("1", "reason1"), run_row("2", "reason2"), run_row("3", "reason2", created="2027-01-01T00:00:00Z")]
    assert find_pair(rows, "1~2").b.id == "2"
    assert find_pair(rows, "1~2", first="reason2").a.id == "2"


@pytest.mark.parametrize("link", ["", "1", "1~", "1~9", "1~2~3", "~"])
def test_a_link_that_leads_nowhere(link: str) -> None:
    with pytest.raises(CompareError, match="no pair"):
        find_pair([run_row("1", "reason1"), run_row("2", "reason2"), run_row("3", "reason2")], link)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"scenario": "scenario_02"}, "differ in scenario"),
        ({"prompt_version": "p2", "settings_key": "s2"}, "differ in prompt and settings"),
        ({"reasoning": True}, "differ in reasoning"),
        ({"finish": "error"}, "no whole answer"),
        ({"model": "reason1"}, "Both runs are by reason1"),
    ],
)
def test_runs_that_cannot_be_compared(changes: dict[str, object], why: str) -> None:
    other = run_row("2", "reason2")._replace(**changes)
    with pytest.raises(CompareError, match=why):
        make_pair(run_row("1", "reason1"), other)


def test_runs_by_the_beginning_of_their_id() -> None:
    rows = [run_row(run_id, "m") for run_id in ("abcd", "abc", "xyz")]
    assert find_run(rows, "x").id == "xyz"
    assert find_run(rows, "abc").id == "abc"  # a whole id is not a beginning
    with pytest.raises(CompareError, match="2 runs begin with 'ab'"):
        find_run(rows, "ab")
    with pytest.raises(CompareError, match="No run begins with"):
        find_run(rows, "q")


def test_answers_about_other_footage_of_the_same_name_are_no_pair() -> None:
    """Two files called front.mp4 are one scenario by name; each model may have seen another one."""
    monday = run_row("1", "reason1", footage_key="monday")
    tuesday = run_row("2", "reason2", footage_key="tuesday")
    assert find_pairs([monday, tuesday], ("reason1", "reason2")) == []
    with pytest.raises(CompareError, match="frames"):
        make_pair(monday, tuesday)
