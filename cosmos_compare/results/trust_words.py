"""What a result rests on, in sentences: which ratings, how far raters agree, what hangs on single ones."""

from cosmos_compare.language import semicolons, t, tn
from cosmos_compare.ratings.rubric import LABELS
from cosmos_compare.results.difference_words import ALIKE
from cosmos_compare.results.evidence import Slice
from cosmos_compare.results.numbers_as_text import (
    estimate_words,
    judgements,
    level_words,
    p_words,
    raters,
    scenarios,
    small,
)
from cosmos_compare.results.numbers_as_text import pairs as pair_count
from cosmos_compare.results.report import Report
from cosmos_compare.results.warning_words import axis_words
from cosmos_compare.results.why_not import early_words, is_early
from cosmos_compare.stats import Agreement
from cosmos_compare.stats.agreement import MOST_OF_ONE
from cosmos_compare.stats.jackknife import FEWEST
from cosmos_compare.stats.sign_flips import smallest_p

NAMED = 6  # raters or scenarios by name; more are counted


def basis_words(found: Report) -> str:
    """Which ratings are counted, and how many they are."""
    if not found.judged_pairs:
        return slice_words(found.slice)
    in_scenarios = scenarios(len(found.scenario_differences))
    pairs = tn("{n} pair of answers", "{n} pairs of answers", found.pairs)
    by = t("{judgements} by {raters}", judgements=judgements(found.judged_pairs), raters=_people(found))
    parts = [pairs, in_scenarios, by, t("{blind} of them blind", blind=found.blind)]
    if found.marked < found.judged_pairs:
        parts.append(t("{n} of them with marks of both", n=found.marked))
    return f"{slice_words(found.slice)} {', '.join(parts)}."


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


def axes_words(found: Report) -> str:
    """Which axes differ when all seven are read together."""
    table, b = found.axis_differences, found.models[1]
    known = table.dropna(subset="p")
    if found.difference.scenarios < 2 or known.empty:
        return ""
    clear = [axis_words(row) for row in known.to_dict("records") if row["enough"]]
    note = t("Read one by one, one such table in four shows an axis that differs where none does.")
    if clear:
        return t("Axes on which {b} differs, all read together: {axes}. {note}", b=b, axes=", ".join(clear), note=note)
    least = p_words(float(known["p"].min()))
    return " ".join(
        [t("No axis is shown to differ, all read together (smallest joint {p}).", p=least), _axes_lack(found), note]
    )


def _axes_lack(found: Report) -> str:
    """What an axis would need to be called different."""
    d = found.difference
    if is_early(d):
        return early_words(d)
    if d.planned is not None and d.scenarios > d.planned:
        return t("The first {planned} scenarios, which were planned, decide.", planned=d.planned)
    few = smallest_p(d.scenarios) > d.level
    return (
        t("{scenarios} can't show one.", scenarios=scenarios(d.scenarios))
        if few
        else t(
            "At {scenarios} that takes a joint p ≤ {level} and an interval without 0.",
            scenarios=scenarios(d.scenarios),
            level=small(d.level, "g"),
        )
    )


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
    if low == high:
        words = [t("Without any one scenario {b} − {a} stays {low}.", a=a, b=b, low=low)]
    else:
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
        if set(found.judges) < set(found.raters):
            return t("Agreement can't be told: no answer was rated by two of those who judged these pairs.")
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
    if alpha >= 0.8 and each.raw.scenarios < FEWEST:
        return t("In these few scenarios raters agree well.")
    if alpha >= 0.8:
        return t("Raters agree well.")
    if equal >= 0.85 and each.commonest > MOST_OF_ONE:
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


def _people(found: Report) -> str:
    """How many raters, with their names."""
    return f"{raters(len(found.judges))} ({_named(found.judges)})"


def _named(names: "list[str] | tuple[str, ...]") -> str:
    shown = ", ".join(names[:NAMED])
    return shown if len(names) <= NAMED else t("{shown} and {n} more", shown=shown, n=len(names) - NAMED)
