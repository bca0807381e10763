"""How long a person waits for the command line: help, and the list of ten thousand runs.

    python benchmarks/startup.py [--short]

Ratios are taken in one run: `--help` against a bare `import argparse`, the list cold (no index) and again.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cosmos_compare.runs.layout import ANALYSIS, run_path

RUNS = 10_000
REPEATS = 7
SHORT_RUNS = 200


def seconds(*words: str, repeats: int = REPEATS) -> float:
    """Median wall time of a command."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def write_runs(outputs: Path, template: str, count: int) -> None:
    """So many run folders over 100 scenarios and 2 models, each with the analysis.json of a real run."""
    for number in range(count):
        run_id = f"20261122T{number // 3600 % 24:02}{number // 60 % 60:02}{number % 60:02}Z-{number:08x}"
        scenario, model = f"scenario_{number % 100:03}", f"model-{number % 2}"
        folder = outputs / run_path(scenario, model, run_id)
        folder.mkdir(parents=True)
        text = template.replace("RUN", run_id).replace("SCENARIO", scenario).replace("MODEL", model)
        (folder / ANALYSIS).write_text(text)


def check(command: tuple[str, ...], count: int) -> None:
    """The command lists all of them and complains about none: a damaged folder costs another time."""
    done = subprocess.run([sys.executable, *command, "--json"], check=True, capture_output=True, text=True)
    assert len(json.loads(done.stdout)) == count, f"{len(json.loads(done.stdout))} of {count} runs are listed"
    assert not done.stderr, done.stderr[:500]


def main() -> None:
    parser = argparse.ArgumentParser(description="How long a person waits for the command line.")
    parser.add_argument("--short", action="store_true", help="a few runs, once: does it still measure?")
    short = parser.parse_args().short
    count, repeats = (SHORT_RUNS, 1) if short else (RUNS, REPEATS)
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from runs_support import make_run

    bare = seconds("-c", "import argparse", repeats=repeats)
    helped = seconds("-m", "cosmos_compare", "--help", repeats=repeats)
    print(f"--help: {helped:.3f} s, import argparse: {bare:.3f} s, ratio {helped / bare:.1f} (to reach: ≤ 6)")
    with tempfile.TemporaryDirectory() as folder:
        outputs = Path(folder)
        run = make_run(raw="A pedestrian crosses. " * 60, scenario="SCENARIO", model="MODEL")
        run = run.model_copy(update={"id": "RUN"})
        write_runs(outputs, run.model_dump_json(indent=2), count)
        command = ("-m", "cosmos_compare", "runs", "--outputs", folder)
        cold = seconds(*command, repeats=1)
        again = seconds(*command, repeats=repeats)
        as_json = seconds(*command, "--json", repeats=repeats)
        check(command, count)
    print(f"runs over {count:,} folders: {cold:.2f} s cold (to reach: ≤ 1), {again:.2f} s again (≤ 0.15)")
    print(f"the same as JSON: {as_json:.2f} s")


if __name__ == "__main__":
    main()
