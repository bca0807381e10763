"""How long a report takes, by the size of the scorecard: 200 judged pairs with their frames, as one file.

    python benchmarks/report.py [--short]

Prints one JSON object: seconds of gathering and of writing, and how large the file is. Makes a folder of its own.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests")]

import numpy as np  # noqa: E402
from rating_pages import pairs_in, rate  # noqa: E402
from runs_support import make_run  # noqa: E402

from cosmos_compare.records.schema import FrameTimes  # noqa: E402
from cosmos_compare.report.choice import choose  # noqa: E402
from cosmos_compare.report.document import document  # noqa: E402
from cosmos_compare.report.material import Imprint, gather  # noqa: E402
from cosmos_compare.results.evidence import Slice, load  # noqa: E402
from cosmos_compare.runs.store import Store  # noqa: E402

PAIRS, FRAMES, SIZE = 200, 32, (252, 448)
ANSWER = "At {at:.1f} s a pedestrian steps onto the crosswalk from the left; the car ahead brakes at 3.5 s. " * 8


def make(outputs: Path, pairs: int) -> None:
    """Judged answers of two models with frames like those of a short clip, two raters each."""
    store, chance = Store(outputs), np.random.default_rng(1)
    times = FrameTimes(indices=tuple(range(FRAMES)), seconds=tuple(n / 4 for n in range(FRAMES)))
    for number in range(pairs):
        ground = chance.integers(0, 255, (FRAMES, SIZE[0] // 14, SIZE[1] // 14, 3), np.uint8)
        images = ground.repeat(14, axis=1).repeat(14, axis=2)
        for model in ("model-a", "model-b"):
            run = make_run(
                scenario=f"scenario_{number:03}",
                model=model,
                raw=ANSWER.format(at=number % 7 / 2),
                key=f"{number:04x}{model[-1]}".ljust(64, "0"),
                created=f"20261122T{number // 3600:02}{number // 60 % 60:02}{number % 60:02}Z",
            )
            store.save(run.model_copy(update={"frames": times}), images)
    for pair in pairs_in(outputs):
        for rater in ("anna", "bert"):
            a, b = chance.integers(0, 3, (2, 7)).tolist()
            rate(outputs, pair, rater, a, b, "b" if sum(b) > sum(a) else "a", notes="Late, but right.")


def main() -> None:
    parser = argparse.ArgumentParser(description="How long a report takes.")
    parser.add_argument("--short", action="store_true", help="a few pairs: does it still measure?")
    pairs = 4 if parser.parse_args().short else PAIRS
    with tempfile.TemporaryDirectory() as folder:
        outputs = Path(folder)
        make(outputs, pairs)
        start, work = time.perf_counter(), time.process_time()
        found = load(outputs)
        told = gather(Store(outputs), found, choose(outputs, found, [], Slice(), None), Imprint("2026-11-26", "again"))
        gathered = time.perf_counter()
        html = document(told)
        ended, worked = time.perf_counter(), time.process_time()
        assert len(told.cases) == pairs and html.count(b'class="case"') == pairs, "every pair has its case"
    numbers = {"gather": gathered - start, "write": ended - gathered, "all": ended - start, "processor": worked - work}
    print(json.dumps({"pairs": pairs, **{name: round(s, 2) for name, s in numbers.items()}, "bytes": len(html)}))


if __name__ == "__main__":
    main()
