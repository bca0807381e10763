"""The report: what the ratings say about two models. Every number has its n; the words are in `report_words`."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cosmos_compare.ratings.judged_pairs import judged_pairs
from cosmos_compare.ratings.standing import MARKS, codes_of
from cosmos_compare.results import report_tables as tables
from cosmos_compare.results.evidence import Evidence, Slice
from cosmos_compare.results.speed import speed
from cosmos_compare.schema import AXES
from cosmos_compare.stats import Agreement, Difference, Estimate, difference, left_share, win_rate


@dataclass(frozen=True)
class Report:
    """What the ratings of a slice say about models A and B. Differences are B − A, in marks of 0 to 2.

    `ratings` are rated runs (a rater and a run), `judged_pairs` pairs (a rater and a pair). The columns of the frames
    are those of the functions of the same name in `report_tables`; `matrix`, `matrix_n` and `matrix_pairs` are those
    of `matrices`: scenario × axis.
    """

    models: tuple[str, str]
    slice: Slice
    ratings: int
    judged_pairs: int
    raters: tuple[str, ...]
    scenarios: tuple[str, ...]
    difference: Difference
    win_rate: Estimate
    left_share: Estimate
    verdicts: dict[str, int]
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


def report(found: Evidence, models: tuple[str, str], part: Slice | None = None) -> Report:
    """Everything about two models in one part of the ratings."""
    part = part or Slice()
    rows = found.part(part)
    rows = rows[rows["model"].isin(models).to_numpy()]
    current = rows[rows["current"].to_numpy()]
    pairs = judged_pairs(rows, models)
    runs = part.runs(found.runs)
    scenarios = codes_of(pairs, "scenario")
    means = tables.means(current, models)
    matrix, matrix_n, matrix_pairs = tables.matrices(pairs)
    return Report(
        models=models,
        slice=part,
        ratings=len(current),
        judged_pairs=len(pairs),
        raters=tuple(sorted(current["rater"].unique())),
        scenarios=tuple(sorted(current["scenario"].unique())),
        difference=difference(pairs[MARKS].to_numpy().ravel(), np.repeat(scenarios, len(AXES))),
        win_rate=win_rate(pairs["outcome"].to_numpy(), scenarios),
        left_share=left_share(pairs["left_won"].to_numpy(), scenarios),
        verdicts=tables.verdicts(pairs),
        agreement=tables.agreement(current),
        means=means,
        axis_differences=tables.axis_differences(pairs),
        scenario_differences=tables.scenario_differences(pairs),
        matrix=matrix,
        matrix_n=matrix_n,
        matrix_pairs=matrix_pairs,
        axis_agreement=tables.axis_agreement(current),
        rater_pairs=tables.rater_pairs(current),
        coverage=tables.coverage(runs, pairs, models),
        speed=speed(pairs["pair_id"], found.runs, means, models),
    )
