"""What the tiny checkpoints answer is held to a number: whoever changes an answer raises it, and batches ask again.

python tests/engines/test_engine_revision.py      writes tests/data/answers_of_revision.json anew
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from engine_requests import answer, make_request

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.demo.tiny import build
from cosmos_compare.engines.local.engine import LocalEngine
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.revision import ANSWER_REVISION
from cosmos_compare.records.schema import ModelSpec, Sampling

FILE = Path(__file__).resolve().parents[1] / "data" / "answers_of_revision.json"
CASES = {
    "short": ([0.0, 0.25], Sampling(max_new_tokens=6)),
    "trimmed, 1 fps": ([5.0 + index for index in range(10)], Sampling(max_new_tokens=6)),
    "28 s": ([index / 2 for index in range(56)], Sampling(max_new_tokens=6)),
    "drawn": (
        [0.0, 0.5, 1.0, 1.5],
        Sampling(temperature=1, top_p=0.9, top_k=20, presence_penalty=0.5, repetition_penalty=1.1, max_new_tokens=6),
    ),
}
NEAR = 5e-4  # logits of another processor differ by less, of other rules by far more
CLEAR = 20 * NEAR  # between the best token and the next, or rounding alone could change the answer


def outputs(engine: LocalEngine, case: str) -> dict[str, Any]:
    """The prompt as it was read, the best five logits before each token, and the tokens."""
    seconds, sampling = CASES[case]
    steps: list[list[tuple[int, float]]] = []

    def note(module: Any, inputs: Any, output: torch.Tensor) -> None:
        best = output[0].topk(5)  # rows behind the first fill a step up
        steps.append([(int(i), round(float(v), 5)) for i, v in zip(best.indices, best.values, strict=True)])

    hook = engine.model.lm_head.register_forward_hook(note)
    result = answer(engine, make_request(engine.spec, seconds, sampling=sampling))
    hook.remove()
    return {"prompt": result.rendered_prompt, "logits": steps[: result.new_tokens], "text": result.raw}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", ["reason1-tiny", "reason2-tiny"])
def test_answers_are_those_of_this_revision(engines: dict[str, LocalEngine], name: str, case: str) -> None:
    held = json.loads(FILE.read_text(encoding="utf-8"))
    assert held["revision"] == ANSWER_REVISION, "write the file anew (see above) once the change is as it shall be"
    expected, found = held["answers"][name][case], outputs(engines[name], case)
    told = "the same request is answered otherwise: raise ANSWER_REVISION"
    assert found["prompt"] == expected["prompt"], told
    for ours, theirs in zip(found["logits"], expected["logits"], strict=True):
        assert [value for _, value in ours] == pytest.approx([value for _, value in theirs], abs=NEAR), told
    assert found["text"] == expected["text"], told


def test_the_answers_held_hang_on_no_rounding() -> None:
    held = json.loads(FILE.read_text(encoding="utf-8"))
    greedy = [steps for model in held["answers"].values() for case, steps in model.items() if case != "drawn"]
    assert all(step[0][1] - step[1][1] > CLEAR for steps in greedy for step in steps["logits"])


def write() -> None:
    with tempfile.TemporaryDirectory() as folder:
        specs = resolve_models([f"{name}={path}" for name, path in build(Path(folder)).items()])
        answers = {spec.name: _all_outputs(spec) for spec in specs}
    held = {"revision": ANSWER_REVISION, "answers": answers}
    FILE.write_text(json.dumps(held, ensure_ascii=False) + "\n", encoding="utf-8")


def _all_outputs(spec: ModelSpec) -> dict[str, Any]:
    engine = LocalEngine(spec, Path(spec.source))
    return {case: outputs(engine, case) for case in CASES}


if __name__ == "__main__":
    write()
