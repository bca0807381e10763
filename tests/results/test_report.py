"""The report: numbers by hand on small scorecards, slices, and what it says when there is little or nothing."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rating_samples import rating, run_row

from cosmos_compare.ratings.csv_records import Header, Records
from cosmos_compare.ratings.rows import COLUMNS, Table, parse, to_cells
from cosmos_compare.records.schema import AXES, Rating
from cosmos_compare.results.evidence import Evidence, Slice, gather
from cosmos_compare.results.report import Report, report
from cosmos_compare.results.report_words import sentences
from cosmos_compare.runs.index import RunRow
from cosmos_compare.stats import wilson

MODELS = ("reason1", "reason2")
VERDICTS = {"a": ("better", "worse"), "b": ("worse", "better"), "tie": ("tie", "tie"), "both_bad": ("both_bad",) * 2}


def table_of(ratings: Sequence[Rating]) -> Table:
    rows = [to_cells(one, COLUMNS) for one in ratings]
    return parse(Records(rows, list(range(2, 2 + len(rows))), []), Header(COLUMNS, ",", 1))


def judged(scenario: str, a: Any, b: Any, verdict: str = "tie", rater: str = "anna", **changes: Any) -> list[Rating]:
    """Rows of one pair: `a` and `b` are the mark on every axis, or marks by axis."""
    ids = [f"{scenario}-1", f"{scenario}-2"]
    rows = []
    for run_id, model, marks, own, side in zip(ids, MODELS, (a, b), VERDICTS[verdict], ("left", "right"), strict=True):
        marks = marks if isinstance(marks, dict) else dict.fromkeys(AXES, marks)
        values = {"scenario": scenario, "run_id": run_id, "model": model, "pair_id": "~".join(ids), "rater": rater}
        nothing = dict.fromkeys(AXES)
        rows.append(rating(**(nothing | values | {"verdict": own, "side": side, "notes": ""} | marks | changes)))
    return rows


def runs_of(scenarios: Sequence[str], **changes: Any) -> list[RunRow]:
    return [run_row(f"{s}-{n}", model, s, **changes) for s in scenarios for n, model in enumerate(MODELS, start=1)]


def evidence_of(*pairs: list[Rating], runs: Sequence[RunRow] | None = None) -> Evidence:
    ratings = [one for rows in pairs for one in rows]
    return gather(table_of(ratings), runs_of(sorted({one.scenario for one in ratings})) if runs is None else runs)


def test_numbers_by_hand() -> None:
    """Scenario s1: two raters, B − A = 1 and 2, so 1.5; s2: one rater, −1 on one axis, cannot judge on the rest."""
    found = report(
        evidence_of(
            judged("s1", 0, 1, "b"),
            judged("s1", 0, 2, "b", rater="bo"),
            judged("s2", {"risk": 2, "focus": 1}, {"risk": 1, "objects": 1}, "a"),
        ),
        MODELS,
    )
    assert (found.ratings, found.judged_pairs, found.raters, found.scenarios) == (6, 3, ("anna", "bo"), ("s1", "s2"))
    assert found.difference.value == pytest.approx(0.25)
    assert (found.difference.n, found.difference.scenarios) == (15, 2)
    assert found.difference.p == 1  # of ±1.5 ± 1, two in four are as far out as 0.5, the others farther
    means = found.means.set_index(["model", "axis"])
    assert means.loc[("reason1", "risk"), "mean"] == 1  # 0 in s1, 2 in s2
    assert means.loc[("reason2", "objects"), "mean"] == 1.25  # 1.5 in s1, 1 in s2
    assert means.loc[("reason2", "objects"), "n"] == 3
    assert means.loc[("reason1", "overall"), "mean"] == pytest.approx(0.75)  # 0 in s1, 1.5 in s2
    axes = found.axis_differences.set_index("axis")
    assert axes.loc["risk", "difference"] == pytest.approx(0.25)
    assert (axes.loc["objects", "n"], axes.loc["objects", "scenarios"]) == (2, 1)
    by_scenario = found.scenario_differences.set_index("scenario")
    assert by_scenario["difference"].to_dict() == {"s1": 1.5, "s2": -1}
    assert by_scenario["n"].to_dict() == {"s1": 14, "s2": 1}
    assert by_scenario["raters"].to_dict() == {"s1": 2, "s2": 1}


def test_the_matrix_and_the_pair_that_it_opens() -> None:
    found = report(evidence_of(judged("s1", 0, 1), judged("s2", {"risk": 2}, {"risk": 0})), MODELS)
    assert found.matrix.loc["s1"].tolist() == [1.0] * 7
    assert found.matrix.loc["s2", "risk"] == -2
    assert np.isnan(found.matrix.loc["s2", "focus"])
    assert (found.matrix_n.loc["s1", "risk"], found.matrix_n.loc["s2", "focus"]) == (1, 0)
    assert found.matrix_pairs.loc["s2", "risk"] == "s2-1~s2-2"
    assert found.matrix_pairs.loc["s2", "focus"] == ""


def test_the_pair_that_differs_most_is_opened() -> None:
    more = [one.model_copy(update={"run_id": f"{one.run_id}x", "pair_id": "x~y"}) for one in judged("s1", 2, 0)]
    found = report(evidence_of(judged("s1", 0, 1), more), MODELS)
    assert found.matrix_pairs.loc["s1", "risk"] == "x~y"
    assert found.scenario_differences["pair_id"].tolist() == ["x~y"]


def test_verdicts_and_win_rate() -> None:
    found = report(
        evidence_of(*(judged(f"s{n}", 1, 1, verdict) for n, verdict in enumerate(["b", "b", "a", "tie", "both_bad"]))),
        MODELS,
    )
    assert found.verdicts == {"a": 1, "b": 2, "tie": 1, "both_bad": 1, "contradictory": 0}
    assert found.win_rate.value == pytest.approx(0.6)
    assert (found.win_rate.low, found.win_rate.high) == pytest.approx(wilson(3, 5))


def test_left_share_counts_who_was_on_the_left() -> None:
    """A stands on the left in s1 and s3, on the right in s2; the left wins s1 only."""
    other_side = {"left": "right", "right": "left"}
    swapped = [one.model_copy(update={"side": other_side[one.side]}) for one in judged("s2", 1, 1, "a")]
    found = report(evidence_of(judged("s1", 1, 1, "a"), swapped, judged("s3", 1, 1, "b"), judged("s4", 1, 1)), MODELS)
    assert (found.left_share.value, found.left_share.n) == (pytest.approx(1 / 3), 3)


def test_a_run_rated_in_two_pairs_counts_once_in_the_means() -> None:
    again = rating(scenario="s1", run_id="s1-1", pair_id="s1-1~other", objects=1)
    found = report(evidence_of(judged("s1", 0, 1), [again]), MODELS)
    assert found.means.set_index(["model", "axis"]).loc[("reason1", "objects"), "n"] == 1
    assert found.ratings == 2


def test_verdicts_that_contradict_each_other_count_nowhere() -> None:
    a, b = judged("s1", 0, 1, "b")
    found = report(evidence_of([a.model_copy(update={"verdict": "better"}), b], judged("s2", 0, 1, "b")), MODELS)
    assert found.verdicts["contradictory"] == 1
    assert (found.win_rate.value, found.win_rate.n) == (1, 1)
    assert "contradict" in " ".join(sentences(found))


def test_a_verdict_in_one_of_the_rows_is_enough() -> None:
    a, b = judged("s1", 0, 1, "b")
    found = report(evidence_of([a.model_copy(update={"verdict": None}), b]), MODELS)
    assert found.win_rate.value == 1


def test_a_run_rated_alone_counts_in_means_only() -> None:
    found = report(evidence_of([rating(pair_id="", run_id="s1-1", scenario="s1")]), MODELS)
    assert found.judged_pairs == 0
    assert found.difference.value is None
    assert found.means.set_index(["model", "axis"]).loc[("reason1", "objects"), "mean"] == 2


def test_slices() -> None:
    runs = runs_of(["s1"]) + runs_of(["s2"], prompt_version="p2")
    found = evidence_of(judged("s1", 0, 1), judged("s2", 0, 2, blind=False), judged("s2", 0, 0, rater="bo"), runs=runs)
    assert report(found, MODELS, Slice(scenarios=("s1",))).difference.value == 1
    assert report(found, MODELS, Slice(prompt_versions=("p2",))).difference.value == 1
    assert report(found, MODELS, Slice(raters=("bo",))).difference.value == 0
    assert report(found, MODELS, Slice(blind_only=True)).difference.value == pytest.approx(0.5)
    two = report(found, MODELS, Slice(scenarios=("s2",), raters=("anna",)))
    assert (two.difference.value, two.coverage["pairs"].sum(), two.coverage["rated"].sum()) == (2, 1, 1)
    assert found.prompts() == {"p1": "driving", "p2": "driving"}


def test_coverage_names_what_is_unrated() -> None:
    runs = runs_of(["s1", "s2", "s3"])
    found = report(
        evidence_of(judged("s1", 0, 1), judged("s1", 0, 1, rater="bo"), judged("s2", 1, 1), runs=runs), MODELS
    )
    coverage = found.coverage.set_index("scenario")
    assert coverage["rated"].to_dict() == {"s1": 1, "s2": 1, "s3": 0}
    assert coverage["twice"].to_dict() == {"s1": 1, "s2": 0, "s3": 0}
    assert coverage.loc["s3", "unrated"] == ["s3-1~s3-2"]


def test_agreement_over_all_axes_and_by_axis() -> None:
    marks = [{axis: (n + k) % 3 for k, axis in enumerate(AXES)} for n in range(4)]
    pairs = [judged(f"s{n}", own, own, rater=rater) for n, own in enumerate(marks) for rater in ("anna", "bo")]
    pairs += [judged("s9", 0, 0, rater="bo"), judged("s9", {"risk": 2}, {"risk": 2})]
    found = report(evidence_of(*pairs), MODELS)
    assert found.agreement.raters == 2
    assert found.agreement.raw.n == 4 * 2 * 7 + 2
    assert found.agreement.alpha.value is not None
    assert 0.8 < found.agreement.alpha.value < 1
    assert found.agreement.kappa.value == pytest.approx(found.rater_pairs["kappa"][0])
    by_axis = found.axis_agreement.set_index("axis")
    assert by_axis.loc["risk", "raw"] == pytest.approx(8 / 10)
    assert by_axis.loc["focus", "alpha"] == 1
    assert found.rater_pairs[["rater_1", "rater_2", "n"]].to_numpy().tolist() == [["anna", "bo", 58]]


def test_three_raters_have_a_kappa_for_every_two() -> None:
    pairs = [judged(f"s{n}", n % 3, 1, rater=rater) for n in range(3) for rater in ("anna", "bo", "carl")]
    found = report(evidence_of(*pairs), MODELS)
    assert found.agreement.kappa.value is None
    assert found.rater_pairs["kappa"].tolist() == [1, 1, 1]


def test_three_models_are_compared_two_by_two() -> None:
    other = [one.model_copy(update={"model": "demo"}) if one.model == "reason2" else one for one in judged("s2", 1, 0)]
    runs = [*runs_of(["s1"]), run_row("s2-1", "reason1", "s2"), run_row("s2-2", "demo", "s2")]
    found = evidence_of(judged("s1", 0, 1), judged("s1", 0, 1, rater="bo"), other, runs=runs)
    assert found.models == [("reason1", "reason2"), ("demo", "reason1")]
    assert report(found, ("demo", "reason1")).difference.value == 1
    assert report(found, ("reason1", "demo")).difference.value == -1


def test_nothing_rated_yet() -> None:
    found = report(evidence_of(runs=runs_of(["s1"])), MODELS)
    assert found.ratings == found.judged_pairs == 0
    assert found.difference.value is found.win_rate.value is found.left_share.value is None
    assert found.matrix.empty
    text = " ".join(sentences(found))
    assert "No rater has marked both" in text
    assert "0 of 1 pair" in text
    assert evidence_of(runs=[]).models == []


def test_bad_rows_and_lost_runs_are_told() -> None:
    bad = [*to_cells(rating(), COLUMNS)]
    bad[COLUMNS.index("objects")] = "7"
    good = to_cells(rating(), COLUMNS)
    table = parse(Records([good, bad], [2, 3], []), Header(COLUMNS, ",", 1))
    problems = gather(table, []).problems
    assert problems[0].startswith("scorecard.csv: Line 3 is left out: objects is '7'")
    assert "no longer on disk: 1" in problems[1]


marks = st.sampled_from([None, 0, 1, 2])
cards = st.lists(
    st.tuples(
        st.integers(0, 5), st.sampled_from(["anna", "bo", "carl"]), marks, marks, marks, st.sampled_from(list(VERDICTS))
    ),
    max_size=20,
)


@settings(max_examples=25, deadline=None)
@given(cards, st.randoms(use_true_random=False))
def test_order_of_rows_and_names_of_models(card, random) -> None:
    """Shuffled saves give the same report, swapped models the mirrored one."""
    saves = {
        (n, who): judged(f"s{n}", {"risk": x, "focus": y}, {"risk": y, "focus": z}, v, who)
        for n, who, x, y, z, v in card
    }
    pairs = list(saves.values())
    here = report(evidence_of(*pairs), MODELS)
    random.shuffle(pairs)
    _same(here, report(evidence_of(*pairs), MODELS))
    back = report(evidence_of(*pairs), MODELS[::-1])
    assert here.difference.p == back.difference.p
    for one, other in ((here.difference.value, back.difference.value), (here.difference.low, back.difference.high)):
        assert one == (None if other is None else pytest.approx(-other))
    if here.win_rate.value is not None:
        assert back.win_rate.value == pytest.approx(1 - here.win_rate.value)
    assert (here.verdicts["a"], here.verdicts["tie"]) == (back.verdicts["b"], back.verdicts["tie"])
    mirrored = ("value", "low", "high", "n", "p_share")
    assert [getattr(here.left_share, name) for name in mirrored] == [
        getattr(back.left_share, name) for name in mirrored
    ]
    assert here.left_share.p == (None if back.left_share.p is None else pytest.approx(back.left_share.p))
    _close(here.agreement[1:5], back.agreement[1:5])


def _same(one: Report, other: Report) -> None:
    singles = [(each.difference._replace(planned=0), each.win_rate, each.left_share) for each in (one, other)]
    _close(*singles)
    _close(one.agreement[1:5], other.agreement[1:5])
    for name in ("means", "axis_differences", "matrix"):
        left, right = getattr(one, name), getattr(other, name)
        assert left.select_dtypes("number").to_numpy() == pytest.approx(
            right.select_dtypes("number").to_numpy(), nan_ok=True
        )


def _close(some, others) -> None:
    for one, other in zip(some, others, strict=True):
        for a, b in zip(one, other, strict=True):
            assert a == (b if b is None or isinstance(b, str | bool) else pytest.approx(b, abs=1e-9))


def test_judged_pairs_need_both_runs_of_the_same_rater() -> None:
    a, b = judged("s1", 0, 1, "b")
    found = evidence_of([a, b.model_copy(update={"rater": "bo"})])
    assert report(found, MODELS).judged_pairs == 0
