"""A report in words: what is enough, for what, about whom, and that no printed p says other than the real one."""

import numpy as np
import pytest
from test_report import MODELS, evidence_of, judged, report, runs_of

from cosmos_compare.results.difference_words import difference_words, others_words, start_words
from cosmos_compare.results.numbers_as_text import estimate_words, judgements, p_words, size_words
from cosmos_compare.results.report_words import claim_words, repeatable_words
from cosmos_compare.results.trust_words import agreement_words, slice_words
from cosmos_compare.results.verdict_words import left_words, win_words
from cosmos_compare.results.warning_words import warnings
from cosmos_compare.stats import Estimate, Look, difference, side_bias, win_rate


@pytest.mark.parametrize(
    ("p", "words"),
    [
        (1.0, "p = 1"),
        (0.99999, "p = 1"),
        (0.0078125, "p = .008"),
        (0.05, "p = .050"),
        (0.0496, "p = .0496"),  # both of these read "p = .050"
        (0.0503, "p = .0503"),
        (0.01004, "p = .01004"),
        (0.0005, "p < .001"),
        (0, "p < .001"),
    ],
)
def test_p_is_never_zero_and_on_its_side_of_the_level(p: float, words: str) -> None:
    assert p_words(p) == words


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0.14, "one mark in 7"),
        (-0.5, "one mark in 2"),
        (0.66, "2 marks in 3"),
        (1.0, "every mark being one level"),
        (1.5, "every mark being 1.5 levels"),
        (0.01, "less than one mark in twenty-five"),
    ],
)
def test_a_size_in_plain_words(size: float, words: str) -> None:
    assert words in size_words(size)


def test_enough_evidence() -> None:
    words = difference_words(difference(np.linspace(0.4, 0.8, 8), np.arange(8)), "A", "B")
    assert words.startswith(
        "B is rated 0.60 higher than A on the scale of 0 to 2 (95 % interval 0.32 to 0.88 for these raters on "
        "scenarios like these; 8 scenarios, 8 pairs of marks; sign-flip test p = .008). That is as much as 3 marks "
        "in 5 being one level apart. Enough evidence"
    )
    assert "Not enough" not in words
    assert "*" not in words


def test_not_enough_evidence_says_how_much_is_missing_and_that_nothing_may_be() -> None:
    found = difference(np.array([0.5, -0.4, 0.9, -0.2, 0.3, 0.4]), np.arange(6))
    words = difference_words(found, "A", "B")
    assert f"about {found.more_scenarios} more scenarios would show it four times in five" in words
    assert "these ratings also fit no difference" in words
    assert found.more_scenarios == 47  # (3.6486 · 0.4764 / 0.25)² + 3.94 = 52.3, so 53 in all, at .005
    planned = difference(np.array([0.5, -0.4, 0.9, -0.2, 0.3, 0.4]), np.arange(6), look=Look(6))
    assert planned.more_scenarios is None  # those that were planned have decided
    early = difference(np.array([0.5, -0.4, 0.9, -0.2, 0.3, 0.4]), np.arange(6), look=Look(12))
    assert early.more_scenarios == 25  # (2.8016 · 0.4764 / 0.25)² + 1.92 = 30.4


def test_a_p_below_05_that_nobody_planned_is_explained() -> None:
    d = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, -0.2])
    words = difference_words(difference(d, np.arange(8)), "A", "B")
    assert "p ≤ .05 counts once" in words and "p ≤ .01" in words
    assert "at the 8 scenarios that were planned" in difference_words(
        difference(d, np.arange(8), look=Look(8)), "A", "B"
    )
    early = difference_words(difference(d, np.arange(8), look=Look(12)), "A", "B")
    assert "Not decided yet: 12 scenarios are planned, 8 are rated" in early


def test_few_scenarios_can_reach_nothing_and_that_is_said() -> None:
    words = difference_words(difference(np.full(4, 1.0), np.arange(4)), "A", "B")
    assert "The smallest p that 4 scenarios can give is .125; 8 are the fewest that can reach .01" in words


def test_one_scenario_and_none() -> None:
    assert "in the one scenario" in difference_words(difference(np.ones(7), np.zeros(7, dtype=int)), "A", "B")
    assert "No rater has marked both A and B" in difference_words(difference(np.array([]), np.array([])), "A", "B")


def test_no_difference_at_all() -> None:
    words = difference_words(difference(np.zeros(8), np.arange(8)), "A", "B")
    assert words.startswith("A and B have equal marks on average (95 % interval \N{MINUS SIGN}0.28 to 0.28")
    assert "none was seen on average, but these ratings fit anything from 0.28 lower to 0.28 higher" in words


def test_about_other_raters() -> None:
    one = difference(np.ones(8), np.arange(8), np.zeros(8))
    assert others_words(one).startswith("One rater judged")
    two, opposed = np.tile([0, 1], 8), np.tile([2.0, -1.0], 8)
    split = others_words(difference(opposed, np.repeat(np.arange(8), 2), two))
    assert split.startswith("Only these 2 raters support it") and "\N{MINUS SIGN}2.00 to 2.00" in split
    alike = others_words(difference(np.ones(16), np.repeat(np.arange(8), 2), two))
    assert alike.startswith("If other raters judged scenarios like these, it would hold")
    assert "Two raters are few" in alike
    four = others_words(difference(np.ones(32), np.repeat(np.arange(8), 4), np.tile(range(4), 8)))
    assert "few" not in four


def test_what_numbers_of_scenarios_can_show_before_starting() -> None:
    assert "10 for 0.5, 24 for 0.3, 51 for 0.2 levels" in start_words(None)
    assert start_words(10).startswith("10 planned scenarios show a difference of 0.49 levels or more")
    assert start_words(5).startswith("5 planned scenarios can't show anything: 6 are the fewest")


def test_wins() -> None:
    kinds = {"a": 0, "b": 12, "tie": 0, "both_bad": 0}
    words = win_words(win_rate(np.ones(12), np.arange(12)), kinds, "A", "B")
    assert words.startswith("Verdicts: B wins 100%, each scenario counted once, a tie and “both bad” as half a win")
    assert "Enough evidence that B is preferred" in words
    few = win_words(win_rate(np.ones(4), np.arange(4)), kinds, "A", "B")
    assert "Not enough evidence for a preference (exact sign flips p = .125). The smallest p that 4 scenarios" in few
    assert win_words(win_rate(np.array([]), np.array([])), kinds, "A", "B") == "No verdict is given yet."


def test_sides() -> None:
    habit = side_bias(np.repeat([1.0, 0.0], 10), np.repeat([1.0, 0.0], 10))
    assert left_words(habit, "B").endswith("Raters favour a side: the left one.")
    assert "the left answer won 20 of 20" in left_words(habit, "B")
    other = side_bias(np.repeat([1.0, 0.0], 10), np.repeat([0.0, 1.0], 10))
    assert left_words(other, "B").endswith("the right one.")
    assert "Raters favour" not in left_words(side_bias(np.array([1.0, 0.0]), np.array([1.0, 1.0])), "B")
    assert "can't be told" in left_words(side_bias(np.array([]), np.array([])), "B")


def test_agreement_that_is_undefined_says_why() -> None:
    alone = report(evidence_of(judged("s1", 1, 1)), MODELS)
    assert agreement_words(alone) == "Agreement between raters can't be told: no run was rated by two raters."
    same = report(evidence_of(*(judged(f"s{n}", 2, 2, rater=r) for n in range(3) for r in ("anna", "bo"))), MODELS)
    words = agreement_words(same)
    assert words.count("undefined (only one level was used") == 3
    assert "equal marks 100% (95 % interval 44% to 100%)" in words
    assert "2 raters, 42 marks given twice or more, 3 scenarios" in words


def test_hardly_agreeing_is_said_in_words() -> None:
    marks = np.random.default_rng(1).integers(0, 3, (10, 2, 2)).tolist()
    pairs = [
        judged(f"s{n}", *own, rater=rater) for n, two in enumerate(marks) for own, rater in zip(two, "xy", strict=True)
    ]
    words = agreement_words(report(evidence_of(*pairs), MODELS))
    assert words.startswith("Your raters hardly agree")


def test_the_slice_in_words() -> None:
    from cosmos_compare.results.evidence import Slice

    assert slice_words(Slice()) == "Counted are all ratings."
    part = Slice(scenarios=("s1",), raters=("bo", "al"), blind_only=True)
    assert slice_words(part) == "Counted is a part only: scenarios s1; raters bo, al; blind ratings."


def test_values_without_an_interval() -> None:
    assert estimate_words(Estimate(0.5, None, None, 3, 1, "One scenario gives no interval.")) == (
        "0.50 (one scenario gives no interval)"
    )


def test_counting() -> None:
    assert [judgements(n) for n in (0, 1, 50_000)] == ["0 judgements", "1 judgement", "50,000 judgements"]


@pytest.mark.parametrize("raters", [1, 2, 4])
@pytest.mark.parametrize("shift", [-1, 0, 0.3, 1])
def test_the_sentence_to_repeat_claims_what_the_claim_does_and_no_more(shift: float, raters: int) -> None:
    """It is what is passed on, so it must hold where the careful words hold."""
    draws = np.random.default_rng(5).normal(1 + shift, 0.4, (9, raters)).round().clip(0, 2).astype(int)
    rows = [judged(f"s{s}", 1, int(draws[s, r]), rater=f"r{r}") for s in range(9) for r in range(raters)]
    found = report(evidence_of(*rows), MODELS)
    words = repeatable_words(found)
    assert (" show that " in words) == found.difference.enough == claim_words(found).startswith("Enough")
    assert ("do not show a difference" in words) != (" show that " in words)
    assert words.startswith(f"{9 * raters} judgements by {raters} rater")
    assert "9 scenarios" in words
    assert ("raters like these" in words) == found.difference.enough_for_others


def test_the_sentence_to_repeat_of_few_scenarios_and_of_a_plan_that_is_not_reached() -> None:
    one = repeatable_words(report(evidence_of(judged("s1", 0, 2)), MODELS))
    assert one == "Nothing is shown about reason1 and reason2 yet: 1 judgement by 1 rater on 1 scenario."
    rows = [judged(f"s{n}", 0, 2) for n in range(6)]
    assert "6 scenarios decide nothing between" in repeatable_words(report(evidence_of(*rows), MODELS, planned=12))
    assert "6 scenarios show that" in repeatable_words(report(evidence_of(*rows), MODELS, planned=6))


def test_answers_of_servers_that_were_not_verified_are_named_beside_every_number() -> None:
    judgements_made = judged("s1", 0, 1, "b"), judged("s2", 1, 2, "b")
    assert not any("not verified" in words for words in warnings(report(evidence_of(*judgements_made), MODELS)))
    rows = [row._replace(unverified=row.model == MODELS[1]) for row in runs_of(["s1", "s2"])]
    found = report(evidence_of(*judgements_made, runs=rows), MODELS)
    assert found.unverified == 2
    assert warnings(found)[0].startswith("2 rated answers are of servers that were not verified")
