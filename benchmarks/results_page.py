"""How fast the Results and Rate pages are over 50,000 ratings of 10,000 runs. Needs Chromium.

    python benchmarks/results_page.py [--short]

Prints one JSON object, seconds as a person at the browser sees them. `server_*` are the script's own time in the
server, without browser and network, by Streamlit's AppTest: first view, a new slice, two seen before.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "benchmarks")]

from browser_support import chromium, serve  # noqa: E402
from playwright.sync_api import Page, expect  # noqa: E402
from ratings import QUESTIONS, SCENARIOS, make  # noqa: E402
from runs_support import make_run as record  # noqa: E402
from streamlit.testing.v1 import AppTest  # noqa: E402

from cosmos_compare.ratings import scorecard  # noqa: E402
from cosmos_compare.runs.index import RunRow, read_runs  # noqa: E402
from cosmos_compare.runs.layout import ANALYSIS  # noqa: E402

DONE = """() => document.querySelector(".stApp")?.dataset.testScriptState === "notRunning" """
# Milliseconds from a click until the findings show new numbers, and until all charts are drawn again.
TOGGLE = """() => new Promise((done, fail) => {
  const app = document.querySelector(".stApp"), begin = performance.now();
  const before = document.querySelector(".versus").innerText;
  let words = 0;
  const observer = new MutationObserver(() => {
    const now = document.querySelector(".versus")?.innerText;
    if (!words && now && now !== before) words = performance.now() - begin;
    if (words && app.dataset.testScriptState === "notRunning") {
      observer.disconnect();
      done([words, performance.now() - begin]);
    }
  });
  setTimeout(() => fail(new Error("the findings show the same after a minute: " + before)), 60000);
  observer.observe(app, { attributes: true, childList: true, subtree: true, characterData: true });
  document.querySelector(".st-key-only_blind input").click();
})"""


def write_runs(outputs: Path, runs: list[RunRow]) -> None:
    """A folder for each row, with an analysis.json that the index reads back as that row."""
    template = json.loads(record(raw="A pedestrian crosses. " * 60).model_dump_json())
    for row in runs:
        template |= {"id": row.id, "key": row.key * 8, "created": row.created}
        template["clip"]["scenario"], template["model"]["name"] = row.scenario, row.model
        template["prompt"]["version"] = row.prompt_version
        folder = outputs / row.path
        folder.mkdir(parents=True)
        (folder / ANALYSIS).write_text(json.dumps(template), encoding="utf-8")


def in_server(name: str, act: Callable[[AppTest], object] = lambda page: None) -> dict[str, list[float]]:
    """Times of one page's script: the first run, then three more, each after `act`."""
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).switch_page(f"pages/{name}.py")
    page.query_params["rater"] = "rater 1"
    times: dict[str, list[float]] = {"clock": [], "cpu": []}
    for _ in range(4):
        clock, cpu = time.perf_counter(), time.process_time()
        page.run()
        times["clock"].append(round(time.perf_counter() - clock, 3))
        times["cpu"].append(round(time.process_time() - cpu, 3))
        assert not page.exception, page.exception
        act(page)
    return times


def toggle_blind(page: AppTest) -> None:
    page.toggle("only_blind").set_value(not page.toggle("only_blind").value)


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return round(time.perf_counter() - start, 3)


def in_browser(page: Page, address: str, outputs: Path, changed: Callable[[], None]) -> dict[str, object]:
    def opened(path: str, shows: str) -> None:
        page.goto(f"{address}/{path}")
        expect(page.locator(shows).first).to_be_visible(timeout=60_000)

    times: dict[str, object] = {"first_of_server": seconds(lambda: opened("results", ".finding"))}
    page.wait_for_function(DONE)
    changed()
    times["first_view"] = seconds(lambda: opened("results", ".finding"))
    page.wait_for_function(DONE)
    times["with_all_charts"] = seconds(lambda: opened("results", ".st-key-chart_speed .js-plotly-plot"))
    page.wait_for_function(DONE)
    toggled = [page.evaluate(TOGGLE) for _ in range(5)]
    times["filter"], times["filter_charts"] = (
        [round(ms / 1000, 3) for ms in each] for each in zip(*toggled, strict=True)
    )
    times["rate"] = seconds(lambda: opened("rate?rater=rater%201", ".marks.here, .stAlert"))
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description="How fast the Results and Rate pages are.")
    parser.add_argument("--short", action="store_true", help="a few ratings: does it still measure?")
    runs, ratings = make(*((20, 2) if parser.parse_args().short else (SCENARIOS, QUESTIONS)))
    with tempfile.TemporaryDirectory() as folder:
        outputs = Path(folder) / "outputs"
        write_runs(outputs, runs)
        found = read_runs(outputs)
        assert (len(found.rows), found.problems) == (len(runs), []), "every run that was written is read"
        scorecard.append(outputs, ratings)
        os.environ["COSMOS_COMPARE_OUTPUTS"] = str(outputs.parent / "none")
        in_server("results")  # imports
        os.environ["COSMOS_COMPARE_OUTPUTS"] = str(outputs)
        numbers: dict[str, object] = {
            "server_results": in_server("results", toggle_blind),
            "server_rate": in_server("rate"),
        }
        with serve(Path(folder) / "app.log") as address, chromium() as browser:
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            numbers |= in_browser(page, address, outputs, lambda: scorecard.append(outputs, ratings[:2]))
    print(json.dumps(numbers))


if __name__ == "__main__":
    main()
