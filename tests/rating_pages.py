"""What tests of the rating pages share: pairs of answers on disk that give themselves away, and their ratings."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from runs_support import make_run
from streamlit.testing.v1 import AppTest

from cosmos_compare.ratings import scorecard
from cosmos_compare.ratings.judgement import Choice, judge
from cosmos_compare.ratings.pairs import Pair, find_pairs, left_run, model_pairs
from cosmos_compare.records.schema import AXES, Prompt, Run
from cosmos_compare.runs.index import list_runs
from cosmos_compare.runs.store import Store
from cosmos_compare.video.clips import find_scenarios, probe

ROOT = Path(__file__).resolve().parents[1]
ONE, TWO = "Cosmos-Reason1-7B", "Cosmos-Reason2-2B"
LABELS = {ONE: "Cosmos Reason1 7B", TWO: "Cosmos Reason2 2B"}
TEXTS = {
    ONE: "<think>As Cosmos-Reason1 I look.</think><answer>I am Qwen2.5-VL. A car brakes at 0.5 s.</answer>",
    TWO: "<think>By NVIDIA.</think>"
    + json.dumps({"by": "cosmos reason2", "again": "Q", "risk": "high"}).replace('"Q"', '"\\u0051wen3-VL"'),
}
# What must not be read anywhere before saving: names, families, makers, sizes, tags.
TELLING = re.compile(
    r"reason[ _.-]?[12]|qwen|nvidia|(?<![a-z0-9])[27]b(?![a-z0-9])|(?:<|&lt;|u003c)/?(?:think|answer)", re.I
)
PICTURES = re.compile(r"[A-Za-z0-9+/\\=]{300,}")  # base64, in which every short word occurs


def told(text: str) -> list[str]:
    """The words in a text that tell which model wrote what."""
    return TELLING.findall(PICTURES.sub("", text))


def answered(scenario: str, video: Path, model: str, number: int, raw: str) -> Run:
    run = make_run(
        scenario=scenario,
        model=model,
        raw=raw,
        key=f"{number:04x}{model[-2:].encode().hex()}" + "a" * 56,
        created=f"20261122T1245{number:02}Z",
        prompt=Prompt(name="driving", user_prompt="What happens? You are Cosmos-Reason1."),
    )
    spec = run.model.model_copy(update={"label": LABELS.get(model, model), "source": f"nvidia/{model}"})
    answer = run.answer.model_copy(update={"input_height": 28, "input_width": 56})  # as its frames
    return run.model_copy(update={"clip": probe(video, scenario), "model": spec, "answer": answer})


def write_pairs(outputs: Path, scenarios: Path, count: int, texts: dict[str, str] = TEXTS) -> list[Pair]:
    """Answers of two models to one question about `count` scenarios, cycling through the clips there are."""
    store, clips = Store(outputs), find_scenarios(scenarios)
    frames = np.full((2, 28, 56, 3), 120, np.uint8)
    for number in range(count):
        for model, raw in texts.items():
            clip = clips[number % len(clips)]
            store.save(answered(f"scene_{number}", clip.video, model, number, raw), frames)
    return pairs_in(outputs)


def pairs_in(outputs: Path) -> list[Pair]:
    rows = list_runs(outputs)
    return [pair for models in model_pairs(rows) for pair in find_pairs(rows, models)]


def rate(
    outputs: Path,
    pair: Pair,
    rater: str,
    a: Sequence[int | None] = (1,) * 7,
    b: Sequence[int | None] = (2,) * 7,
    verdict: Choice = "b",
    blind: bool = True,
    **more: Any,
) -> None:
    marks = (dict(zip(AXES, own, strict=True)) for own in (a, b))
    rows = judge(
        pair, rater, *marks, verdict, blind=blind, left=left_run(rater, pair), created="2026-11-23T10:00:00Z", **more
    )
    scorecard.append(outputs, rows)


def open_page(name: str, **query: str) -> AppTest:
    """A page of `pages/`, opened by a link with these parameters."""
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).switch_page(f"pages/{name}.py")
    for key, value in query.items():
        page.query_params[key] = value
    page.run()
    assert not page.exception, page.exception
    return page


def linked(page: AppTest, name: str) -> str:
    """A parameter of the page's address."""
    value = page.query_params[name]
    return value if isinstance(value, str) else value[0]


def sent(page: AppTest) -> str:
    """Everything that the page sends to the browser, as text."""
    return "\n".join(str(element.proto) for element in page.main) + "\n".join(str(e.proto) for e in page.sidebar)
