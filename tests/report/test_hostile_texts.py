"""Every text in a report stays text, whoever wrote it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import write_clip
from rating_pages import pairs_in, rate
from report_elements import Elements, assert_loads_nothing
from report_samples import material
from runs_support import make_run

from cosmos_compare.effort.book import Said, say
from cosmos_compare.records.schema import Prompt, Run
from cosmos_compare.report.document import document
from cosmos_compare.report.material import Imprint
from cosmos_compare.runs.store import Store

HOSTILE = "<img src=x onerror=alert(1)>\"'&</style><script>1</script>\u202egnp"
NAME = "<img src=x onerror=alert(1)>\"'&"  # as far as a folder's name may go


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """Two answers, a truth, ratings and a comment in which every text tries to be markup."""
    outputs, clips = tmp_path / "outputs", tmp_path / NAME
    clips.mkdir()
    video = write_clip(clips / "segment.webm", seconds=1.0)
    quoted = json.dumps(HOSTILE)
    (clips / "ground_truth.yaml").write_text(
        f"scene: {quoted}\nobjects: {{{quoted}: {{present: true}}}}\nabsent: [{quoted}]\nexpected_action: {quoted}\n"
        f"events: [{{label: {quoted}, start: 0.1, end: 0.5}}]\nrisk: {{level: high, reason: {quoted}}}\n",
        encoding="utf-8",
    )
    for number, (model, finish) in enumerate([("model-a", "stop"), ("model-b", "length"), ("model-b", "error")]):
        _save(Store(outputs), video, model, finish, number)
    rate(
        outputs,
        pairs_in(outputs)[0],
        HOSTILE.replace("\u202e", ""),
        [0, 1, 2, None, 0, 1, 2],
        [2] * 7,
        "b",
        notes=HOSTILE,
    )
    say(outputs, "model-a", {"weights": Said(grade="high", comment=HOSTILE)})
    return outputs


def _save(store: Store, video: Path, model: str, finish: Any, number: int) -> Run:
    text = f"<think>{HOSTILE}</think>At 0.5 s {HOSTILE} " + json.dumps({"risk": HOSTILE, "time": 0.2})
    run = make_run(
        scenario=NAME, model=model, raw=text, finish=finish, key=f"{number:064x}", created=f"20261122T1245{number:02}Z",
        prompt=Prompt(name=HOSTILE, system_prompt=HOSTILE, user_prompt=HOSTILE),
    )  # fmt: skip
    spec = run.model.model_copy(update={"label": HOSTILE, "source": HOSTILE, "revision": HOSTILE})
    clip = run.clip.model_copy(update={"path": str(video), "codec": HOSTILE, "sha256": HOSTILE})
    machine = run.environment.model_copy(update={"device": HOSTILE, "versions": {HOSTILE: HOSTILE}})
    changes: dict[str, Any] = {"model": spec, "clip": clip, "environment": machine}
    if run.answer.error:
        broken = run.answer.error.model_copy(update={"message": HOSTILE})
        changes["answer"] = run.answer.model_copy(update={"error": broken})
    return store.save(run.model_copy(update=changes), np.full((2, 28, 28, 3), 90, np.uint8))


def test_every_text_stays_text(hostile: Path) -> None:
    told = material(hostile, imprint=Imprint(HOSTILE, HOSTILE, HOSTILE))
    html = document(told)
    page = Elements(html)
    assert_loads_nothing(page)
    assert b"<script" not in html and b"<img src=x" not in html and "\u202e" not in html.decode()
    assert len(page.all("style")) == 1
    # It stands as it was written: the clip's name, answers, notes, comments, errors, the line on confidentiality.
    assert page.text.count("<img src=x onerror=alert(1)>") > 30
