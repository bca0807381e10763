"""How fast the Compare page is, and whether showing answers slows the models. Needs Chromium; tiny models, CPU.

    python benchmarks/page.py [--repeats 5] [--short]

Prints one JSON object: times in seconds, medians; `ratio` = 2 × 400 tokens through the page over `cosmos-compare run`,
the fastest of each, taken in turns: what else the machine does only ever adds.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, WebSocket
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from app_support import write_model_list  # noqa: E402
from browser_support import chromium, serve  # noqa: E402
from conftest import write_clip  # noqa: E402

from cosmos_compare.runs.layout import run_paths  # noqa: E402
from cosmos_compare.runs.reading import load_record  # noqa: E402

SCENARIOS = 200
TOKENS = 400
QUESTION = "What is there?"
MODELS = ("reason1-demo", "reason2-demo")


def prepare(folder: Path, scenarios: int) -> dict[str, str]:
    """Tiny models, 200 scenarios; returns the environment of the app."""
    from cosmos_compare.demo.tiny import build

    tiny = build(folder / "tiny")
    clip = write_clip(folder / "clip.webm", seconds=6, size=(320, 192))
    for number in range(scenarios):
        target = folder / "clips" / f"scene_{number:03}"
        target.mkdir(parents=True)
        shutil.copy(clip, target / "segment.webm")
    return {
        "COSMOS_COMPARE_MODELS": str(write_model_list(folder / "models.yaml", tiny, TOKENS)),
        "COSMOS_COMPARE_OUTPUTS": str(folder / "outputs"),
        "COSMOS_COMPARE_SCENARIOS": str(folder / "clips"),
    }


def answer_time(outputs: Path, runs: list[str]) -> float:
    """Seconds that the slower of two sides took, by the runs' own account."""
    answers = [load_record(outputs, path).answer for path in run_paths(outputs) if Path(path).name in runs]
    assert answers and all(answer.new_tokens == TOKENS for answer in answers), answers
    return max(answer.total_s for answer in answers)


def through_the_command(environment: dict[str, str], clip: Path) -> float:
    command = [sys.executable, "-m", "cosmos_compare", "run", "--videos", str(clip), "--question", QUESTION, "--json"]
    done = subprocess.run(
        [*command, "--models", *MODELS], env=os.environ | environment, capture_output=True, check=True
    )
    runs = [record["id"] for record in json.loads(done.stdout)]
    return answer_time(Path(environment["COSMOS_COMPARE_OUTPUTS"]), runs)


def through_the_page(page: Page, environment: dict[str, str]) -> float:
    before = page.url
    page.get_by_role("textbox", name="Question").fill(QUESTION)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: "runs=" in url and url != before, timeout=120_000)
    runs = re.split("%2C|,", page.url.split("runs=")[1].split("&")[0])
    return answer_time(Path(environment["COSMOS_COMPARE_OUTPUTS"]), runs)


def settle(page: Page) -> None:
    page.wait_for_selector('.stApp[data-test-script-state="notRunning"]')


def is_end_of_script(frame: str | bytes) -> bool:
    return isinstance(frame, bytes) and ForwardMsg.FromString(frame).WhichOneof("type") == "script_finished"


def rerun(page: Page, socket: WebSocket) -> float:
    """From the browser's message about a click until it has all that the rerun sent."""
    settle(page)
    sent: list[float] = []
    socket.on("framesent", lambda _: sent.append(time.perf_counter()))
    with socket.expect_event("framereceived", is_end_of_script, timeout=5_000):
        page.locator("label", has_text="Reasoning").click()
    return time.perf_counter() - sent[-1]


# Seconds from a click on a scenario until its name stands at the top, by the browser's clock.
SWITCH = """(name) => new Promise((done, fail) => {
  const host = [...document.querySelectorAll("*")].find((node) => node.shadowRoot?.querySelector(".list"));
  const card = [...host.shadowRoot.querySelectorAll("button")].find((node) => node.dataset.id === name);
  const words = name.replaceAll("_", " "), begin = performance.now();
  const shown = () => document.querySelector(".scenario b")?.textContent === words;
  new MutationObserver((_, observer) => {
    if (shown()) { observer.disconnect(); done((performance.now() - begin) / 1000); }
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
  setTimeout(() => fail(new Error("the scenario did not change in a minute")), 60000);
  card.click();
})"""


def switch(page: Page, number: int) -> float:
    settle(page)
    return float(page.evaluate(SWITCH, f"scene_{number:03}"))


def first_paint(page: Page, address: str) -> float:
    begin = time.perf_counter()
    page.goto(address)
    page.get_by_role("button", name="Run").wait_for()
    return time.perf_counter() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--short", action="store_true", help="few scenarios, once: does it still measure?")
    args = parser.parse_args()
    repeats, scenarios = (1, 40) if args.short else (args.repeats, SCENARIOS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = prepare(folder, scenarios)
        with serve(folder / "app.log", **environment) as address, chromium() as browser:
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            sockets: list[WebSocket] = []
            page.on("websocket", lambda socket: sockets.append(socket))
            cold = first_paint(page, address)
            through_the_page(page, environment)  # loads the models
            warm = [first_paint(page, address) for _ in range(repeats)]
            reruns = [rerun(page, sockets[-1]) for _ in range(4 * repeats)]
            switches = [switch(page, 3 + 7 * n) for n in range(4 * repeats)]
            clip = folder / "clips" / "scene_000"
            shown, plain = [], []
            for _ in range(repeats):
                shown.append(through_the_page(page, environment))
                plain.append(through_the_command(environment, clip))
    median = statistics.median
    print(
        json.dumps(
            {
                "first_paint_cold_s": round(cold, 2),
                "first_paint_s": round(median(warm), 2),
                "rerun_s": round(median(reruns), 3),
                "switch_s": round(median(switches), 3),
                "page_s": round(min(shown), 2),
                "command_s": round(min(plain), 2),
                "ratio": round(min(shown) / min(plain), 3),
            }
        )
    )


if __name__ == "__main__":
    main()
