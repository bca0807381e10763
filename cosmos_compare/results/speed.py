"""Time beside quality: how long the rated answers took, like with like. Pure functions over rows.

Two models are compared on the pairs that were rated, so on the same clips and questions. An answer that was spared a
part of its work, since the clip was kept from an earlier question, is counted and left out of the times, with the
other answer of its pair: it would make one model look faster than it is.
"""

from collections.abc import Iterable

import pandas as pd

from cosmos_compare.language import t, tn
from cosmos_compare.ratings.arms import Two
from cosmos_compare.ratings.pairs import run_ids
from cosmos_compare.runs.index import RunRow

TIMES = ["total_s", "first_token_s", "tokens_per_s", "new_tokens"]
QUALITY = ["mean", "low", "high"]


def speed(
    pair_ids: Iterable[str], runs: Iterable[RunRow], means: pd.DataFrame, arms: Two, names: tuple[str, str]
) -> pd.DataFrame:
    """One row an arm, from the ids of the rated pairs and their mean marks (`report_tables.paired_means`).

    Columns: model; runs: its rated answers on disk; reused: those of them that were spared work; compared: pairs of
    which both answers did all of it; medians over these of total_s and first_token_s (seconds), tokens_per_s and
    new_tokens, NaN where there are none; mean, low, high of its marks.
    """
    by_id = {run.id: run for run in runs}
    pairs = [[by_id[run] for run in run_ids(pair) if run in by_id] for pair in dict.fromkeys(pair_ids)]
    rated: list[dict[str, RunRow]] = [{}, {}]  # of each arm, by id
    timed: list[list[RunRow]] = [[], []]
    for pair in pairs:
        sides = [0 if arms[0].takes(run) else 1 for run in pair]
        compared = len(pair) == 2 and all(map(_is_fresh, pair))
        for side, run in zip(sides, pair, strict=True):
            rated[side][run.id] = run
            timed[side] += [run] * compared
    rows = []
    for name, own, fresh in zip(names, rated, timed, strict=True):
        medians = [pd.Series([getattr(run, time) for run in fresh], dtype=float).median() for time in TIMES]
        rows.append((name, len(own), sum(run.reused != "none" for run in own.values()), len(fresh), *medians))
    table = pd.DataFrame(rows, columns=["model", "runs", "reused", "compared", *TIMES]).set_index("model")
    return table.join(means.set_index("model")[QUALITY]).rename_axis("model").reset_index()


def _is_fresh(run: RunRow) -> bool:
    return run.reused == "none" and run.total_s is not None


def speed_words(table: pd.DataFrame) -> str:
    """What the times rest on, for people who know nothing of caches."""
    compared, reused = int(table["compared"].max()), int(table["reused"].sum())
    basis = tn(
        "Median times over {n} rated pair, the same clips and questions for both.",
        "Median times over {n} rated pairs, the same clips and questions for both.",
        compared,
    )
    basis = basis if compared else ""
    if not reused:
        return basis or t("No rated pair has times for both answers.")
    kept = tn(
        "{n} rated answer came quicker because the clip was still in memory (“from cache”): not comparable, left out.",
        "{n} rated answers came quicker because the clip was still in memory (“from cache”): not comparable, left out.",
        reused,
    )
    return f"{basis} {kept}" if basis else t("No comparable times: {kept}", kept=kept)
