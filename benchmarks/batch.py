"""A batch against a shell loop that starts a process for each scenario and model.

    python benchmarks/batch.py [--scenarios 8] [--short]

Both answer the same requests with the two tiny models; the ratio is taken in one run.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SHORT = ["--fps", "2", "--max-tokens", "16"]


def run(*words: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "cosmos_compare", *words],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Batch against a loop of processes.")
    parser.add_argument("--scenarios", type=int, default=8)
    parser.add_argument("--short", action="store_true", help="one scenario: does it still measure?")
    args = parser.parse_args()
    count = 1 if args.short else args.scenarios
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from conftest import write_clip

    from cosmos_compare.demo.tiny import build
    from cosmos_compare.runs.index import FINISHED, list_runs

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        models = [f"{name}={path}" for name, path in build(folder / "models").items()]
        (folder / "clips").mkdir()
        clips = [write_clip(folder / "clips" / f"clip_{n}.webm", seconds=4, size=(640, 360)) for n in range(count)]

        start = time.perf_counter()
        for clip in clips:
            for model in models:
                run("run", "--videos", str(clip), "--models", model, *SHORT, "--outputs", str(folder / "loop"))
        loop_s = time.perf_counter() - start

        start = time.perf_counter()
        words = ["--scenarios", str(folder / "clips"), "--models", *models, *SHORT]
        run("batch", *words, "--outputs", str(folder / "batch"))
        batch_s = time.perf_counter() - start
        for outputs in (folder / "loop", folder / "batch"):
            finished = [row.finish for row in list_runs(outputs) if row.finish in FINISHED]
            assert len(finished) == count * len(models), f"{outputs.name}: {finished}"
    print(f"loop {loop_s:.1f} s, batch {batch_s:.1f} s, ratio {loop_s / batch_s:.1f} (to reach: ≥ 8)")


if __name__ == "__main__":
    main()
