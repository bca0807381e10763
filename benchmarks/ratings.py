"""How fast ratings are saved and counted: 50,000 ratings of 10,000 runs by 10 raters.

    python benchmarks/ratings.py [--short]

Makes a folder of its own, writes nothing else.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from cosmos_compare.ratings import scorecard
from cosmos_compare.ratings.pairs import find_pairs, queue
from cosmos_compare.records.schema import AXES, Rating
from cosmos_compare.results.evidence import Slice, gather
from cosmos_compare.results.report import report
from cosmos_compare.runs.index import RunRow
from cosmos_compare.runs.layout import run_path

SCENARIOS, QUESTIONS, RATERS = 500, 10, 5
MODELS = ("reason1", "reason2")


def main() -> None:
    parser = argparse.ArgumentParser(description="How fast ratings are saved and counted.")
    parser.add_argument("--short", action="store_true", help="a few ratings: does it still measure?")
    runs, ratings = make(*((20, 2) if parser.parse_args().short else (SCENARIOS, QUESTIONS)))
    with tempfile.TemporaryDirectory() as folder:
        outputs = Path(folder)
        timed("write all at once", lambda: scorecard.append(outputs, ratings))
        timed("save one pair", lambda: scorecard.append(outputs, ratings[:2]), 20)
        table = timed("read the file", lambda: scorecard.read(outputs), 3)
        assert len(table.lines) == len(ratings) + 40, "every rating that was written is read"
        found = timed("gather", lambda: gather(table, runs), 3)
        timed("models", lambda: gather(table, runs).models)
        told = timed("report, everything", lambda: report(found, MODELS), 5)
        assert told.judged_pairs * 2 == told.ratings == len(ratings), "the report is about all of them"
        timed("first view without runs", lambda: report(gather(scorecard.read(outputs), runs), MODELS), 3)
        timed("filter: one rater", lambda: report(found, MODELS, Slice(raters=("rater 1",))), 5)
        timed("filter: blind only", lambda: report(found, MODELS, Slice(blind_only=True)), 5)
        few = Slice(scenarios=tuple(f"scenario_{n:03d}" for n in range(20)))
        timed("filter: 20 scenarios", lambda: report(found, MODELS, few), 5)
        timed("queue", lambda: queue(find_pairs(runs, MODELS), set()), 3)
        timed("undo", lambda: scorecard.undo(outputs, "rater 1", "2026-11-23T00:00:00Z"))
        print(json.dumps({"ratings": len(table.lines), "runs": len(runs)}))


def timed(what: str, work: Callable[[], Any], times: int = 1) -> Any:
    took = []
    for _ in range(times):
        start = time.perf_counter()
        result = work()
        took.append(time.perf_counter() - start)
    print(f"{what:24} {min(took) * 1000:8.1f} ms best, {max(took) * 1000:8.1f} ms worst of {times}")
    return result


def make(scenarios: int = SCENARIOS, questions: int = QUESTIONS) -> tuple[list[RunRow], list[Rating]]:
    """Runs of two models on every scenario and question, each pair rated by five of ten raters."""
    chance = np.random.default_rng(1)
    runs, ratings = [], []
    for number in range(scenarios * questions):
        scenario, ids = f"scenario_{number % scenarios:03d}", [f"20261122T{number:06d}Z-{m:08d}" for m in (1, 2)]
        runs += [
            make_run(run_id, model, scenario, number // scenarios) for run_id, model in zip(ids, MODELS, strict=True)
        ]
        for rater in chance.choice(10, RATERS, replace=False):
            marks = chance.integers(0, 3, (2, len(AXES))).tolist()
            for run_id, model, verdict, own in zip(ids, MODELS, ("better", "worse"), marks, strict=True):
                ratings.append(
                    Rating(
                        created="2026-11-23T10:00:00Z",
                        rater=f"rater {rater}",
                        scenario=scenario,
                        run_id=run_id,
                        model=model,
                        pair_id="~".join(ids),
                        side="left" if model == MODELS[0] else "right",
                        blind=bool(chance.random() < 0.9),
                        verdict=verdict,
                        notes="The cyclist is seen late,\nbut seen." if chance.random() < 0.3 else "",
                        **dict(zip(AXES, own, strict=True)),
                    )
                )
    return runs, ratings


def make_run(run_id: str, model: str, scenario: str, question: int) -> RunRow:
    return RunRow(
        id=run_id,
        key=run_id[-8:],
        created="2026-11-22T12:00:00Z",
        scenario=scenario,
        model=model,
        prompt_name="driving",
        prompt_version=f"version{question}",
        reasoning=False,
        settings_key="settings",
        footage_key="footage",
        finish="stop",
        new_tokens=100,
        first_token_s=0.1,
        total_s=1.0 + question % 7 / 10,
        tokens_per_s=100.0,
        path=run_path(scenario, model, run_id),
        demo=False,
        error="",
    )


if __name__ == "__main__":
    main()
