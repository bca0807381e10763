"""Verdicts and sides in sentences: who wins, and whether raters favour a side."""

from cosmos_compare.language import clause, semicolons, t, tn
from cosmos_compare.results.numbers_as_text import (
    interval_words,
    p_words,
    raters,
    scenarios,
    share_words,
    small_first,
    whose_words,
)
from cosmos_compare.results.why_not import early_words, is_early, why_not
from cosmos_compare.stats import Preference, Sides
from cosmos_compare.stats.sign_flips import EXACT_UP_TO


def win_words(wins: Preference, verdicts: dict[str, int], a: str, b: str) -> str:
    """How often B wins, each scenario counted once, what kinds of verdicts there are, and whether it is enough."""
    if wins.value is None:
        return t("No verdict is given yet.")
    kinds = t(
        "{b} better {n_b}, {a} better {n_a}, tie {tie}, both bad {bad}",
        a=a,
        b=b,
        n_a=verdicts["a"],
        n_b=verdicts["b"],
        tie=verdicts["tie"],
        bad=verdicts["both_bad"],
    )
    basis = [
        whose_share(wins),
        f"{scenarios(wins.scenarios)}, " + tn("{n} verdict", "{n} verdicts", wins.n),
        kinds,
    ]
    text = t(
        "Verdicts: {b} wins {share}, each scenario counted once, a tie and “both bad” as half a win ({basis}).",
        b=b,
        share=share_words(wins.value),
        basis=semicolons(basis),
    )
    return " ".join(filter(None, [text, _decision(wins, a, b), _left_out(verdicts)]))


def whose_share(wins: Preference) -> str:
    """The interval of a share of wins with what it is about, or why there is none."""
    if wins.low is None or wins.high is None:
        return small_first(clause(t(wins.why)))
    return whose_words(interval_words(wins.low, wins.high, percent=True), wins.raters)


def _decision(wins: Preference, a: str, b: str) -> str:
    assert wins.value is not None and wins.p is not None
    if is_early(wins):
        return early_words(wins)
    test = t("exact sign flips {p}", p=p_words(wins.p)) if wins.scenarios <= EXACT_UP_TO else _flips(wins.p)
    if not wins.enough:
        text = t("Not enough evidence for a preference ({test}).", test=test)
        return " ".join(filter(None, [text, why_not(wins) if wins.scenarios > 1 else ""]))
    text = t("Enough evidence that {x} is preferred ({test}).", x=b if wins.value > 0.5 else a, test=test)
    if wins.wide_low is None or wins.wide_high is None or wins.enough_for_others:
        return text
    interval = interval_words(wins.wide_low, wins.wide_high, percent=True)
    only = t(
        "Only these {raters} support it: if others judged, {interval}.", raters=raters(wins.raters), interval=interval
    )
    return f"{text} {only}"


def _flips(p: float) -> str:
    return t("sign flips {p}", p=p_words(p))


def _left_out(verdicts: dict[str, int]) -> str:
    if not verdicts.get("contradictory"):
        return ""
    return t("Verdicts whose two rows contradict each other are left out: {n}.", n=verdicts["contradictory"])


def left_words(sides: Sides, b: str) -> str:
    """Whether the side plays a role."""
    if sides.value is None or sides.low is None or sides.high is None or sides.p is None:
        return t(
            "Whether raters favour a side can't be told: no blind verdict whose side was drawn by lot has a winner."
        )
    text = t(
        "Sides: the left answer won {won} of {n} decided blind verdicts with sides drawn by lot ({interval}).",
        won=round(sides.value * sides.n),
        n=sides.n,
        interval=interval_words(sides.low, sides.high, percent=True),
    )
    if sides.b_left is None or sides.b_right is None:
        return t("{text} All had {b} on the same side, so a habit can't be told from a preference.", text=text, b=b)
    shares = t(
        "{b} won {left} of them on the left and {right} on the right (exact {p}).",
        b=b,
        left=share_words(sides.b_left),
        right=share_words(sides.b_right),
        p=p_words(sides.p),
    )
    if not sides.favoured:
        return f"{text} {shares} " + t("Not enough evidence for a habit.")
    if sides.b_left > sides.b_right:
        return f"{text} {shares} " + t("Raters favour a side: the left one.")
    return f"{text} {shares} " + t("Raters favour a side: the right one.")
