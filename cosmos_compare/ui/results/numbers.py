"""The numbers behind each chart of the Results page. Knows nothing of Streamlit."""

from __future__ import annotations

import pandas as pd

from cosmos_compare.results.report import Report
from cosmos_compare.results.speed import speed_words


def numbers(found: Report, key: str) -> list[pd.DataFrame]:
    """The tables of one chart."""
    a, b = found.models
    agreement = found.agreement._asdict()
    raters = agreement.pop("raters")
    overall = pd.DataFrame([{"coefficient": name, **each._asdict()} for name, each in agreement.items()])
    shares = {f"{b} wins": found.win_rate._asdict(), "left side wins": found.left_share._asdict()}
    return {
        "means": lambda: [found.means],
        "axes": lambda: [found.axis_differences],
        "scenarios": lambda: [_with_links(found.scenario_differences), pd.DataFrame([found.difference._asdict()])],
        "verdicts": lambda: [
            pd.DataFrame([found.verdicts]).rename(columns={"a": f"{a} better", "b": f"{b} better"}),
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
        return found.agreement.raw.why
    if key == "coverage" and found.coverage.empty:
        return "No runs on disk pair these two models."
    if key in {"axes", "scenarios", "verdicts", "heat"} and not found.judged_pairs:
        return "No rater has judged a pair of these two yet, in this part of the ratings."
    if key in {"means", "speed"} and not found.ratings:
        return "Nothing is rated yet, in this part of the ratings."
    if key == "speed" and found.speed["total_s"].isna().all():
        return speed_words(found.speed)
    return ""


def _with_links(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(pair="rate?pair=" + table["pair_id"].astype(str)).drop(columns="pair_id")
