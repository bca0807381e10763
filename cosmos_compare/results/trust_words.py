"""What a result rests on, in sentences: which ratings, how far raters agree, what hangs on single ones."""

from typing import Any

from cosmos_compare.language import semicolons, t, tn
from cosmos_compare.ratings.rubric import LABELS
from cosmos_compare.results.difference_words import ALIKE
from cosmos_compare.results.evidence import Slice
from cosmos_compare.results.numbers_as_text import estimate_words, judgements, level_words, p_words, raters, scenarios
from cosmos_compare.results.numbers_as_text import pairs as pair_count
from cosmos_compare.results.report import Report
from cosmos_compare.stats import Agreement

NAMED = 6  # raters or scenarios by name; more are counted
STRONG = 0.5  # levels by which axes must differ both ways to be called opposite


def basis_words(found: Report) -> str:
    """Which ratings are counted, and how many they are."""
    if not found.judged_pairs:
        return slice_words(found.slice)
    in_scenarios = scenarios(found.difference.scenarios or len(found.scenarios))
    pairs = tn("{n} pair of answers", "{n} pairs of answers", found.pairs)
    by = t("{judgements} by {raters}", judgements=judgements(found.judged_pairs), raters=_people(found))
    blind = t("{blind} of them blind", blind=found.blind)
    return f"{slice_words(found.slice)} {pairs}, {in_scenarios}, {by}, {blind}."


def slice_words(part: Slice) -> str:
    """The part of the ratings that is counted."""
    parts = [
        t("answers of the study {name}", name=part.study) if part.study else "",
        t("scenarios {names}", names=_named(part.scenarios)) if part.scenarios else "",
        t("prompt versions {names}", names=_named(part.prompt_versions)) if part.prompt_versions else "",
        t("raters {names}", names=_named(part.raters)) if part.raters else "",
        t("blind ratings") if part.blind_only else "",
    ]
    chosen = semicolons(filter(None, parts))
    return t("Counted is a part only: {part}.", part=chosen) if chosen else t("Counted are all ratings.")


def warnings(found: Report) -> list[str]:
    """What a mean would hide: raters, verdicts or axes that contradict each other."""
    a, b = found.models
    words = []
    if found.unverified:
        words.append(
            tn(
                "{n} rated answer is of a server that was not verified: it may have been shown something else.",
                "{n} rated answers are of servers that were not verified: they may have been shown something else.",
                found.unverified,
            )
        )
    tested, share = found.sensitivity, found.win_rate.value
    if tested.opposed:
        means = ", ".join(f"{name} {level_words(mean, sign=True)}" for name, mean in tested.rater_means.items())
        words.append(t("Raters disagree about which is better ({b} − {a}: {means}).", a=a, b=b, means=means))
    value = found.difference.value
    if value is not None and share is not None and abs(value) >= ALIKE and (share - 0.5) * value < 0:
        higher, preferred = (b, a) if value > 0 else (a, b)
        words.append(
            t(
                "Marks and verdicts contradict each other: marks are higher for {higher}, verdicts prefer {preferred}.",
                higher=higher,
                preferred=preferred,
            )
        )
    table = found.axis_differences.dropna(subset="difference")
    if len(table) and table["difference"].max() >= STRONG and table["difference"].min() <= -STRONG:
        ordered = table.sort_values("difference", kind="stable").to_dict("records")
        worst, best = (_axis(row) for row in (ordered[0], ordered[-1]))
        text = t("Axes contradict each other: {b} is higher on {best}, lower on {worst}.", b=b, best=best, worst=worst)
        words.append(text)
    return words


def axes_words(found: Report) -> str:
    """Which axes differ when all seven are read together."""
    table, b = found.axis_differences, found.models[1]
    known = table.dropna(subset="p")
    if found.difference.scenarios < 2 or known.empty:
        return ""
    clear = [_axis(row) for row in known.to_dict("records") if row["enough"]]
    note = t("Read one by one, one such table in four shows an axis that differs where none does.")
    if clear:
        return t("Axes on which {b} differs, all read together: {axes}. {note}", b=b, axes=", ".join(clear), note=note)
    least = p_words(float(known["p"].min()))
    return t("No axis is shown to differ, all read together (smallest joint {p}). {note}", p=least, note=note)


def missing_words(found: Report) -> str:
    """What "cannot judge" does to the mean; empty where every axis has the same number of marks."""
    counts = dict(zip(found.axis_differences["axis"], found.axis_differences["n"].astype(int), strict=True))
    low, high = min(counts, key=lambda axis: counts[axis]), max(counts, key=lambda axis: counts[axis])
    if counts[low] == counts[high]:
        return ""
    text = t(
        "“Cannot judge” leaves axes with unequal numbers of marks, from {least} ({low}) to {most} ({high}) pairs.",
        least=counts[low],
        low=t(LABELS[low]),
        most=counts[high],
        high=t(LABELS[high]),
    )
    value, alike = found.difference.value, found.mean_of_axes
    if value is None or alike is None or abs(value - alike) < ALIKE:
        return text
    a, b = found.models
    more = t(
        "With every axis counted alike {b} − {a} is {alike} instead of {value}.",
        a=a,
        b=b,
        alike=level_words(alike, sign=True),
        value=level_words(value, sign=True),
    )
    return f"{text} {more}"


def sensitivity_words(found: Report) -> str:
    """What hangs on single scenarios and raters, and whether the ratings changed on the way."""
    tested, (a, b) = found.sensitivity, found.models
    if tested.without_scenario is None:
        return ""
    low, high = (level_words(value, sign=True) for value in tested.without_scenario)
    words = [t("Without any one scenario {b} − {a} lies between {low} and {high}.", a=a, b=b, low=low, high=high)]
    if tested.turning:
        words.append(t("It has the other sign without {names}.", names=_named(tested.turning)))
    if len(tested.without_rater) > 1:
        means = ", ".join(f"{name} {level_words(mean, sign=True)}" for name, mean in tested.without_rater.items())
        words.append(t("Without one rater: {means}.", means=means))
    if tested.halves and tested.halves_p is not None:
        first, second = (level_words(half, sign=True) for half in tested.halves)
        halves = t("First half of the scenarios as rated {first}, second {second}", first=first, second=second)
        drift = t("more apart than chance would have it: did the rubric or its use change on the way?")
        words.append(t("{what}: {words}", what=halves, words=drift) if tested.halves_p <= 0.01 else f"{halves}.")
    return " ".join(words)


def agreement_words(found: Report) -> str:
    """How far raters agree, first in plain words, then four coefficients side by side."""
    each = found.agreement
    if each.raw.value is None:
        return t("Agreement between raters can't be told: no run was rated by two raters.")
    parts = [
        t("Krippendorff's α {value}", value=estimate_words(each.alpha)),
        t("weighted κ {value}", value=estimate_words(each.kappa)),
        t("Gwet's AC2 {value}", value=estimate_words(each.ac2)),
        t("equal marks {share}", share=estimate_words(each.raw, percent=True)),
    ]
    basis = f"{raters(each.raters)}, " + tn("{n} mark given", "{n} marks given", each.raw.n)
    twice = t("{basis} twice or more, {scenarios}", basis=basis, scenarios=scenarios(each.raw.scenarios))
    return f"{verdict_on_agreement(each)} {semicolons(parts)} ({twice})."


def verdict_on_agreement(each: Agreement) -> str:
    """What α says, by Krippendorff's own bounds."""
    alpha, equal = each.alpha.value, each.raw.value or 0.0
    if alpha is None:
        return t("Raters gave one level only, so whether they agree can't be told.")
    if alpha >= 0.8:
        return t("Raters agree well.")
    if equal >= 0.85:
        return t("Raters mostly give the same level, nearly always the same one, where agreement is hard to tell.")
    if alpha >= 0.667:
        return t("Raters agree well enough for cautious conclusions.")
    if alpha >= 0.2:
        return t("Raters agree less than conclusions need (α below .667): talk about the rubric.")
    return t("Your raters hardly agree: their marks say more about them than about the models.")


def coverage_words(found: Report) -> str:
    """How much of what could be rated is."""
    if found.coverage.empty:
        return t("No runs on disk pair these two.")
    pairs, rated, twice = (int(found.coverage[name].sum()) for name in ("pairs", "rated", "twice"))
    return t(
        "Rated are {rated} of {pairs} on disk, {twice} of them by two raters or more.",
        rated=rated,
        pairs=pair_count(pairs),
        twice=twice,
    )


def _axis(row: dict[Any, Any]) -> str:
    return f"{t(LABELS[row['axis']])} ({level_words(row['difference'], sign=True)})"


def _people(found: Report) -> str:
    """How many raters, with their names."""
    names = list(found.sensitivity.rater_means) or list(found.raters)
    return f"{raters(len(names))} ({_named(names)})"


def _named(names: "list[str] | tuple[str, ...]") -> str:
    shown = ", ".join(names[:NAMED])
    return shown if len(names) <= NAMED else t("{shown} and {n} more", shown=shown, n=len(names) - NAMED)
