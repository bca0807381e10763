"""What a slice counts: blind ratings sliced first, equal answers once, sides that were drawn, one person once."""

from rating_samples import rating, run_row
from test_report import MODELS, evidence_of, judged, report, runs_of

from cosmos_compare.records.schema import AXES
from cosmos_compare.results.evidence import Slice
from cosmos_compare.results.report_words import sentences


def test_a_repeat_with_the_same_text_leaves_coverage_as_it_was() -> None:
    """After a demo ran rated clips once more, coverage said "0 of 2"."""
    runs = [row._replace(text_key=f"text of {row.model}") for row in runs_of(["s1", "s2"])]
    again = [row._replace(id=f"{row.id}x", created="2026-12-01T00:00:00Z") for row in runs]
    found = report(evidence_of(judged("s1", 0, 1), judged("s2", 0, 1), runs=[*runs, *again]), MODELS)
    assert (found.coverage["pairs"].sum(), found.coverage["rated"].sum()) == (2, 2)


def test_blind_only_takes_the_last_blind_rating() -> None:
    """The last marks of a run were copied into all its rows before the slice: open marks counted as blind ones."""
    found = evidence_of(judged("s1", 0, 2, "b"), judged("s1", 2, 0, "a", blind=False))
    assert report(found, MODELS).difference.value == -2
    blind = report(found, MODELS, Slice(blind_only=True))
    assert (blind.difference.value, blind.verdicts["b"], blind.verdicts["a"]) == (2, 1, 0)


def test_open_marks_of_a_run_in_another_pair_are_not_blind_ones() -> None:
    other = rating(scenario="s1", run_id="s1-1", pair_id="s1-1~z", blind=False, **dict.fromkeys(AXES, 2))
    found = evidence_of(judged("s1", 0, 1), [other])
    assert report(found, MODELS, Slice(blind_only=True)).difference.value == 1
    assert report(found, MODELS).difference.value == -1


def test_sides_of_the_compare_page_are_no_habit_of_the_raters() -> None:
    """There model A is always on the left: eight honest marks for A read "raters favour a side"."""
    found = report(evidence_of(*(judged(f"s{n}", 2, 0, "a", blind=False) for n in range(8))), MODELS)
    assert found.left_share.n == 0
    assert not any("Raters favour" in sentence for sentence in sentences(found))


def test_capitals_do_not_make_another_rater() -> None:
    found = evidence_of(judged("s1", 0, 1), judged("s1", 0, 2, rater="Anna"), judged("s2", 0, 2, rater="ANNA"))
    assert report(found, MODELS).raters == ("anna",)
    assert report(found, MODELS).difference.value == 2
    assert report(found, MODELS, Slice(raters=("Anna",))).judged_pairs == 2
    assert found.spelling("aNNa") == "anna" and found.spelling("Bo") == "Bo"


def test_means_beside_differences_are_of_the_same_marks() -> None:
    """The command showed means over runs judged in other pairs: 2.00 and 1.00 beside a difference of +1.00."""
    alone = [
        rating(scenario=f"t{n}", run_id=f"t{n}-1", pair_id=f"t{n}-1~z", **dict.fromkeys(AXES, 2)) for n in range(20)
    ]
    runs = [*runs_of(["s1", "s2"]), *(run_row(f"t{n}-1", "reason1", f"t{n}") for n in range(20))]
    found = report(evidence_of(judged("s1", 0, 1), judged("s2", 0, {"risk": 1}), alone, runs=runs), MODELS)
    axes = found.axis_differences.set_index("axis")
    assert axes.loc["risk", ["a", "b", "difference"]].tolist() == [0, 1, 1]
    assert axes.loc["focus", ["a", "b", "n"]].tolist() == [0, 1, 1]
    assert found.means.set_index(["model", "axis"]).loc[("reason1", "risk"), "mean"] > 1.5  # over all rated answers


def test_a_slice_of_a_study_counts_its_runs_only_and_says_so() -> None:
    found = evidence_of(judged("s1", 0, 1), judged("s2", 0, 1), judged("s3", 2, 0))
    part = Slice(study="pilot", runs=("s1-1", "s1-2", "s2-1", "s2-2"))
    told = report(found, MODELS, part)
    assert (told.difference.value, told.judged_pairs, int(told.coverage["pairs"].sum())) == (1, 2, 2)
    assert "Counted is a part only: answers of the study pilot." in " ".join(sentences(told))
