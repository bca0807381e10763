"""How long the evidence of a long answer takes: 20,000 characters with 300 times, beside a short one, with a truth.

    python benchmarks/evidence.py [--repeats 5] [--short]

Prints one JSON object, milliseconds, medians: `read_ms` to read the answers and find their facts, `build_ms` claims,
lanes, what agrees and the markup of the timeline and of the answers, both of the processor; `paint_ms` to parse, style
and lay that out in Chromium; `total_ms` all three, to reach: 300.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from browser_support import chromium  # noqa: E402
from runs_support import make_run  # noqa: E402

from cosmos_compare.evidence.contrast import contrast_of  # noqa: E402
from cosmos_compare.evidence.lanes import lanes_of  # noqa: E402
from cosmos_compare.records.ground_truth import GroundTruth  # noqa: E402
from cosmos_compare.records.schema import FrameTimes, Run  # noqa: E402
from cosmos_compare.texts.answers import read_answer  # noqa: E402
from cosmos_compare.texts.facts import facts_of  # noqa: E402
from cosmos_compare.ui.shared.answer_markup import AnswerClock, answer_html  # noqa: E402
from cosmos_compare.ui.shared.evidence import Exhibit  # noqa: E402
from cosmos_compare.ui.shared.lanes import lanes_html  # noqa: E402
from cosmos_compare.ui.shared.shell import STYLES  # noqa: E402

CHARACTERS, TIMES, SECONDS = 20_000, 300, 60.0
THINGS = ("a pedestrian crosses", "the truck brakes", "a cyclist turns left", "the light turns red", "a van stops")
TRUTH = GroundTruth.model_validate(
    {"events": [{"label": f"{THINGS[n % 5]} here", "start": n * 7.0, "end": n * 7.0 + 3} for n in range(8)]}
)
PAINT = """html => {
  const start = performance.now();
  document.body.innerHTML = html;
  document.body.getBoundingClientRect();
  return performance.now() - start;
}"""


def long_answer(number: int) -> str:
    """Another text each time, so that nothing is remembered."""
    each = CHARACTERS // TIMES - 1
    lines = [f"At {n * SECONDS / TIMES:.2f} s {THINGS[n % 5]}, seen {number}" for n in range(TIMES)]
    return "\n".join(line.ljust(each - 1, "o") + "." for line in lines)[:CHARACTERS]


def run_of(raw: str) -> Run:
    run = make_run(raw=raw)
    frames = FrameTimes(indices=tuple(range(240)), seconds=tuple(n / 4 for n in range(240)))
    return run.model_copy(update={"clip": run.clip.model_copy(update={"duration": SECONDS}), "frames": frames})


def measure(page: Page, number: int) -> tuple[float, float, float]:
    """Milliseconds to read, to build and to paint; the first two of the processor, which others use, too."""
    runs = [run_of(long_answer(number)), run_of(f"The truck brakes at {number} s.")]
    start = time.process_time()
    reads = [read_answer(run.answer.raw, run.answer.rendered_prompt) for run in runs]
    for read in reads:
        facts_of(read)
    began = time.process_time()
    names = ["One", "Two"]
    found = Exhibit(lanes_of(runs, names, TRUTH), contrast_of(runs, names, TRUTH))
    answers = [answer_html(read, AnswerClock(SECONDS, 0.0), marks=found.marks(side)) for side, read in enumerate(reads)]
    html = lanes_html(found.lanes) + found.line() + "".join(answers)
    built = time.process_time()
    assert html.count("<button") >= TIMES and len(runs[0].answer.raw) >= CHARACTERS - TIMES
    return (began - start) * 1000, (built - began) * 1000, float(page.evaluate(PAINT, html))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--short", action="store_true", help="once")
    args = parser.parse_args()
    style = "".join(path.read_text(encoding="utf-8") for path in STYLES)
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.set_content(f"<style>{style}</style><body></body>")
        measure(page, 0)  # patterns are compiled, the lexicon is read
        rows = [measure(page, number + 1) for number in range(1 if args.short else args.repeats)]
    read, build, paint = (statistics.median(column) for column in zip(*rows, strict=True))
    told = {"read_ms": read, "build_ms": build, "paint_ms": paint, "total_ms": read + build + paint}
    print(json.dumps({name: round(value, 1) for name, value in told.items()}))


if __name__ == "__main__":
    main()
