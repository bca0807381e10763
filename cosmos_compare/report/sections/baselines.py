"""8. Baselines: what guessing reaches, controls, answers that can't be read, repeats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from markupsafe import Markup

from cosmos_compare.effort.readable import WHYS, unreadable
from cosmos_compare.language import semicolons, t, tn
from cosmos_compare.report.elements import Child, bullets, el, joined, table
from cosmos_compare.report.habits import Habit, habits, repeats
from cosmos_compare.report.material import Material
from cosmos_compare.report.printed import percent, share
from cosmos_compare.results.many_arms import control_sentences
from cosmos_compare.results.numbers_as_text import estimate_words, scenarios

LEVELS = 4  # of risk


def section(told: Material) -> Markup:
    parts: list[tuple[str, Iterable[Child]]] = [
        (t("Guessing"), _guessing(told)),
        (t("Controls"), _controls(told)),
        (t("Answers that can't be read"), _unreadable(told)),
        (t("Repeats"), _repeats(told)),
    ]
    return joined(joined([el("h3", title), bullets(words)]) for title, words in parts)


def _guessing(told: Material) -> Iterator[Child]:
    yield t("A coin that decides each pair prefers either answer half of the time, and shows no difference of marks.")
    truths = {case.scenario: case.truth for case in told.cases if case.truth and case.truth.risk}
    if truths:
        levels = Counter(truth.risk.level for truth in truths.values() if truth and truth.risk)
        level, often = min(levels.items(), key=lambda item: (-item[1], item[0]))
        yield t(
            "Majority: the commonest risk in the ground truths is “{level}”, in {share} clips. Always saying so is "
            "right there. Random: one of the {n} levels drawn by lot is right in 1 of {n}.",
            level=t(level),
            share=share(often, len(truths)),
            n=LEVELS,
        )
    if told.scores:
        yield _letters(told)
    else:
        yield t("These answers are not scored by letter: no right letters of questions with options are here.")


def _letters(told: Material) -> Markup:
    """Right letters of imported questions, beside what needs no model."""
    rows: list[list[Child]] = [
        [
            label,
            estimate_words(score.accuracy, percent=True),
            share(score.unreadable, score.answers),
            t("{share} (always {letter})", share=percent(score.baseline.majority), letter=score.baseline.letter),
            percent(score.baseline.by_lot),
        ]
        for label, score in told.scores
    ]
    head = (t("Arm"), t("Right letters, over videos"), t("Letter can't be read"), t("Majority"), t("Random"))
    return table(head, rows, t("Questions with options: a letter that can't be read counts as not right"))


def _controls(told: Material) -> Iterator[Child]:
    for control in told.controls:
        title = el("b", t("Clip against {condition}", condition=t(control.condition)))
        yield joined([title, bullets(control_sentences(control))])
    if not told.controls:
        yield t("No control was rated: whether the marks come from what was seen was not tried by people.")
    found = habits(told)
    yield from map(_habit_words, found)
    if not found:
        yield t("No control was answered: a blank, frozen or swapped clip would show what these models claim unseen.")


def _habit_words(habit: Habit) -> str:
    return t(
        "{model}: of {n} claims about clips (objects, risk above low, events, as the program reads them) {share} also "
        "stand in its answer to “{condition}” ({scenarios}). What stays without sight is habit.",
        model=habit.model,
        n=habit.kept.n,
        share=estimate_words(habit.kept, percent=True),
        condition=t(habit.condition),
        scenarios=scenarios(habit.kept.scenarios),
    )


def _unreadable(told: Material) -> Iterator[str]:
    for side, model in enumerate(told.models):
        runs = told.runs(side)
        found = Counter(why for run in runs if (why := unreadable(run)))
        kinds = semicolons(t("{n}: {why}", n=n, why=t(WHYS[why])) for why, n in sorted(found.items()))
        words = t("{model}: {share} answers", model=model, share=share(sum(found.values()), len(runs)))
        yield f"{words} ({kinds})" if kinds else words


def _repeats(told: Material) -> Iterator[str]:
    told_any = False
    for side, model in enumerate(told.models):
        found = repeats(told.on_disk(side))
        if found.asked:
            told_any = True
            asked = tn(
                "{model}: {n} request was repeated", "{model}: {n} requests were repeated", found.asked, model=model
            )
            same = t("in {share} all repeats have the same text", share=share(found.alike, found.asked))
            yield f"{semicolons([asked, same])}."
    if not told_any:
        yield t("No request of these two was repeated: how stable the answers are was not measured.")
