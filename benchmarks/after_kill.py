"""How long a batch that was killed takes to find out what is left: over saved runs, of twice as many requests.

    python benchmarks/after_kill.py [--runs 20000]

Part of `benchmarks/cluster.py`, too.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np

from cosmos_compare.batch import Batch, items_of
from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.compare import Comparison, library_versions
from cosmos_compare.records.schema import Answer, Clip, Environment, FrameTimes, ModelSpec, Prompt, Run, Settings
from cosmos_compare.runs.store import Store


def after_a_kill(runs: int) -> dict[str, float]:
    """How long a batch over twice as many requests takes to find out which of them are left."""
    (spec,) = resolve_models(["reason2"])
    prompt, settings = Prompt(name="p", user_prompt="What happens?"), Settings()
    times, versions = FrameTimes(indices=(0, 8), seconds=(0.0, 0.25)), library_versions()
    comparisons = [Comparison(_clip(n), prompt, settings, (spec,), times, versions) for n in range(2 * runs)]
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        for comparison in comparisons[:runs]:
            store.save(_run(comparison, spec), np.zeros((0, 1, 1, 3), np.uint8))
        found: dict[str, float] = {"runs": runs, "requests": 2 * runs}
        for name in ("first_s", "again_s"):  # the index is made, and then read
            start = time.perf_counter()
            left = Batch(items_of(comparisons, 1), Store(Path(folder))).to_do
            found[name] = round(time.perf_counter() - start, 2)
            assert len(left) == runs
    return found


def _clip(number: int) -> Clip:
    facts = {"codec": "h264", "fps": 30.0, "n_frames": 240, "duration": 8.0, "width": 640, "height": 360, "rotation": 0}
    return Clip.model_validate(
        facts | {"scenario": f"clip_{number:06}", "path": f"/clips/{number}.mp4", "sha256": f"{number:064x}"}
    )


def _run(comparison: Comparison, spec: ModelSpec) -> Run:
    key = comparison.key(spec)
    return Run(
        id=f"20261126T000000Z-{key[:8]}",
        key=key,
        created="2026-11-26T00:00:00Z",
        clip=comparison.clip,
        prompt=comparison.prompt,
        settings=comparison.settings,
        model=spec,
        frames=comparison.planned,
        answer=Answer(raw="A car.", finish="stop", new_tokens=2, total_s=1.0),
        environment=Environment(device="server", versions=comparison.versions),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="What is left of a batch that was killed.")
    parser.add_argument("--runs", type=int, default=20_000)
    print(json.dumps(after_a_kill(parser.parse_args().runs)))


if __name__ == "__main__":
    main()
