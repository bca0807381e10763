"""The queue: one comparison, each question once, and what joins only when asked; without pages."""

from __future__ import annotations

from typing import Any

import pytest
from rating_samples import pair as judgement
from rating_samples import rating, run_row

from cosmos_compare.ratings.pairs import find_pairs, model_pairs
from cosmos_compare.ratings.queue import (
    STATES,
    ArmPairs,
    asked_for,
    begin_with,
    comparisons,
    disputed,
    narrowed,
    next_pair,
    of_arms,
)
from cosmos_compare.ratings.rows import COLUMNS, Table
from cosmos_compare.ratings.standing import standing, to_frame
from cosmos_compare.records.schema import AXES, Rating
from cosmos_compare.runs.index import RunRow


def row(scenario: str, model: str, number: int = 0, **changes: Any) -> RunRow:
    version = changes.get("prompt_version", "p1")
    repeat, condition = changes.get("repeat", 0), changes.get("condition", "clip")
    values = {
        "settings_key": f"s-{repeat}-{condition}-{changes.get('arm_settings_key', 'k1')}",
        "arm_settings_key": "k1",
        "text_key": f"{scenario} {model} {version} {repeat} {condition}",
        "created": f"2026-11-23T10:00:{number:02}Z",
        "footage_key": f"f-{scenario}",
    }
    run_id = f"{scenario}-{model}-{version}-{repeat}-{condition}-{number}"
    return run_row(run_id, model, scenario, **(values | changes))


def both(scenario: str, number: int = 0, **changes: Any) -> list[RunRow]:
    return [row(scenario, model, number, **changes) for model in ("reason1", "reason2")]


def found(rows: list[RunRow]) -> list[ArmPairs]:
    return comparisons(pair for models in model_pairs(rows) for pair in find_pairs(rows, models))


EIGHT = [run for n in range(8) for run in both(f"s{n}")]


def test_the_questions_of_an_imported_set_are_one_comparison() -> None:
    """Each has a text and a range of its own: a thousand questions were a thousand comparisons of one pair."""
    asked = [
        run
        for n in range(6)
        for run in both(f"s{n // 2}", n, prompt_name="av", prompt_version=f"q{n}", arm_settings_key=f"k{n}")
    ]
    pairs = [pair for models in model_pairs(EIGHT + asked) for pair in find_pairs(EIGHT + asked, models)]
    assert sorted(len(one.once()) for one in comparisons(pairs)) == [1] * 6 + [8]
    driving, av = comparisons(pairs, {"av"})
    assert (len(driving.once()), len(av.once()), av.a.prompt_version) == (8, 6, "av")


def test_repeats_and_other_prompts_do_not_join_unasked() -> None:
    """After 8 of 8 pairs a demo run of other questions and repeats turned the coverage into 5 of 35."""
    rated = {pair.id for pair in found(EIGHT)[0].pairs}
    stray = [run for n in range(8) for run in both(f"s{n}", 9, prompt_version="p2")]
    stray += [run for n in range(8) for repeat in (1, 2) for run in both(f"s{n}", 10 + repeat, repeat=repeat)]
    stray += [run for n in range(8) for run in both(f"s{n}", 20, condition="blank")]
    stray += [run for n in range(20) for run in both(f"t{n}", 21, prompt_version="p3")]
    among = found(EIGHT + stray)
    chosen = begin_with(among, rated)
    assert chosen is not None and {pair.id for pair in chosen.once(rated)} == rated
    assert (len(chosen.pairs), chosen.repeats) == (24, 16)
    assert sorted(len(one.once(rated)) for one in among) == [
        8,
        8,
        20,
    ]  # controls wait for arms


def test_coverage_counts_what_is_rated_and_its_gaps_not_what_was_tried_beside() -> None:
    pairs = list(found(EIGHT)[0].pairs)
    stray = [run for n in range(20) for run in both(f"t{n}", 21, prompt_version="p3")]
    stray += [run for n in range(8) for run in both(f"s{n}", 11, repeat=1)]
    everything = [pair for one in found(EIGHT + stray) for pair in one.pairs]
    assert {pair.id for pair in asked_for(everything, {pairs[0].id})} == {pair.id for pair in pairs}
    assert len(asked_for(everything, ())) == 28  # nobody has begun: every question


def test_running_again_leaves_what_is_rated_rated() -> None:
    rated = {pair.id for pair in found(EIGHT)[0].pairs}
    again = [run._replace(id=f"{run.id}-2", created="2026-11-24T10:00:00Z") for run in EIGHT[:6]]
    chosen = begin_with(found([*EIGHT, *again]), rated)
    assert chosen is not None and {pair.id for pair in chosen.once(rated)} == rated


def test_a_begun_comparison_comes_before_a_larger_one_and_a_done_one_stays() -> None:
    large = [run for n in range(12) for run in both(f"t{n}", 5, prompt_version="p2")]
    among = found([*EIGHT, *large])
    small = next(one for one in among if one.a.prompt_version == "p1")
    assert begin_with(among, set()) == among[0] and len(among[0].pairs) == 12
    assert begin_with(among, {small.pairs[0].id}) == small
    assert begin_with(among, {pair.id for pair in small.pairs}) == small
    assert begin_with([], set()) is None


def test_a_single_clip_that_was_only_tried_is_nobodys_comparison() -> None:
    tried = both("s0", 7, prompt_version="typed")
    among = found([*EIGHT, *tried])
    rated = {pair.id for one in among if one.a.prompt_version == "typed" for pair in one.pairs}
    assert begin_with(among, rated) == next(one for one in among if one.a.prompt_version == "p1")


def test_demo_models_come_after_others() -> None:
    demo = [run._replace(model=f"{run.model}-demo", demo=True, id=f"{run.id}-d") for run in EIGHT]
    first = found([*demo, *both("s0")])[0]
    assert (first.a.model, first.b.model, len(first.pairs)) == ("reason1", "reason2", 1)


def test_two_arms_of_one_model_pair_their_repeats_by_number() -> None:
    rows = [row(s, "reason1", repeat=n) for s in ("s0", "s1") for n in range(3)]
    rows += [row(s, "reason1", 5, repeat=n, prompt_version="p2") for s in ("s0", "s1") for n in (0, 2)]
    one, other = rows[0].arm, rows[-1].arm
    chosen = of_arms(rows, one.id, other.id)
    assert chosen is not None and (chosen.a, chosen.b) == (one, other)
    assert [(pair.scenario, pair.a.repeat, pair.b.repeat) for pair in chosen.pairs] == [
        ("s0", 0, 0),
        ("s1", 0, 0),
        ("s0", 2, 2),
        ("s1", 2, 2),
    ]
    assert [pair.a.prompt_version for pair in chosen.pairs] == ["p1"] * 4
    assert len(chosen.once()) == 2


def test_arms_are_the_same_ones_when_named_the_other_way_round_and_none_without_shared_clips() -> None:
    rows = [row("s0", "reason1"), row("s0", "reason1", 1, condition="blank"), row("s9", "reason2", 2)]
    one, other, far = (run.arm.id for run in rows)
    forth, back = of_arms(rows, one, other), of_arms(rows, other, one)
    assert forth is not None and back is not None and forth.pairs[0].id == back.pairs[0].id
    assert of_arms(rows, one, far) is None
    assert of_arms(rows, one, one) is None
    assert of_arms(rows, one, "gone") is None


def test_arms_of_equal_settings_need_the_same_frames() -> None:
    rows = [row("s0", "reason1"), row("s0", "reason2", 1, footage_key="another file")]
    assert of_arms(rows, rows[0].arm.id, rows[1].arm.id) is None
    fast = row("s0", "reason1", 2, arm_settings_key="k2", footage_key="more frames")
    assert of_arms([*rows, fast], rows[0].arm.id, fast.arm.id) is not None  # frames are what these differ in


def test_an_arms_id_tells_no_model() -> None:
    ids = {run.arm.id for run in EIGHT}
    assert len(ids) == 2 and not any("reason" in name for name in ids) and all(len(name) == 12 for name in ids)


@pytest.mark.parametrize(("words", "left"), [("s1", 1), ("S", 8), ("", 8), (" s  1 ", 1), ("night", 0), ("s_1", 1)])
def test_a_search_looks_for_all_words_in_the_scenario(words: str, left: int) -> None:
    rows = [run for n in range(8) for run in both(f"s_{n}" if " " in words or "_" in words else f"s{n}")]
    pairs = found(rows)[0].pairs
    assert len(narrowed(pairs, "all", words, (), ())) == left


def test_states_of_pairs() -> None:
    pairs = found(EIGHT)[0].pairs
    rated, far = {pair.id for pair in pairs[:3]}, {pairs[0].id}
    assert [len(narrowed(pairs, state, "", rated, far)) for state in STATES] == [8, 5, 3, 1]


def test_the_next_pair_keeps_to_the_order_of_scenarios() -> None:
    pairs = found(EIGHT)[0].pairs
    assert next_pair(pairs, {pairs[3].id, pairs[4].id}, pairs[3].id) == pairs[5]
    assert next_pair(pairs, {pair.id for pair in pairs}, "") is None


def table_of(rows: list[Rating]) -> Table:
    columns = {name: [getattr(one, name) for one in rows] for name in COLUMNS}
    return Table(columns, list(range(2, 2 + len(rows))), [])


@pytest.mark.parametrize(
    ("theirs", "disagree"),
    [
        (judgement(rater="bo", a=2, b=1), False),
        (judgement(rater="bo", a=1, b=2), True),
        ([one.model_copy(update={"verdict": "tie"}) for one in judgement(rater="bo", a=2, b=1)], True),
        ([one.model_copy(update={"risk": 0}) for one in judgement(rater="bo", a=2, b=1)], True),
        ([one.model_copy(update=dict.fromkeys(AXES)) for one in judgement(rater="bo", a=2, b=1)], False),
        ([], False),
    ],
)
def test_raters_disagree_on_a_verdict_or_by_two_levels(theirs: list[Rating], disagree: bool) -> None:
    own = judgement(a=2, b=1)
    rows = standing(to_frame(table_of([*own, *theirs, rating(rater="cy", pair_id="x~y", run_id="x")])))
    assert disputed(rows, "anna", {own[0].pair_id}) == ({own[0].pair_id} if disagree else set())
    assert disputed(rows, "dora", set()) == set()


def test_a_comparison_knows_what_its_names_tell() -> None:
    chosen = found(EIGHT)[0]
    assert chosen.tells_of({"reason1"}) and not chosen.tells_of({"other"})
