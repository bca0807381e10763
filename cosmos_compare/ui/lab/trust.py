"""Stability and controls of a study, as tables with a sentence each."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.language import number, retold, t
from cosmos_compare.records.setting_fields import condition_name
from cosmos_compare.runs.index import RunRow
from cosmos_compare.stats import Estimate
from cosmos_compare.studies.claim_words import words_behind
from cosmos_compare.studies.controls import Control, Kept, controls
from cosmos_compare.studies.facts import KINDS, LETTER, AnswerFacts
from cosmos_compare.studies.matrix import Matrix
from cosmos_compare.studies.stability import stability
from cosmos_compare.studies.work import greedy_labels
from cosmos_compare.texts.vocabulary import word
from cosmos_compare.ui.shared import plain, resources
from cosmos_compare.ui.shared.tables import grid

MOST_CLAIMS = 40


def show_stability(matrix: Matrix, facts: Mapping[str, AnswerFacts]) -> None:
    """How far the repeats of each arm agree."""
    if matrix.plan.repeats < 2:
        st.info(t("Repeats show how stable answers are: set them to two or more."))
        return
    if greedy := greedy_labels(matrix.plan):
        same = t("At temperature 0 repeats are the same answer again, so they agree: {arms}.", arms=", ".join(greedy))
        plain.info(same)
    st.caption(
        t(
            "How often two repeats on one clip state the same: the mean over scenarios, and in brackets where it lies "
            "for scenarios like these with 95 % confidence."
        )
    )
    kinds = (LETTER,) if any(row.item and row.item.options for row in matrix.plan.rows) else KINDS
    head = [
        t("arm"),
        t("questions") if matrix.plan.questions else t("scenarios"),
        *(str(word(kind)) for kind in kinds),
        t("different texts"),
        t("spread of the first time"),
    ]
    lines = []
    for own in stability(matrix, facts):
        spread = "–" if own.spread_s is None else f"{number(own.spread_s, '.2f')} s"
        texts = "–" if own.texts is None else t("{n} of {total}", n=number(own.texts, ".1f"), total=matrix.plan.repeats)
        agree = [_share(own.agree[kind]) for kind in kinds]
        lines.append([matrix.plan.arms[own.arm].label, str(own.scenarios), *agree, texts, spread])
    st.html(grid(head, lines))


def show_controls(matrix: Matrix, facts: Mapping[str, AnswerFacts]) -> None:
    """What each model still claims when it does not see the clip."""
    found = controls(matrix, facts)
    if not found:
        st.info(t("A control shows what a model says from habit: choose, say, blank beside clip under Shown."))
        return
    st.caption(
        t(
            "Of what an answer claims of the clip, the share that it claims under the control, too: from habit, not "
            "from sight. The mean over scenarios; in brackets the 95 % interval for scenarios like these."
        )
    )
    lines = [_control_line(matrix, control) for control in found]
    st.html(grid([t("arm"), t("control"), t("said from habit"), t("claims"), t("scenarios")], lines))
    with st.expander(t("The claims behind the numbers")):
        for control in found:
            st.markdown(f"**{plain.plain(matrix.plan.arms[control.control].label)}**")
            kept = [each for each in control.claims if each.kept]
            stays = [_stays(each) for each in kept[:MOST_CLAIMS]]
            if stays:
                head = [
                    t("scenario"),
                    t("repeat"),
                    t("claim that stays"),
                    t("said of the clip"),
                    t("said of the control"),
                ]
                st.html(grid(head, stays))
            if len(kept) > MOST_CLAIMS:
                st.caption(t("And {n} more.", n=len(kept) - MOST_CLAIMS))
            else:
                st.caption(t("No claim stays."))


def _stays(own: Kept) -> list[str]:
    """A claim that stays, with the sentences that make it."""
    said = [_words(row, own.claim) for row in (own.shown, own.control)]
    return [own.scenario, f"#{own.repeat}", retold(own.claim), *said]


def _words(row: RunRow, claim: str) -> str:
    try:
        return words_behind(resources.saved_run(row), claim) or "–"
    except CompareError:
        return "–"


def _control_line(matrix: Matrix, control: Control) -> list[str]:
    arms = matrix.plan.arms
    kept = sum(each.kept for each in control.claims)
    claims = t("{kept} of {total} stay", kept=kept, total=len(control.claims))
    condition = condition_name(arms[control.control].settings.condition)
    habit = control.habit
    return [arms[control.arm].label, condition, _share(habit), claims, str(habit.scenarios)]


def _share(own: Estimate) -> str:
    if own.value is None:
        return "–"
    if own.low is None or own.high is None:
        return number(own.value, ".0%")
    return t("{value:.0%} ({low:.0%} to {high:.0%})", value=own.value, low=own.low, high=own.high)
