"""Measure the demo models on rendered scenarios, through the real video files, processors and engine.

python -m cosmos_compare.demo.evaluate --scenarios DIR [DIR ...] --models reason1-demo reason2-demo [--json]
"""

import argparse
import json
import platform
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import torch

from cosmos_compare.catalogue.models import resolve_models, source_folder
from cosmos_compare.demo.evaluation.marks import Tally
from cosmos_compare.demo.evaluation.measuring import SHADES, Measured, identical, measure
from cosmos_compare.records.schema import ModelSpec


def report_of(measured: Measured) -> dict[str, Any]:
    """All marks of one model."""
    report = measured.tallies["true"].marks()
    # The summary is the first question about its clip; boxes are asked of a clip already read.
    report["first_token_s"] = round(median(measured.first_token), 3)
    report["summary_s"] = round(median(measured.summary), 3)
    for words in ("new_words", "rough_words"):
        report[words] = _of_words(measured.tallies[words])
    report["empty_answers"] = measured.empty
    report["blank"] = {shade: _of_summaries(measured.tallies[shade]) for shade in SHADES}
    report["shuffled"] = _of_summaries(measured.tallies["shuffled"])
    return report


def _of_words(tally: Tally) -> dict[str, Any]:
    marks = tally.marks()
    return {
        "object_recall": marks["object_recall"],
        "object_precision": marks["object_precision"],
        "risk": marks["risk_accuracy"],
        "action": marks["next_action_accuracy"],
    }


def _of_summaries(tally: Tally) -> dict[str, float]:
    marks = tally.marks()
    return {key: marks[key] for key in ("object_recall", "risk_accuracy", "action_accuracy")}


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure demo models on rendered scenarios.")
    parser.add_argument("--scenarios", type=Path, nargs="+", required=True)
    parser.add_argument("--models", nargs="+", default=["reason1-demo", "reason2-demo"])
    parser.add_argument("--fps", type=float, default=4.0)
    parser.add_argument("--limit", type=int, help="the first so many scenarios of each folder only")
    parser.add_argument("--processes", type=int, default=1, help="of one thread each, if more than one")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--save", action="store_true", help="write evaluation.json beside each checkpoint")
    args = parser.parse_args()
    measured = measure(args.models, args.scenarios, args.fps, args.limit, args.processes)
    first = next(iter(measured.values()))
    report: dict[str, Any] = {
        "scenarios": [str(folder) for folder in args.scenarios],
        "seeds": first.seeds,
        "clips": len(first.seeds),
        "fps": args.fps,
        "machine": platform.processor() or platform.machine(),
        "threads": torch.get_num_threads() if args.processes == 1 else 1,
        "models": {name: report_of(one) for name, one in measured.items()},
    }
    if len(measured) > 1:
        report["identical_descriptions"] = identical(measured.values())
    if args.save:
        save(report, resolve_models(args.models))
    print(json.dumps(report, indent=1) if args.json else table(report))


def save(report: dict[str, Any], specs: list[ModelSpec]) -> None:
    """Each model's marks beside its weights, with the command that gives them again."""
    spans = runs(report["seeds"])
    rendered = [f"python -m cosmos_compare.demo.render --seed {a} --count {n} --out DIR{a}" for a, n in spans]
    folders, names = (" ".join(words) for words in ([f"DIR{a}" for a, _ in spans], [spec.name for spec in specs]))
    evaluated = f"python -m cosmos_compare.demo.evaluate --scenarios {folders} --models {names} --fps {report['fps']:g}"
    about = {
        "command": " && ".join([*rendered, evaluated]),
        **{key: value for key, value in report.items() if key not in ("scenarios", "models")},
        "seeds": [f"{a}-{a + n - 1}" for a, n in spans],
    }
    for spec in specs:
        folder = source_folder(spec)
        assert folder is not None
        text = json.dumps({**about, **report["models"][spec.name]}, indent=1)
        (folder / "evaluation.json").write_text(text + "\n", encoding="utf-8")


def runs(seeds: list[int]) -> list[tuple[int, int]]:
    """Where each run of consecutive seeds begins, and how many they are."""
    starts = [k for k, seed in enumerate(seeds) if k == 0 or seed != seeds[k - 1] + 1]
    return [(seeds[a], b - a) for a, b in pairwise([*starts, len(seeds)])]


def table(report: dict[str, Any]) -> str:
    """A mark a line, a model a column."""
    names = list(report["models"])
    lines = [f"{report['clips']} clips at {report['fps']:g} fps", f"{'':28}" + "".join(f"{name:>16}" for name in names)]
    first = report["models"][names[0]]
    for key, value in first.items():
        inner = list(value) if isinstance(value, dict) else [None]
        for sub in inner:
            row = [report["models"][name][key] if sub is None else report["models"][name][key][sub] for name in names]
            cells = [" ".join(f"{v}" for v in cell.values()) if isinstance(cell, dict) else f"{cell}" for cell in row]
            lines.append(f"{key + (f' {sub}' if sub else ''):28}" + "".join(f"{cell:>22}" for cell in cells))
    if "identical_descriptions" in report:
        lines.append(f"{'identical descriptions':28}{report['identical_descriptions']:>16}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
