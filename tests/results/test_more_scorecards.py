"""More scorecards whose reports said something untrue, contradicted themselves, or left a reader alone."""

from __future__ import annotations

import numpy as np
import pytest
from test_report import MODELS, evidence_of, judged, report
from test_ten_scorecards import axes, told

from cosmos_compare.records.schema import AXES, Rating
from cosmos_compare.results.evidence import Slice
from cosmos_compare.results.numbers_as_text import bound_words, p_words, share_words
from cosmos_compare.results.report_words import repeatable_words

A, B = MODELS
MINUS = "\N{MINUS SIGN}"


def steps(*differences: float) -> list[list[Rating]]:
    """A scenario each, B so much above A; the verdict follows."""
    verdicts = {1: "b", -1: "a", 0: "tie"}
    return [judged(f"s{n:02}", 1, 1 + d, verdicts[int(np.sign(d))]) for n, d in enumerate(differences)]


def test_a_plan_that_has_decided_promises_nothing_of_more_scenarios() -> None:
    """Read "about 1 more scenario would show it" beside p < .001: under a plan the first scenarios decide for good."""
    found, words = told(steps(0, 1, 0, -1, 0, 1, 0, 0, *[1] * 16), planned=8)
    assert not found.difference.enough and found.difference.p is not None and found.difference.p < 0.001
    assert "The first 8 scenarios, which were planned, do not show it (p = 1)." in words
    assert "A plan decides once" in words and "would show it" not in words
    assert words.count("do not show it") == 2  # of the marks and of the verdicts
    assert "(smallest joint p < .001). The first 8 scenarios, which were planned, decide." in words
    _, failed = told(steps(1, 1, -1, 1, -1, 1, 1, -1), planned=8)
    assert "scenarios rated after these 8 can't show it" in failed and "would show it" not in failed


def test_what_a_plan_showed_may_be_lost_and_that_is_said() -> None:
    _, words = told(steps(*[1] * 8, *[-1] * 6), planned=8)
    assert (
        "The first 8 scenarios, which were planned, showed it (p = .008); with those rated since, it does not" in words
    )


def test_before_a_plan_is_reached_nothing_is_denied_either() -> None:
    """Read "Not enough evidence for a preference (p = .008)" and "No axis is shown to differ", without a reason."""
    found, words = told(steps(*[1] * 8), planned=20)
    assert words.count("Not decided yet: 20 scenarios are planned, 8 are rated.") == 3
    assert "Not enough evidence for a preference" not in words and not found.win_rate.enough


def test_a_test_that_passes_beside_an_interval_that_does_not() -> None:
    """Read "sign-flip test p = .008 … Not enough evidence", and no word why: one scenario holds most of it."""
    rows = [judged(f"s{n}", axes(), axes(focus=2), "b") for n in range(7)] + [judged("s9", 0, 2, "b")]
    found, words = told(rows)
    assert found.difference.tested and not found.difference.enough
    assert "The test alone would do (p ≤ .01), but the interval still allows for no difference" in words


def test_an_interval_that_excludes_no_difference_beside_a_test_that_does_not_pass() -> None:
    """Read "95 % interval −0.95 to −0.05 … Not enough evidence", and no word why."""
    found, words = told(steps(0, 0, -1, -1, -1, -1, 0, 0))
    d = found.difference
    assert d.high is not None and d.high < 0 and not d.tested
    assert "The interval alone would do, but the test does not pass (it needs p ≤ .01)" in words


def test_many_ties() -> None:
    """Read "95 % interval 43% to 82% … Enough evidence that reason2 is preferred"."""
    for planned, wins, ties in ((20, 6, 14), (30, 10, 20), (40, 6, 34)):
        found, words = told(steps(*[1] * wins, *[0] * ties), planned=planned)
        low = found.win_rate.low
        assert low is not None and found.win_rate.enough == (low > 0.5)
        assert ("Enough evidence that" in words) == (low > 0.5)


def test_raters_of_unlike_scenarios_do_not_disagree() -> None:
    """Read "Raters disagree about which is better" of two who had no scenario in common."""
    anna = [judged(f"s{n}", 1, 2, "b") for n in range(8)]
    bo = [judged(f"t{n}", 1, 0, "a", rater="bo") for n in range(8)]
    assert "Raters disagree" not in told(anna + bo)[1]
    both = [*anna, *bo, judged("s0", 1, 0, "a", rater="bo")]
    assert f"Raters disagree about which is better ({B} {MINUS} {A}: anna +1.00, bo {MINUS}1.00)." in told(both)[1]


def test_one_rater_who_gave_nearly_all_is_no_sample_of_raters() -> None:
    """Read "If other raters judged, it would hold, too" where both others say the reverse."""
    rows = [judged(f"s{n:02}", 0, 1, "b") for n in range(20)]
    rows += [judged("s00", 2, 0, "a", rater="bo"), judged("s01", 2, 0, "a", rater="cy")]
    found, words = told(rows)
    assert found.difference.enough and not found.difference.enough_for_others
    assert "One rater gave nearly all of the marks: that says nothing about what others would say." in words
    assert "raters like these" not in repeatable_words(found)


def test_judgements_that_contradict_themselves_are_counted_though_they_cancel_out() -> None:
    """Marks for B with a verdict for A in four scenarios, the reverse in four others: no mean shows it."""
    rows = [judged(f"s{n}", 0, 1, "a") for n in range(4)] + [judged(f"t{n}", 1, 0, "b") for n in range(4)]
    assert "In 8 of 8 judgements with a winner the marks favour the other answer." in told(rows)[1]
    assert "favour the other answer" not in told(steps(*[1] * 8))[1]


def test_who_gave_a_verdict_only_is_a_rater_but_marked_nothing() -> None:
    """Read "16 judgements by 1 rater (anna)", eight of which were Bo's."""
    blank = dict.fromkeys(AXES)
    rows = [judged(f"s{n}", 0, 1, "b") for n in range(8)]
    rows += [judged(f"s{n}", blank, blank, "a", rater="bo") for n in range(8)]
    found, words = told(rows)
    assert "16 judgements by 2 raters (anna, bo), 16 of them blind, 8 of them with marks of both." in words
    assert repeatable_words(found).startswith("8 judgements by 1 rater on 8 scenarios show that this rater rates")


def test_notes_alone_show_nothing() -> None:
    """Read "8 judgements by 0 raters on 0 scenarios"."""
    blank = dict.fromkeys(AXES)
    noted = {"verdict": None, "notes": "?"}
    rows = [[row.model_copy(update=noted) for row in judged(f"s{n}", blank, blank)] for n in range(3)]
    found, words = told(rows)
    assert repeatable_words(found).endswith("no rater has marked both on the same pair.")
    assert "3 pairs of answers, 3 scenarios, 3 judgements by 1 rater (anna)" in words


def test_equal_marks_of_two_levels_are_not_nearly_always_the_same_one() -> None:
    """86 % equal marks, half of them of one level, half of another."""
    rows = []
    for n in range(16):
        for who in (0, 1):
            marks = {axis: 1 + (place + n) % 2 for place, axis in enumerate(AXES)}
            if who and n % 4:
                marks[AXES[n % 7]] = 3 - marks[AXES[n % 7]]
            rows.append(judged(f"s{n:02}", marks, marks, rater=("anna", "bo")[who]))
    found, words = told(rows)
    assert (found.agreement.raw.value or 0) > 0.85 and found.agreement.commonest < 0.6
    assert "nearly always the same one" not in words and "Raters agree well enough for cautious conclusions." in words


def test_ten_scenarios_are_not_called_fewer_than_eight() -> None:
    """The only other level is in one scenario: without it agreement is undefined, which is no lack of scenarios."""
    rows = [judged(f"s{n}", 2, 2, rater=rater) for n in range(9) for rater in ("anna", "bo")]
    rows += [judged("s9", axes(focus=2), axes(), rater="anna"), judged("s9", axes(), axes(), rater="bo")]
    words = told(rows)[1]
    assert "Fewer than eight" not in words and "fewer than eight" not in words
    assert "without one of the scenarios only one level is left" in words


def test_a_mean_that_is_zero_but_for_rounding_has_no_sign_to_lose() -> None:
    rows = [judged("s0", axes(), axes(focus=2)), judged("s1", axes(), axes(focus=2, risk=2))]
    rows.append(judged("s2", axes(), axes(focus=0, risk=0, spatial=0)))
    found, words = told(rows)
    assert abs(found.difference.value or 0) < 1e-12 and "It has the other sign" not in words


def test_marks_beside_speed_are_those_of_the_same_pairs() -> None:
    """Ratings of the same model in other pairs turned "0.50 higher" into "mean mark 1.60 against 1.50"."""
    other = [one.model_copy(update={"run_id": "x-1", "pair_id": "x-0~x-1"}) for one in judged("s0", 2, 2)[:1]]
    found = report(evidence_of(*steps(1, 0, 1, 0), other), MODELS)
    one, two = found.speed["mean"]
    assert (one, two) == (1, 1.5) and two - one == found.difference.value
    assert found.means.set_index(["model", "axis"]).loc[(A, "overall"), "mean"] > 1


def test_the_sentence_to_repeat_names_its_slice() -> None:
    found = report(evidence_of(*steps(*[1] * 8)), MODELS, Slice(blind_only=True))
    assert repeatable_words(found).endswith("Counted is a part only: blind ratings.")


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        (bound_words(0.0038), "0.004"),  # read "0.00 to 0.35 … Enough evidence"
        (bound_words(-0.004, sign=True), f"{MINUS}0.004"),
        (bound_words(1e-12), "0.00"),
        (bound_words(-0.126), f"{MINUS}0.13"),
        (share_words(0.5), "50%"),
        (share_words(0.504), "50.4%"),
        (share_words(0.997), "99.7%"),
        (share_words(0.0004), "0.04%"),
        (p_words(0.0052), "p = .0052"),  # read ".005" where .005 is the level
        (p_words(0.00497), "p = .00497"),
    ],
)
def test_rounding_hides_no_side(words: str, printed: str) -> None:
    assert words == printed


def test_one_person_is_one_rater_however_the_name_is_typed() -> None:
    """An é of one character and one of two, two spaces and capitals: read "3 raters", whose agreement was told."""
    names = ["Ren\u00e9 B", "Rene\u0301 B", "ren\u00e9  b", "REN\u00c9 B"]
    rows = [judged(f"s{n}", 1, 2, "b", rater=names[n % 4]) for n in range(8)]
    found = report(evidence_of(*rows), MODELS, Slice(raters=(names[1],)))
    assert found.judges == (names[0],) and found.judged_pairs == 8 and found.difference.raters == 1
