"""Verdicts and sides in sentences: who wins, and whether raters favour a side."""

from cosmos_compare.language import number, semicolons, t, tn
from cosmos_compare.results.numbers_as_text import interval_words, p_words, raters, scenarios, whose_words
from cosmos_compare.stats import Preference, Sides
from cosmos_compare.stats.looks import UNPLANNED_LEVEL


def win_words(wins: Preference, verdicts: dict[str, int], a: str, b: str) -> str:
    """How often B wins, each scenario counted once, what kinds of verdicts there are, and whether it is enough."""
    if wins.value is None or wins.low is None or wins.high is None:
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
    interval = interval_words(wins.low, wins.high, percent=True)
    basis = [
        whose_words(interval, wins.raters),
        f"{scenarios(wins.scenarios)}, " + tn("{n} verdict", "{n} verdicts", wins.n),
        kinds,
    ]
    text = t(
        "Verdicts: {b} wins {share}, each scenario counted once, a tie and “both bad” as half a win ({basis}).",
        b=b,
        share=number(wins.value, ".0%"),
        basis=semicolons(basis),
    )
    return " ".join(filter(None, [text, _decision(wins, a, b), _left_out(verdicts)]))


def _decision(wins: Preference, a: str, b: str) -> str:
    assert wins.value is not None and wins.p is not None
    test = t("exact sign flips {p}", p=p_words(wins.p))
    if not wins.enough:
        least = ""
        if wins.smallest_p is not None and wins.smallest_p > UNPLANNED_LEVEL:
            smallest = p_words(wins.smallest_p).removeprefix("p = ")
            least = t(
                "; the smallest that {scenarios} can give is {p}", scenarios=scenarios(wins.scenarios), p=smallest
            )
        return t("Not enough evidence for a preference ({test}{least}).", test=test, least=least)
    text = t("Enough evidence that {x} is preferred ({test}).", x=b if wins.value > 0.5 else a, test=test)
    if wins.wide_low is None or wins.wide_high is None or wins.enough_for_others:
        return text
    interval = interval_words(wins.wide_low, wins.wide_high, percent=True)
    only = t(
        "Only these {raters} support it: if others judged, {interval}.", raters=raters(wins.raters), interval=interval
    )
    return f"{text} {only}"


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
        left=number(sides.b_left, ".0%"),
        right=number(sides.b_right, ".0%"),
        p=p_words(sides.p),
    )
    if not sides.favoured:
        return f"{text} {shares} " + t("Not enough evidence for a habit.")
    if sides.b_left > sides.b_right:
        return f"{text} {shares} " + t("Raters favour a side: the left one.")
    return f"{text} {shares} " + t("Raters favour a side: the right one.")
