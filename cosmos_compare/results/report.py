"""The report: what the ratings say about two arms. Every number has its n; the words are in `report_words`."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cosmos_compare.ratings.arms import ArmChoice, Two, labels, two_arms
from cosmos_compare.ratings.judged_pairs import asked_alike, judged_pairs, sides_of
from cosmos_compare.ratings.standing import MARKS, Codes, codes_of
from cosmos_compare.records.schema import AXES
from cosmos_compare.results import agreement_tables
from cosmos_compare.results import report_tables as tables
from cosmos_compare.results.evidence import Evidence, Slice
from cosmos_compare.results.sensitivity import Sensitivity, sensitivity
from cosmos_compare.results.speed import speed
from cosmos_compare.runs.index import Arm
from cosmos_compare.stats import Agreement, Difference, Look, Preference, Sides, difference, side_bias, win_rate


@dataclass(frozen=True)
class Report:
    """What the ratings of a slice say about arms A and B. Differences are B − A, in levels of the marks 0 to 2.

    `models` are what people call the arms. `ratings` are rated runs (a rater and a run), `pairs` pairs of runs that
    somebody judged, `judged_pairs` judgements (a rater and a pair), `blind` those of them that were blind, `marked`
    those with marks of both answers, `judges` whose they are. Of `decided` judgements with marks that differ and a
    winner, the marks of `against` favour the other one. `raters` and `scenarios` are those of all ratings, of other
    pairs too. Agreement is that of the judges, and speed stands beside the marks of the judged pairs. `unverified`
    of the rated runs are of servers that may have read another prompt. The columns of the frames are those of the
    functions of the same name in `report_tables`; `matrix`, `matrix_n` and `matrix_pairs` are those of `matrices`:
    scenario × axis. `mean_of_axes` is the mean of B − A with every axis counted alike, where `difference` counts
    every mark alike.
    """

    models: tuple[str, str]
    arms: Two
    slice: Slice
    ratings: int
    unverified: int
    pairs: int
    judged_pairs: int
    blind: int
    marked: int
    decided: int
    against: int
    judges: tuple[str, ...]
    raters: tuple[str, ...]
    scenarios: tuple[str, ...]
    difference: Difference
    mean_of_axes: float | None
    win_rate: Preference
    left_share: Sides
    verdicts: dict[str, int]
    sensitivity: Sensitivity
    agreement: Agreement
    means: pd.DataFrame
    axis_differences: pd.DataFrame
    scenario_differences: pd.DataFrame
    matrix: pd.DataFrame
    matrix_n: pd.DataFrame
    matrix_pairs: pd.DataFrame
    axis_agreement: pd.DataFrame
    rater_pairs: pd.DataFrame
    coverage: pd.DataFrame
    speed: pd.DataFrame


def judgements(found: Evidence, arms: Two, part: Slice) -> tuple[pd.DataFrame, pd.DataFrame, Codes]:
    """The standing rows of two arms in a slice, with the `side` of each; its judged pairs; and for each of these the
    number of its scenario, counted as they were rated."""
    rows = found.part(part)
    where = found.placed(arms)
    sides = sides_of(rows, arms, where)
    rows = rows[sides >= 0].assign(arm=sides[sides >= 0])
    like = rows[asked_alike(rows, where)]
    pairs = judged_pairs(like, like["arm"].to_numpy())
    return rows, pairs, _as_rated(pairs, found.rated_at)


def report(
    found: Evidence, arms: Sequence[str | Arm | ArmChoice], part: Slice | None = None, planned: int | None = None
) -> Report:
    """Everything about two arms (a text is a model) in one part of the ratings.

    `planned` is the number of scenarios that was recorded before the first rating (`plans.counts`), or none.
    """
    part, two, look = part or Slice(), two_arms(arms), Look(planned)
    rows, pairs, order = judgements(found, two, part)
    current = rows[rows["current"].to_numpy()]
    raters, names = codes_of(pairs, "rater"), _names(pairs, order)
    values, every = pairs[MARKS].to_numpy(), np.ones(len(AXES), dtype=np.int64)
    called = labels(two, found.prompts())
    means = tables.means(current, called)
    axes = tables.axis_differences(pairs, order, look)
    matrix, matrix_n, matrix_pairs = tables.matrices(pairs)
    outcome = pairs["outcome"].to_numpy()
    apart = np.sign(np.nan_to_num(values).sum(axis=1)) * np.sign(np.nan_to_num(outcome, nan=0.5) - 0.5)
    judges = tuple(sorted(pairs["rater"].unique()))
    everybody = tuple(sorted(current["rater"].unique()))
    common = current[current["rater"].isin(judges).to_numpy()] if judges and judges != everybody else current
    return Report(
        models=called,
        arms=two,
        slice=part,
        ratings=len(current),
        unverified=sum(found.by_id[each].unverified for each in current["run_id"].unique() if each in found.by_id),
        pairs=pairs["pair_id"].nunique(),
        judged_pairs=len(pairs),
        blind=int(pairs["blind"].sum()),
        marked=int((~np.isnan(values)).any(axis=1).sum()),
        decided=int(np.count_nonzero(apart)),
        against=int(np.count_nonzero(apart < 0)),
        judges=judges,
        raters=everybody,
        scenarios=tuple(sorted(current["scenario"].unique())),
        difference=difference(values.ravel(), np.repeat(order, len(AXES)), np.outer(raters, every).ravel(), look=look),
        mean_of_axes=_mean_of_axes(axes),
        win_rate=win_rate(outcome, order, raters, look=look),
        left_share=side_bias(outcome, pairs["b_left"].to_numpy(), look.at_plan_only(len(names)).level_at(len(names))),
        verdicts=tables.verdicts(pairs),
        sensitivity=sensitivity(pairs, order, names),
        agreement=agreement_tables.agreement(common),
        means=means,
        axis_differences=axes,
        scenario_differences=tables.scenario_differences(pairs),
        matrix=matrix,
        matrix_n=matrix_n,
        matrix_pairs=matrix_pairs,
        axis_agreement=agreement_tables.axis_agreement(common),
        rater_pairs=agreement_tables.rater_pairs(common),
        coverage=tables.coverage(part.pairs(found.pairs(two)), pairs),
        speed=speed(pairs["pair_id"], found.runs, tables.paired_means(pairs, order, called), two, called),
    )


def _as_rated(pairs: pd.DataFrame, rated_at: "pd.Series[int]") -> Codes:
    """For each judged pair the number of its scenario, in the order in which scenarios were first rated."""
    places = rated_at.reindex(pairs["scenario"].cat.categories).to_numpy()[codes_of(pairs, "scenario")]
    return np.unique(places, return_inverse=True)[1].reshape(-1)


def _names(pairs: pd.DataFrame, order: Codes) -> list[str]:
    """The scenario of each number."""
    _, first = np.unique(order, return_index=True)
    return pairs["scenario"].astype(object).iloc[first].tolist()


def _mean_of_axes(axes: pd.DataFrame) -> float | None:
    known = axes["difference"].dropna()
    return float(known.mean()) if len(known) else None
