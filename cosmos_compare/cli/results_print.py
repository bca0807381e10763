"""What `cosmos-compare results` prints: sentences and tables, or JSON."""

import math
from collections.abc import Callable

import pandas as pd

from cosmos_compare.cli.table import print_table
from cosmos_compare.cli.terminal import harmless, print_json, rate, seconds
from cosmos_compare.ratings.arms import ArmChoice, Two
from cosmos_compare.results import many_arms
from cosmos_compare.results.evidence import Evidence, Slice
from cosmos_compare.results.numbers_as_text import bound_words, level_words, p_words
from cosmos_compare.results.report import Report, report
from cosmos_compare.results.report_json import plain, report_json
from cosmos_compare.results.report_words import sentences
from cosmos_compare.results.speed import speed_words
from cosmos_compare.results.trust_words import slice_words


def two(found: Evidence, arms: Two, part: Slice, planned: int | None, *, as_json: bool) -> int:
    """The report about two arms."""
    result = report(found, arms, part, planned)
    if as_json:
        print_json(report_json(result) | {"problems": found.problems})
        return 0
    a, b = result.models
    print(harmless(f"{a} and {b}. {slice_words(part)}"))
    _print_sentences(sentences(result))
    if result.judged_pairs:
        head = ("axis", a, b, f"{b} − {a}", "95 % interval", "joint p", "pairs of marks", "scenarios")
        print_table(head, _axis_rows(result))
        print_table(("scenario", f"{b} − {a}", "pairs of marks", "raters"), _scenario_rows(result.scenario_differences))
    print(harmless(speed_words(result.speed)))
    print_table(("model", "compared", "total", "first token", "tokens/s", "mean mark"), _speed_rows(result.speed))
    return 0


def control(
    found: Evidence,
    arms: Two,
    condition: str,
    part: Slice,
    planned: int | None,
    plan_of: Callable[[Two], int | None],
    *,
    as_json: bool,
) -> int:
    """The difference of two arms on the clips less that on a control, and each arm's clip against its control."""
    result = many_arms.against_control(found, arms, condition, part, planned, plan_of)
    if as_json:
        print_json({"sentences": many_arms.control_sentences(result)} | plain(result._asdict()))
        return 0
    print(harmless(f"{result.models[0]} and {result.models[1]}, clip against {condition}. {slice_words(part)}"))
    _print_sentences(many_arms.control_sentences(result))
    return 0


def many(found: Evidence, arms: list[ArmChoice], part: Slice, *, as_json: bool) -> int:
    """Every two of more than two arms, read together."""
    table = many_arms.every_two_arms(found, arms, part)
    if as_json:
        print_json({"sentences": [many_arms.many_words(table), slice_words(part)], "pairs": plain(table)})
        return 0
    print(harmless(f"{slice_words(part)} {many_arms.many_words(table)}"))
    rows = [
        (
            row["b"],
            row["a"],
            _number(row["difference"], sign=True),
            _interval(row["low"], row["high"]),
            _p(row["p"]),
            str(row["scenarios"]),
        )
        for row in table.to_dict("records")
    ]
    print_table(("arm", "less", "difference", "95 % interval", "joint p", "scenarios"), rows)
    return 0


def _print_sentences(words: list[str]) -> None:
    for sentence in words:
        print(harmless(f"- {sentence}"))


def _axis_rows(found: Report) -> list[tuple[str, ...]]:
    d = found.difference
    rows = [
        (
            row["axis"],
            _number(row["a"]),
            _number(row["b"]),
            _number(row["difference"], sign=True),
            _interval(row["low"], row["high"]),
            _p(row["p"]),
            str(row["n"]),
            str(row["scenarios"]),
        )
        for row in found.axis_differences.to_dict("records")
    ]
    overall = ("", "", _number(d.value, sign=True), _interval(d.low, d.high), _p(d.p), str(d.n), str(d.scenarios))
    return [*rows, ("all marks", *overall)]


def _scenario_rows(table: pd.DataFrame) -> list[tuple[str, ...]]:
    return [
        (row["scenario"], _number(row["difference"], sign=True), str(row["n"]), str(row["raters"]))
        for row in table.to_dict("records")
    ]


def _speed_rows(table: pd.DataFrame) -> list[tuple[str, ...]]:
    return [
        (
            row["model"],
            str(row["compared"]),
            seconds(_known(row["total_s"])),
            seconds(_known(row["first_token_s"])),
            rate(_known(row["tokens_per_s"])),
            _number(row["mean"]),
        )
        for row in table.to_dict("records")
    ]


def _known(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


def _number(value: float | None, *, sign: bool = False) -> str:
    known = _known(value)
    return "" if known is None else level_words(known, sign=sign)


def _interval(low: float | None, high: float | None) -> str:
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return ""
    return f"{bound_words(low, sign=True)} to {bound_words(high, sign=True)}"


def _p(p: float | None) -> str:
    known = _known(p)
    return "" if known is None else p_words(known).removeprefix("p = ").removeprefix("p ")
