"""How fast the lab's matrix is over 1,000 scenarios × 4 arms, by the script's own time in the server.

    python benchmarks/lab.py [--short]

Prints one JSON object, seconds: the first view while the answers' facts are unknown, a view once all are read, a
filter, and how long reading all facts takes beside.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from conftest import write_clip  # noqa: E402
from runs_support import make_run, make_spec  # noqa: E402
from streamlit.testing.v1 import AppTest  # noqa: E402

from cosmos_compare.prompts import load_prompt  # noqa: E402
from cosmos_compare.records.schema import Prompt, Settings  # noqa: E402
from cosmos_compare.runs.layout import ANALYSIS, run_path  # noqa: E402
from cosmos_compare.ui.lab import session  # noqa: E402
from cosmos_compare.video.files import sha256_of  # noqa: E402

TRUTH = """
objects: {pedestrian: {present: true}, car: {present: false}}
risk: {level: medium, reason: a pedestrian is crossing}
expected_action: stop
"""
TEXTS = (
    "A pedestrian crosses from the left at 2.1 s. The risk is medium. The car should stop.",
    "The road is empty, no pedestrian is to be seen. The risk is low. Keep going.",
)
MODELS = ("model-a", "model-b")
PROMPTS = ("driving", "risk")


def write_study(folder: Path, count: int) -> None:
    """So many scenarios with a truth, and an answer of each model to each prompt."""
    clip = write_clip(folder / "clip.webm", seconds=1, size=(64, 48))
    sha256 = sha256_of(clip)
    prompts = [load_prompt(Path(name)) for name in PROMPTS]
    for number in range(count):
        scenario = f"scene_{number:04}"
        place = folder / "clips" / scenario
        place.mkdir(parents=True)
        os.link(clip, place / "segment.webm")
        (place / "ground_truth.yaml").write_text(TRUTH, encoding="utf-8")
        for index, (model, prompt) in enumerate((model, prompt) for model in MODELS for prompt in prompts):
            write_run(folder / "outputs", scenario, model, prompt, sha256, f"{4 * number + index:08x}")


def write_run(outputs: Path, scenario: str, model: str, prompt: Prompt, sha256: str, key: str) -> None:
    run = make_run(scenario=scenario, model=model, prompt=prompt, raw=TEXTS[int(key, 16) % 3 == 0], key=key * 8)
    run = run.model_copy(
        update={"clip": run.clip.model_copy(update={"sha256": sha256}), "settings": Settings.model_validate({})}
    )
    target = outputs / run_path(scenario, model, run.id)
    target.mkdir(parents=True)
    (target / ANALYSIS).write_text(run.model_dump_json(), encoding="utf-8")


def model_list(path: Path) -> Path:
    """An entry for each model, as its runs have it."""
    entries = {}
    for name in MODELS:
        values = make_spec(name).model_dump(mode="json", exclude_defaults=True, exclude={"name"})
        entries[name] = {"family": "qwen2_5_vl", "revision": "", **values}
    path.write_text(json.dumps({"models": entries}), encoding="utf-8")
    return path


def run(page: AppTest) -> float:
    start = time.perf_counter()
    page.run()
    assert not page.exception, page.exception
    return round(time.perf_counter() - start, 3)


def main() -> None:
    parser = argparse.ArgumentParser(description="How fast the lab's matrix is.")
    parser.add_argument("--short", action="store_true", help="twenty scenarios: does it still measure?")
    count = 20 if parser.parse_args().short else 1000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_study(folder, count)
        os.environ["COSMOS_COMPARE_OUTPUTS"] = str(folder / "outputs")
        os.environ["COSMOS_COMPARE_SCENARIOS"] = str(folder / "clips")
        os.environ["COSMOS_COMPARE_MODELS"] = str(model_list(folder / "models.yaml"))
        page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300).switch_page("pages/lab.py")
        first = run(page)
        page.multiselect(key=f"{session.MODELS} 0").set_value(list(MODELS))
        page.multiselect(key=f"{session.PROMPTS} 0").set_value(list(PROMPTS))
        chosen = run(page)
        start = time.perf_counter()
        while any("are being read" in caption.value for caption in page.caption):
            run(page)
        reading = round(time.perf_counter() - start, 1)
        known = run(page)
        page.text_input(key=session.FIND).set_value("7")
        find = run(page)
        frame = page.dataframe[0].value
        assert frame.shape == (sum("7" in f"scene_{n:04}" for n in range(count)), 4), frame.shape
        assert frame.iloc[0, 0], "every cell has its answer"
    told = {"first_s": first, "study_chosen_s": chosen, "reading_s": reading, "known_s": known, "filter_s": find}
    print(json.dumps({"cells": 4 * count, **told}))


if __name__ == "__main__":
    main()
