"""Scorecards that reports have told untruths about, and some more: every sentence that is said about them is read.

The first five are those of an audit: what they read before stands beside each.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from test_report import MODELS, evidence_of, judged, report

from cosmos_compare.ratings import scorecard
from cosmos_compare.records.schema import AXES, Rating
from cosmos_compare.results.evidence import Evidence, gather
from cosmos_compare.results.report import Report
from cosmos_compare.results.report_json import report_json
from cosmos_compare.results.report_words import claim_words, sentences

A, B = MODELS
MINUS = "\N{MINUS SIGN}"
Card = list[list[Rating]]


def axes(**marks: int) -> dict[str, int]:
    """1 on every axis but those named."""
    return dict.fromkeys(AXES, 1) | marks


def honest_on_the_compare_page() -> Card:
    """Read "raters favour a side": model A always stands on the left there."""
    return [judged(f"s{n}", 2, 1, "a", blind=False) for n in range(8)]


def contradicting_raters() -> Card:
    """Read "0.50 higher (0.50 to 0.50), p = .008"."""
    anna = [judged(f"s{n}", 0, 2, "b") for n in range(8)]
    return anna + [judged(f"s{n}", 1, 0, "a", rater="bo") for n in range(8)]


def contradicting_axes() -> Card:
    """Read "rated alike"."""
    return [judged(f"s{n}", axes(objects=0, risk=2), axes(objects=2, risk=0)) for n in range(8)]


def marks_against_verdicts() -> Card:
    """Got no remark."""
    return [judged(f"s{n}", 0, 1, "a") for n in range(8)]


def two_scenarios() -> Card:
    """Read "rated alike" with an interval of −12.7 to 12.7."""
    return [judged("s0", 0, 1, "b"), judged("s1", 1, 0, "a")]


def four_of_four() -> Card:
    """A win rate of 4 of 4 counted as a preference."""
    return [judged(f"s{n}", 1, 2, "b") for n in range(4)]


def all_at_the_ceiling() -> Card:
    """Read "2.00 to 2.00" and "0.00 to 0.00"."""
    return [judged(f"s{n}", 2, 2, rater=rater) for n in range(9) for rater in ("anna", "bo")]


def unjudged_risk() -> Card:
    """Risk is one lower everywhere, but judged on half of the scenarios only: −.07 instead of −.14."""
    judge = [axes(risk=2), axes(risk=1)]
    blank = [{name: mark for name, mark in marks.items() if name != "risk"} for marks in judge]
    return [judged(f"s{n}", *(judge if n % 2 else blank), "a") for n in range(8)]


def one_scenario_decides() -> Card:
    """Nine scenarios a little for A, one very much for B."""
    return [judged(f"s{n}", axes(focus=2), axes(), "a") for n in range(9)] + [judged("s9", 0, 2, "b")]


def rubric_that_changed() -> Card:
    """The first half says B, the second A."""
    first = [judged(f"s{n:02}", 0, 1 + n % 2, "b") for n in range(6)]
    return first + [judged(f"s{n:02}", 1 + n % 2, 0, "a") for n in range(6, 12)]


def raters_by_chance() -> Card:
    """α .03, and nobody said that the raters hardly agree."""
    marks = np.random.default_rng(1).integers(0, 3, (10, 2, 2)).tolist()
    return [judged(f"s{n}", *marks[n][who], rater=("anna", "bo")[who]) for n in range(10) for who in (0, 1)]


CARDS: list[Callable[[], Card]] = [
    honest_on_the_compare_page,
    contradicting_raters,
    contradicting_axes,
    marks_against_verdicts,
    two_scenarios,
    four_of_four,
    all_at_the_ceiling,
    unjudged_risk,
    one_scenario_decides,
    rubric_that_changed,
    raters_by_chance,
]


def told(card: Card, **more: int) -> tuple[Report, str]:
    found = report(evidence_of(*card), MODELS, **more)
    return found, "\n".join(sentences(found))


def truth(card: Card) -> float:
    """The mean of B − A over scenarios, from the rows alone."""
    d: dict[str, list[int]] = {}
    for a, b in card:
        for axis in AXES:
            one, other = getattr(a, axis), getattr(b, axis)
            if one is not None and other is not None:
                d.setdefault(a.scenario, []).append(other - one)
    return float(np.mean([np.mean(values) for values in d.values()]))


def number(text: str) -> float:
    return float(text.replace(MINUS, "-").replace("%", "")) / (100 if "%" in text else 1)


@pytest.mark.parametrize("card", CARDS)
def test_every_sentence_is_true_to_the_rows(card: Callable[[], Card]) -> None:
    rows = card()
    found, words = told(rows)
    mean = truth(rows)
    # The headline: direction, size and counts.
    head = sentences(found)[0]
    if abs(mean) < 0.005:
        assert head.startswith(f"{A} and {B} have equal marks on average")
    else:
        way = "higher" if mean > 0 else "lower"
        assert head.startswith(f"{B} is rated {abs(mean):.2f} {way} than {A} on the scale of 0 to 2")
    in_scenarios = {row.scenario for pair in rows for row in pair}
    marks = sum(getattr(a, x) is not None and getattr(b, x) is not None for a, b in rows for x in AXES)
    assert f"{len(in_scenarios)} scenarios, {marks} pairs of marks" in head
    whose = "this rater" if len({row.rater for pair in rows for row in pair}) == 1 else "these raters"
    assert f"for {whose} on scenarios like these" in head
    # Intervals have a width, lie on their scale and hold what they are about.
    intervals = re.findall(rf"95 % interval ({MINUS}?\d+(?:\.\d+)?%?) to ({MINUS}?\d+(?:\.\d+)?%?)", words)
    assert intervals
    for low, high in intervals:
        ends = (0.0, 1.0) if "%" in low else (-2.0, 2.0)
        assert ends[0] <= number(low) < number(high) <= ends[1], (low, high)
    assert number(intervals[0][0]) <= mean + 0.005 and mean - 0.005 <= number(intervals[0][1])
    # Claims are made exactly where the test allows them.
    d = found.difference
    assert d.p is not None and d.level == (0.01 if len(in_scenarios) <= 12 else 0.005)
    assert ("Enough evidence of a difference" in head) == d.enough
    assert d.enough <= (d.p <= d.level)
    assert ("Enough evidence that" in words) == found.win_rate.enough
    assert claim_words(found).startswith("Enough") == d.enough
    # Whose they are, and which part is counted.
    people = {row.rater for pair in rows for row in pair}
    blind = sum(row.blind for row, _ in rows)
    assert f"{len(rows)} judgements by {len(people)} rater" in words and f"{blind} of them blind" in words
    assert "Counted are all ratings." in words
    assert ("One rater judged" in words) == (len(people) == 1)
    if len(people) > 1:
        assert "raters judged scenarios like these" in words or "if others judged" in words
    # Nothing that no person would say.
    for never in ("nan", "None", "{", "p = 0", "p = .000", "-", "at the least", "judged pairs", "rated alike"):
        assert never not in words.replace("sign-flip", ""), never


@pytest.mark.parametrize("card", CARDS)
def test_json_says_the_same(card: Callable[[], Card]) -> None:
    found, _ = told(card())
    data = json.loads(json.dumps(report_json(found), allow_nan=False))
    assert data["sentences"] == sentences(found)
    assert data["slice_words"] == "Counted are all ratings."
    assert data["claims"]["enough"] == found.difference.enough
    assert data["difference"]["raters"] == len(found.raters)


def test_sides_that_nobody_drew_are_no_bias() -> None:
    _, words = told(honest_on_the_compare_page())
    assert "Raters favour" not in words
    assert "no blind verdict whose side was drawn by lot has a winner" in words


def test_raters_who_contradict_each_other_are_named_and_limit_the_claim() -> None:
    found, words = told(contradicting_raters())
    assert f"Raters disagree about which is better ({B} {MINUS} {A}: anna +2.00, bo {MINUS}1.00)." in words
    assert "Only these 2 raters support it" in words and f"{MINUS}2.00 to 2.00" in words
    assert claim_words(found) == f"Enough evidence: {B} is rated higher, by these raters"
    assert f"Without one rater: anna {MINUS}1.00, bo +2.00." in words


def test_axes_that_contradict_each_other_are_named() -> None:
    _, words = told(contradicting_axes())
    assert f"{B} is higher on Objects (+2.00), lower on Risk ({MINUS}2.00)." in words
    assert "all read together: Objects (+2.00), Risk" in words
    assert "one such table in four shows an axis that differs where none does" in words


def test_verdicts_against_marks_are_told() -> None:
    _, words = told(marks_against_verdicts())
    assert f"Marks and verdicts contradict each other: marks are higher for {B}, verdicts prefer {A}." in words


def test_two_scenarios_leave_everything_possible() -> None:
    _, words = told(two_scenarios())
    assert f"95 % interval {MINUS}2.00 to 2.00" in words
    assert "these ratings fit anything from 2.00 lower to 2.00 higher" in words


def test_four_of_four_is_too_few() -> None:
    _, words = told(four_of_four())
    assert "Not enough evidence for a preference (exact sign flips p = .125)." in words
    assert "The smallest p that 4 scenarios can give is .125; 8 are the fewest" in words


def test_equal_marks_are_not_certainty() -> None:
    found, words = told(all_at_the_ceiling())
    assert "Raters gave one level only, so whether they agree can't be told" in words
    assert found.means["high"].sub(found.means["low"]).min() > 0
    assert found.axis_differences["high"].min() > 0.1


def test_cannot_judge_is_shown_beside_what_it_does() -> None:
    found, words = told(unjudged_risk())
    assert found.difference.value == pytest.approx(-1 / 14)
    assert "from 4 (Risk) to 8 (Objects) pairs" in words
    assert f"With every axis counted alike {B} {MINUS} {A} is {MINUS}0.14 instead of {MINUS}0.07." in words


def test_a_scenario_that_decides_alone_is_named() -> None:
    _, words = told(one_scenario_decides())
    assert "It has the other sign without s9." in words


def test_ratings_that_changed_on_the_way_are_told() -> None:
    _, words = told(rubric_that_changed())
    assert "more apart than chance would have it" in words
    assert "chance would have it" not in told(four_of_four())[1]


def test_raters_who_hardly_agree_are_told_so() -> None:
    found, words = told(raters_by_chance())
    assert found.agreement.alpha.value is not None and found.agreement.alpha.value < 0.2
    assert "Your raters hardly agree" in words


def test_a_plan_makes_the_difference_and_is_named() -> None:
    rows = [judged(f"s{n}", 0, 2 if n < 7 else 0, "b" if n < 7 else "a") for n in range(8)]
    rows[7] = judged("s7", 1, 0, "a")
    assert "p ≤ .05 counts once" in told(rows)[1]
    found, words = told(rows, planned=8)
    assert found.difference.enough and "Enough evidence of a difference at the 8 scenarios that were planned" in words
    assert "Not decided yet: 9 scenarios are planned, 8 are rated" in told(rows, planned=9)[1]


def test_what_a_page_of_the_command_prints_is_what_was_saved(tmp_path: Path) -> None:
    """Through the file, not only in memory."""
    for pair in contradicting_raters():
        scorecard.append(tmp_path, pair)
    found: Evidence = gather(scorecard.read(tmp_path), [])
    assert sentences(report(found, MODELS))[0] == told(contradicting_raters())[0:2][1].splitlines()[0]
