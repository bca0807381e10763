"""How long a person waits for the command line: help, and the list of ten thousand runs.

    python benchmarks/startup.py

Ratios are taken in one run: `--help` against a bare `import argparse`, the list cold (no index) and again.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cosmos_compare.runs.layout import ANALYSIS, run_path

RUNS = 10_000
REPEATS = 7


def seconds(*words: str, repeats: int = REPEATS) -> float:
    """Median wall time of a command."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def write_runs(outputs: Path, template: str) -> None:
    """Ten thousand run folders over 100 scenarios and 2 models, each with the analysis.json of a real run."""
    for number in range(RUNS):
        run_id = f"20261122T{number // 3600 % 24:02}{number // 60 % 60:02}{number % 60:02}Z-{number:08x}"
        scenario, model = f"scenario_{number % 100:03}", f"model-{number % 2}"
        folder = outputs / run_path(scenario, model, run_id)
        folder.mkdir(parents=True)
        text = template.replace("RUN", run_id).replace("SCENARIO", scenario).replace("MODEL", model)
        (folder / ANALYSIS).write_text(text)


def main() -> None:
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from runs_support import make_run

    bare, helped = seconds("-c", "import argparse"), seconds("-m", "cosmos_compare", "--help")
    print(f"--help: {helped:.3f} s, import argparse: {bare:.3f} s, ratio {helped / bare:.1f} (to reach: ≤ 6)")
    with tempfile.TemporaryDirectory() as folder:
        outputs = Path(folder)
        run = make_run(raw="A pedestrian crosses. " * 60, scenario="SCENARIO", model="MODEL")
        run = run.model_copy(update={"id": "RUN"})
        write_runs(outputs, run.model_dump_json(indent=2))
        command = ("-m", "cosmos_compare", "runs", "--outputs", folder)
        cold = seconds(*command, repeats=1)
        again = seconds(*command)
        as_json = seconds(*command, "--json")
    print(f"runs over {RUNS:,} folders: {cold:.2f} s cold (to reach: ≤ 1), {again:.2f} s again (≤ 0.15)")
    print(f"the same as JSON: {as_json:.2f} s")


if __name__ == "__main__":
    main()
