"""More than two arms: every two of them read together, and two arms on a clip against the same two on its control."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from cosmos_compare.language import semicolons, t
from cosmos_compare.ratings.arms import ArmChoice, Two, label, labels, two_arms
from cosmos_compare.ratings.standing import MARKS, Codes, codes_of
from cosmos_compare.records.schema import AXES
from cosmos_compare.records.setting_fields import condition_name
from cosmos_compare.results.difference_words import (
    decision_words,
    difference_words,
    others_words,
)
from cosmos_compare.results.evidence import Evidence, Slice
from cosmos_compare.results.numbers_as_text import interval_words, level_words, scenarios, small
from cosmos_compare.results.report import judgements
from cosmos_compare.stats import (
    UNPLANNED,
    ArmPair,
    Difference,
    Look,
    difference,
    difference_of_differences,
    every_two,
    paired,
)
from cosmos_compare.stats.estimate import Floats


class ControlDifference(NamedTuple):
    """B − A on the clip, on the control, and the first less the second; `of_a` and `of_b` are clip − control."""

    models: tuple[str, str]
    condition: str
    on_clip: Difference
    on_control: Difference
    difference: Difference
    of_a: Difference
    of_b: Difference


def against_control(
    found: Evidence,
    arms: Two,
    condition: str,
    part: Slice,
    planned: int | None = None,
    plan_of: Callable[[Two], int | None] = lambda two: None,
) -> ControlDifference:
    """What two arms make of the picture. Clip and control of an arm are compared where a rater judged that pair.

    `planned` counts for the arms on their clips; `plan_of` says what was planned for others. Their difference is
    planned where as many scenarios were for both.
    """
    shown = two_arms(arms)
    blind = (shown[0]._replace(condition=condition), shown[1]._replace(condition=condition))
    on_clip, on_control = _marks(found, shown, part), _marks(found, blind, part)
    of_each = [(control, clip) for clip, control in zip(shown, blind, strict=True)]
    own = [_marks(found, two, part) for two in of_each]
    looks = [Look(plan_of(two)) for two in (blind, *of_each)]
    both = Look(planned if planned == looks[0].planned else None)
    return ControlDifference(
        models=labels(shown, found.prompts()),
        condition=condition,
        on_clip=difference(*on_clip, look=Look(planned)),
        on_control=difference(*on_control, look=looks[0]),
        difference=difference_of_differences(*on_clip[:2], *on_control[:2], look=both),
        of_a=difference(*own[0], look=looks[1]),
        of_b=difference(*own[1], look=looks[2]),
    )


def _marks(found: Evidence, arms: Two, part: Slice) -> tuple[Floats, Codes, Codes]:
    """B − A of all judged pairs in long form, with the scenario and the rater of each."""
    pairs = judgements(found, arms, part)[1]
    places = found.rated_at.reindex(pairs["scenario"].cat.categories).to_numpy()[codes_of(pairs, "scenario")]
    raters = codes_of(pairs, "rater")
    wide = len(AXES)
    return pairs[MARKS].to_numpy().ravel(), np.repeat(places.astype(np.int64), wide), np.repeat(raters, wide)


def control_sentences(found: ControlDifference) -> list[str]:
    """The findings, each with what it is about."""
    a, b = found.models
    control = condition_name(found.condition)
    words = [_interaction(found, control)]
    for title, each in ((t("On the clip"), found.on_clip), (control.capitalize(), found.on_control)):
        words.append(t("{what}: {words}", what=title, words=difference_words(each, a, b)))
    for model, each in ((a, found.of_a), (b, found.of_b)):
        if each.value is not None:
            said = f"{difference_words(each, control, t('the clip'))} {others_words(each)}".strip()
            words.append(t("{what}: {words}", what=model, words=said))
    return words


def _interaction(found: ControlDifference, control: str) -> str:
    """How much more the second arm is than the first on the clip than on its control."""
    (a, b), d = found.models, found.difference
    if d.value is None or d.low is None or d.high is None:
        return t("No two scenarios have {a} and {b} rated on the clip and on {x}.", a=a, b=b, x=control)
    blanks = {
        "a": a,
        "b": b,
        "size": level_words(abs(d.value)),
        "condition": control,
        "interval": interval_words(d.low, d.high),
        "scenarios": scenarios(d.scenarios),
    }
    if d.value < 0:
        words = t(
            "{b} − {a} is {size} smaller on the clip than on {condition} ({interval} for these raters on scenarios "
            "like these; {scenarios}).",
            **blanks,
        )
    else:
        words = t(
            "{b} − {a} is {size} larger on the clip than on {condition} ({interval} for these raters on scenarios "
            "like these; {scenarios}).",
            **blanks,
        )
    return f"{words} {decision_words(d)}"


def every_two_arms(found: Evidence, arms: Sequence[ArmChoice], part: Slice) -> pd.DataFrame:
    """Every two arms from the marks of all: a, b (labels), difference (b − a), low, high, n, scenarios, p, enough.

    Two arms are compared where a rater marked both on an axis in a scenario. `p` reads all pairs together.
    """
    rows = found.part(part)
    rows = rows[rows["current"].to_numpy()]
    arm = _arm_of(rows, arms, found)
    rows, arm = rows[arm >= 0], arm[arm >= 0]
    wide = len(AXES)
    scenario = np.unique(codes_of(rows, "scenario"), return_inverse=True)[1].reshape(-1)
    rater = codes_of(rows, "rater")
    judged = np.unique(scenario * (rater.max(initial=0) + 1) + rater, return_inverse=True)[1].reshape(-1)
    blocks = judged[:, None] * wide + np.arange(wide)
    marks = rows[MARKS].to_numpy().ravel()
    pairs = every_two(paired(marks, blocks.ravel(), np.repeat(arm, wide), np.repeat(scenario, wide), len(arms)))
    names = [label(one, arms, found.prompts()) for one in arms]
    result = [(names[two.first], names[two.second], *two[2:], _clear(two)) for two in pairs]
    return pd.DataFrame(result, columns=["a", "b", "difference", "low", "high", "n", "scenarios", "p", "enough"])


def _arm_of(rows: pd.DataFrame, arms: Sequence[ArmChoice], found: Evidence) -> Codes:
    """The number of each row's arm, −1 for none. Of a run that is gone only the model is known, as for two arms."""
    ids = rows["run_id"].cat.categories.tolist()
    of = np.full(len(ids) + 1, -1, dtype=np.int64)
    for place, run_id in enumerate(ids):
        run = found.by_id.get(run_id)
        if run is not None:
            of[place] = next((number for number, arm in enumerate(arms) if arm.takes(run)), -1)
    own = of[codes_of(rows, "run_id")]
    gone = ~rows["run_id"].isin(found.by_id.keys()).to_numpy()
    for number, arm in enumerate(arms):
        if arm.pooled:
            own[gone & (rows["model"] == arm.model).to_numpy()] = number
    return np.asarray(own)


def _clear(two: ArmPair) -> bool:
    """Whether a pair is shown to differ: nobody plans a table of all pairs."""
    if two.p is None or two.low is None or two.high is None or two.low <= 0 <= two.high:
        return False
    return two.p <= UNPLANNED.level_at(two.scenarios)


def many_words(table: pd.DataFrame) -> str:
    """Which of all pairs are shown to differ, of whom, and what it would take."""
    clear = [_rated(row) for row in table.to_dict("records") if row["enough"]]
    if clear:
        return t(
            "Shown to differ for these raters on scenarios like these, all pairs read together: {pairs}.",
            pairs=semicolons(clear),
        )
    most = int(table["scenarios"].max())
    if not most:
        return t("No rater has marked two of these arms in one scenario yet.")
    return t(
        "No two arms are shown to differ for these raters on scenarios like these, all pairs read together; at "
        "{scenarios} that takes a joint p ≤ {level}.",
        scenarios=scenarios(most),
        level=small(UNPLANNED.level_at(most), "g"),
    )


def _rated(row: dict[Any, Any]) -> str:
    size = level_words(abs(row["difference"]))
    if row["difference"] > 0:
        return t("{b} is rated {size} higher than {a}", a=row["a"], b=row["b"], size=size)
    return t("{b} is rated {size} lower than {a}", a=row["a"], b=row["b"], size=size)
