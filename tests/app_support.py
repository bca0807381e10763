"""What tests of the pages share: the app on tiny models and small clips, and answers as they lie on disk."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cosmos_compare.board import Side
from cosmos_compare.compare import Comparison, plan_comparison
from cosmos_compare.jobs import Job
from cosmos_compare.records.schema import Answer, Environment, Failure, ModelSpec, Prompt, Run, Settings
from cosmos_compare.runs.store import Store

ROOT = Path(__file__).resolve().parents[1]
MODELS = """
models:
  reason1-demo:
    {{family: qwen2_5_vl, label: Demo One, source: "{one}", demo: true, vision: {{max_video_tokens: 256}},
      sampling: {{temperature: 0.0, presence_penalty: 0.0, max_new_tokens: {tokens}}}}}
  reason2-demo:
    {{family: qwen3_vl, label: Demo Two, source: "{two}", demo: true, vision: {{max_video_tokens: 256}},
      sampling: {{temperature: 0.0, presence_penalty: 0.0, max_new_tokens: {tokens}}}}}
"""


def write_model_list(path: Path, tiny: dict[str, Path], tokens: int = 40) -> Path:
    """A model list in which the demo pair are the tiny checkpoints."""
    text = MODELS.format(one=tiny["reason1-tiny"].as_posix(), two=tiny["reason2-tiny"].as_posix(), tokens=tokens)
    path.write_text(text, encoding="utf-8")
    return path


def set_up(tiny: dict[str, Path], scenarios: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point the app at tiny models, small clips and an outputs folder of the test."""
    monkeypatch.setenv("COSMOS_COMPARE_MODELS", str(write_model_list(folder / "models.yaml", tiny)))
    monkeypatch.setenv("COSMOS_COMPARE_SCENARIOS", str(scenarios))


def open_page(**query: str) -> AppTest:
    """The Compare page, opened by a link with these parameters."""
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception, page.exception
    return page


def html(page: AppTest) -> str:
    """All that the page says outside its widgets, its style left out."""
    bodies = [str(element.proto.body) for element in page.get("html")]
    pieces = [body for body in bodies if not body.startswith("<style>")]
    pieces += [element.value for kind in ("error", "info", "warning", "caption") for element in page.get(kind)]
    return "\n".join(pieces)


def comparison_of(video: Path, spec: ModelSpec, **settings: object) -> Comparison:
    prompt = Prompt(name="driving", user_prompt="What is there?")
    return plan_comparison(video, prompt, Settings.model_validate(settings), [spec])


def answered(comparison: Comparison, spec: ModelSpec, raw: str, finish: str = "stop", hint: str = "") -> Run:
    """A run with a given text, as a model would have ended it."""
    error = Failure(type="OutOfMemory", message="The memory was not enough.", hint=hint) if finish == "error" else None
    answer = Answer(
        raw=raw,
        finish=finish,
        error=error,
        new_tokens=7,
        total_s=1.5,
        first_token_s=0.25,
        input_height=28,
        input_width=56,
    )  # type: ignore[arg-type]
    created = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    return Run(
        id=f"{created}-{comparison.key(spec)[:8]}",
        key=comparison.key(spec),
        created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        clip=comparison.clip,
        prompt=comparison.prompt,
        settings=comparison.settings,
        model=spec,
        frames=comparison.planned,
        answer=answer,
        environment=Environment(device="cpu", versions=comparison.versions),
    )


def saved(store: Store, comparison: Comparison, spec: ModelSpec, raw: str, **ending: str) -> Run:
    """The same, on disk, with grey frames."""
    frames = np.full((len(comparison.planned.indices), 28, 56, 3), 128, np.uint8)
    return store.save(answered(comparison, spec, raw, **ending), frames)


def side_in(state: str, comparison: Comparison, spec: ModelSpec, text: str = "") -> Side:
    """A side whose job has come as far as `state`."""
    job: Job[Run] = Job(spec)
    job.enter(state)  # type: ignore[arg-type]
    if text:
        job.add_text(text)
    return Side(spec, comparison, job=job)
