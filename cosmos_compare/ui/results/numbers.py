"""The numbers behind each chart of the Results page. Knows nothing of Streamlit."""

from __future__ import annotations

import pandas as pd

from cosmos_compare.language import N_, t
from cosmos_compare.ratings.rubric import LABELS
from cosmos_compare.results.report import Report
from cosmos_compare.results.speed import speed_words

# How the columns of the tables are called where people read; CSV files and JSON keep their names.
NAMES = {
    "a": N_("a"),
    "ac2": "AC2",
    "agreement": N_("agreement"),
    "alpha": "α",
    "axis": N_("axis"),
    "b": N_("b"),
    "both_bad": N_("both bad"),
    "coefficient": N_("coefficient"),
    "compared": N_("compared"),
    "contradictory": N_("contradictory"),
    "difference": N_("difference"),
    "enough": N_("enough evidence"),
    "first_token_s": N_("first token, s"),
    "high": N_("high"),
    "kappa": "κ",
    "low": N_("low"),
    "mean": N_("mean"),
    "model": N_("model"),
    "new_tokens": N_("tokens"),
    "pairs": N_("pairs"),
    "planned": N_("planned"),
    "rated": N_("rated"),
    "raters": N_("raters"),
    "raw": N_("equal marks"),
    "reused": N_("from cache"),
    "runs": N_("runs"),
    "scenario": N_("scenario"),
    "scenarios": N_("scenarios"),
    "share": N_("share"),
    "tie": N_("tie"),
    "tokens_per_s": N_("tokens/s"),
    "total_s": N_("total, s"),
    "twice": N_("twice or more"),
    "value": N_("value"),
    "why": N_("why"),
}


def column_name(name: str) -> str:
    """A column's heading: that of an axis, a word of ours, or its own name."""
    known = {**NAMES, **LABELS}.get(name, "")
    return t(known) if known else name.replace("_", " ")


def numbers(found: Report, key: str) -> list[pd.DataFrame]:
    """The tables of one chart."""
    a, b = found.models
    agreement = found.agreement._asdict()
    raters = agreement.pop("raters")
    del agreement["commonest"]
    overall = pd.DataFrame([{"coefficient": name, **each._asdict()} for name, each in agreement.items()])
    shares = {
        t("{model} wins", model=b): found.win_rate._asdict(),
        t("left side wins"): found.left_share._asdict(),
    }
    return {
        "means": lambda: [found.means],
        "axes": lambda: [found.axis_differences],
        "scenarios": lambda: [_with_links(found.scenario_differences), pd.DataFrame([found.difference._asdict()])],
        "verdicts": lambda: [
            pd.DataFrame([found.verdicts]).rename(
                columns={"a": t("{model} better", model=a), "b": t("{model} better", model=b)}
            ),
            pd.DataFrame([{"share": name, **each} for name, each in shares.items()]),
        ],
        "heat": lambda: [found.matrix.reset_index(), found.matrix_n.reset_index()],
        "agreement": lambda: [overall.assign(raters=raters), found.axis_agreement, found.rater_pairs],
        "coverage": lambda: [found.coverage.drop(columns="unrated")],
        "speed": lambda: [found.speed],
    }[key]()


def nothing_to_draw(found: Report, key: str) -> str:
    """Why a chart would be empty, or nothing."""
    if key == "agreement" and not found.agreement.raw.n:
        return t(found.agreement.raw.why)
    if key == "coverage" and found.coverage.empty:
        return t("No runs on disk pair these two models.")
    if key in {"axes", "scenarios", "verdicts", "heat"} and not found.judged_pairs:
        return t("No rater has judged a pair of these two yet, in this part of the ratings.")
    if key in {"means", "speed"} and not found.ratings:
        return t("Nothing is rated yet, in this part of the ratings.")
    if key == "speed" and found.speed["total_s"].isna().all():
        return speed_words(found.speed)
    return ""


def _with_links(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(pair="rate?pair=" + table["pair_id"].astype(str)).drop(columns="pair_id")
