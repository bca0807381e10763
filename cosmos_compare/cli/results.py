"""`cosmos-compare results`: what the ratings say about two models."""

import argparse
import math
from typing import TYPE_CHECKING, Any

from cosmos_compare.cli.arguments import add_outputs
from cosmos_compare.cli.terminal import harmless, note, print_json, rate, seconds
from cosmos_compare.errors import CompareError

if TYPE_CHECKING:
    import pandas as pd

    from cosmos_compare.results.evidence import Evidence
    from cosmos_compare.results.report import Report


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--models", nargs=2, metavar=("A", "B"), help="compare these two (default: the two with the most ratings)"
    )
    parser.add_argument("--scenario", nargs="+", default=[], metavar="ID", help="only these scenarios")
    parser.add_argument("--prompt-version", nargs="+", default=[], metavar="V", help="only these versions of a prompt")
    parser.add_argument("--rater", nargs="+", default=[], metavar="NAME", help="only these raters")
    parser.add_argument("--blind-only", action="store_true", help="only ratings that were given blind")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_outputs(parser)


def run(args: argparse.Namespace) -> int:
    # Imported late: pandas and scipy cost most of a second, which help must not wait for.
    from cosmos_compare.results.evidence import Slice, load
    from cosmos_compare.results.report import report

    found = load(args.outputs)
    for problem in found.problems:
        note(problem)
    models = _models(args.models, found)
    if models is None:
        if args.json:
            print_json({"models": None, "problems": found.problems})
        note(f"No two models to compare under {args.outputs}. Make runs, then rate them with `cosmos-compare rate`.")
        return 0
    part = Slice(tuple(args.scenario), tuple(args.prompt_version), tuple(args.rater), args.blind_only)
    result = report(found, models, part)
    if args.json:
        print_json(as_json(result) | {"problems": found.problems})
    else:
        _print(result)
    return 0


def as_json(found: "Report") -> dict[str, Any]:
    """The report in plain types: frames as lists of rows, None for what is undefined."""
    from dataclasses import fields

    from cosmos_compare.results.report_words import sentences

    return {"sentences": sentences(found)} | {f.name: _plain(getattr(found, f.name)) for f in fields(found)}


def _models(asked: list[str] | None, found: "Evidence") -> tuple[str, str] | None:
    known = {name for two in found.models for name in two}
    if asked is None:
        return found.models[0] if found.models else None
    a, b = asked
    missing = [name for name in asked if name not in known]
    if missing or a == b:
        what = f"No model {missing[0]!r} has runs or ratings beside another's." if missing else "Name two models."
        raise CompareError(what, f"There are: {', '.join(sorted(known)) or 'none yet'}.", field="models")
    return a, b


def _plain(value: Any) -> Any:
    if hasattr(value, "to_dict"):
        frame = value.reset_index() if value.index.name else value
        return _plain(frame.to_dict("records"))
    if hasattr(value, "_asdict"):
        return _plain(value._asdict())
    if hasattr(value, "__dataclass_fields__"):
        return _plain(vars(value))
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _print(found: "Report") -> None:
    from cosmos_compare.cli.table import print_table
    from cosmos_compare.results.report_words import count, sentences
    from cosmos_compare.results.speed import speed_words

    a, b = found.models
    judged = f"{count(found.ratings, 'rated run')}, {count(found.judged_pairs, 'judged pair')}"
    print(harmless(f"{a} and {b}: {judged}."))
    for sentence in sentences(found):
        print(harmless(f"- {sentence}"))
    if found.ratings:
        print_table(("axis", a, b, f"{b} − {a}", "95 % interval", "n", "scenarios"), _axis_rows(found))
        print_table(("scenario", f"{b} − {a}", "marks", "raters"), _scenario_rows(found.scenario_differences))
    print(harmless(speed_words(found.speed)))
    print_table(("model", "compared", "total", "first token", "tokens/s", "mean mark"), _speed_rows(found.speed))


def _axis_rows(found: "Report") -> list[tuple[str, ...]]:
    means = found.means.pivot_table(index="axis", columns="model", values="mean", observed=False)
    d = found.difference
    overall = ("overall", d.value, d.low, d.high, d.n, d.scenarios)
    rows = [*found.axis_differences.itertuples(index=False, name=None), overall]
    return [
        (
            axis,
            *(_number(means[model].get(axis)) if model in means else "" for model in found.models),
            _number(value, sign=True),
            f"{_number(low, sign=True)} to {_number(high, sign=True)}" if _number(low) else "",
            str(n),
            str(scenarios),
        )
        for axis, value, low, high, n, scenarios in rows
    ]


def _scenario_rows(table: "pd.DataFrame") -> list[tuple[str, ...]]:
    return [
        (row["scenario"], _number(row["difference"], sign=True), str(row["n"]), str(row["raters"]))
        for row in table.to_dict("records")
    ]


def _speed_rows(table: "pd.DataFrame") -> list[tuple[str, ...]]:
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
    return "" if known is None else f"{known:+.2f}" if sign else f"{known:.2f}"
