"""Hints on the pages: one line each with what was read, grey until people's marks prove them, escaped, never a sum."""

from __future__ import annotations

import re

from cosmos_compare.hints.people import Caught, HintAgreement
from cosmos_compare.hints.records import Finding, Hint
from cosmos_compare.stats.estimate import Estimate
from cosmos_compare.ui.shared.hints_markup import hints_table, people_table


def agreement(hint: str, proven: bool) -> HintAgreement:
    kappa = Estimate(0.61, 0.45, 0.77, 60, 24)
    return HintAgreement(hint, hint, kappa, 0.42, 60 if proven else 12, kappa, Caught(9, 12, 0.43, 0.95), proven)


RISK = Hint("risk", 1, "says high; true is medium", (Finding("over", "high", "says high", "<b>HIGH</b>"),))
FORM = Hint("format", 2, "whole")


def test_what_is_not_proven_is_grey_and_says_its_n() -> None:
    html = hints_table(["One"], [[RISK, FORM]], [agreement("risk", proven=False)])
    assert '<tr class="unproven">' in html and "not proven: n = 12, κ 0.61" in html
    assert "~ says high; true is medium" in html and "held against no mark" in html
    proven = hints_table(["One"], [[RISK]], [agreement("risk", proven=True)])
    assert "unproven" not in proven and "proven: n = 60" in proven


def test_words_of_a_model_are_only_ever_text() -> None:
    html = hints_table(["<i>One</i>"], [[RISK]], [])
    assert "&lt;b&gt;HIGH" in html and "&lt;i&gt;One" in html and "not proven: n = 0" in html


def test_the_agreement_with_people_is_told_with_its_interval_and_the_fails_caught() -> None:
    html = people_table([agreement("risk", proven=False)])
    cells = re.findall(r"<td>(.*?)</td>", html)
    assert cells == ["risk", "0.61", "0.45 to 0.77", "0.61", "9 of 12 (0.43 to 0.95)", "not proven: n = 12"]
