"""Where each token stands in time, height and width: by the model's own rule, whatever the library does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from engine_requests import NAMES, answer, make_request

from cosmos_compare.catalogue.models import resolve_models, source_folder
from cosmos_compare.engines.base import Request
from cosmos_compare.engines.local.engine import LocalEngine
from cosmos_compare.engines.local.inputs import Inputs, prepare
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.positions import prompt_positions

LONG = [index / 2 for index in range(56)]  # 28 s: the seconds outrun the width of any frame here
CASES = [
    (n, step, size) for n in (2, 8, 28, 56) for step in (0.1, 1 / 3, 0.5, 1.0) for size in ((2, 3), (4, 7), (6, 2))
]


def request_of(engine: LocalEngine, n: int, step: float, size: tuple[int, int], question: str = "Why?") -> Request:
    """`n` frames of noise of `size` (rows, columns) in visual tokens, `step` seconds apart."""
    request = make_request(engine.spec, [1.3 + step * index for index in range(n)], step=step, question=question)
    height, width = (side * engine.spec.vision.factor for side in size)
    images = np.random.default_rng(n).integers(0, 256, (n, height, width, 3), dtype=np.uint8)
    return replace(request, images=images)


def older_rule(engine: LocalEngine, inputs: Inputs) -> torch.Tensor:
    """The library's positions (3, 1, tokens), with the text behind each video where its version 4.57 had it."""
    names = ("input_ids", "mm_token_type_ids", "video_grid_thw", "second_per_grid_ts", "attention_mask")
    known = {name: inputs.tensors[name] for name in names if name in inputs.tensors}
    inner = engine.model.model
    positions, _ = type(inner).get_rope_index(inner, **known)
    behind = int((known["mm_token_type_ids"][0] == 2).nonzero()[-1]) + 1
    shift = positions[:, 0, :behind].max() + 1 - positions[0, 0, behind]
    positions[:, :, behind:] += shift
    return positions


def logits(engine: LocalEngine, request: Request) -> torch.Tensor:
    """Those of the answer's first token, as the engine works them out."""
    seen: list[torch.Tensor] = []
    hook = engine.model.lm_head.register_forward_hook(lambda module, args, output: seen.append(output.clone()))
    answer(engine, request)
    hook.remove()
    return seen[0].reshape(-1)


@pytest.fixture(params=NAMES)
def engine(request: pytest.FixtureRequest, engines: dict[str, LocalEngine]) -> LocalEngine:
    engines[request.param].kept.clear()
    return engines[request.param]


@pytest.fixture(scope="module")
def demo() -> Iterator[LocalEngine]:
    (spec,) = resolve_models(["reason1-demo"])
    folder = source_folder(spec)
    assert folder is not None
    engine = LocalEngine(spec, folder)
    yield engine
    engine.close()


@pytest.mark.parametrize(("n", "step", "size"), CASES)
def test_positions_are_those_of_the_older_rule(engine: LocalEngine, n: int, step: float, size: tuple[int, int]) -> None:
    request = request_of(engine, n, step, size)
    expected = older_rule(engine, prepare(engine.processor, engine.spec.vision, request))
    for _ in range(2):  # worked out, then kept
        prompt = engine.prefix_cache.tokenize(request)
        assert torch.equal(prompt.positions.cpu(), expected)
        assert prompt.delta == int(expected.max()) + 1 - expected.shape[2]


@pytest.mark.parametrize("n", [2, 8, 28, 56])
@torch.inference_mode()
def test_logits_are_the_librarys_under_the_older_rule(engine: LocalEngine, n: int) -> None:
    """Fresh, and behind a kept prefix whose question was another."""
    request = request_of(engine, n, 0.5, (4, 7))
    inputs = prepare(engine.processor, engine.spec.vision, request)
    whole = engine.model(**inputs.tensors, position_ids=older_rule(engine, inputs)).logits[0, -1]
    torch.testing.assert_close(logits(engine, request), whole, rtol=0, atol=1e-4)
    engine.kept.clear()
    answer(engine, request_of(engine, n, 0.5, (4, 7), "Who is there?"))
    torch.testing.assert_close(logits(engine, request), whole, rtol=0, atol=1e-4)


@pytest.mark.parametrize("step", [0.25, 0.5, 1.0])
@torch.inference_mode()
def test_reason1_demo_answers_under_the_rule_of_reason1(demo: LocalEngine, step: float) -> None:
    """As a server with the older rule would (vLLM): 2 to 56 frames at three rates, within 1e-4."""
    for n in (2, 8, 14, 28, 56):
        request = request_of(demo, n, step, (4, 7), "What do you see?")
        inputs = prepare(demo.processor, demo.spec.vision, request)
        whole = demo.model(**inputs.tensors, position_ids=older_rule(demo, inputs)).logits[0, -1].log_softmax(-1)
        torch.testing.assert_close(logits(demo, request).log_softmax(-1), whole, rtol=0, atol=1e-4)


@torch.inference_mode()
def test_a_long_clip_is_where_the_rules_differ(engines: dict[str, LocalEngine]) -> None:
    """The cases above would show nothing if they did not reach it."""
    engine = engines["reason1-tiny"]
    inputs = prepare(engine.processor, engine.spec.vision, make_request(engine.spec, LONG))
    positions = older_rule(engine, inputs)
    behind = int((inputs.tensors["mm_token_type_ids"][0] == 2).nonzero()[-1]) + 1
    assert positions[0, 0, behind] > positions[1:, 0, :behind].max() + 1


def tokens(types: list[int], **more: Any) -> list[list[int]]:
    config = type("Config", (), {"model_type": more.pop("model_type"), "vision_config": VisionConfig})
    known = prompt_positions(config, torch.tensor([types]), torch.tensor([more["grid"]]), more.get("seconds"))
    result: list[list[int]] = known[:, 0].tolist()
    return result


class VisionConfig:
    spatial_merge_size, tokens_per_second = 2, 2


def test_the_rule_of_qwen2_5_vl_by_hand() -> None:
    """Two tokens of text, two steps in time of 1.5 s over one row of two, then text."""
    types = [0, 0, 2, 2, 2, 2, 0, 0]
    assert tokens(types, model_type="qwen2_5_vl", grid=[2, 2, 4], seconds=[1.5]) == [
        [0, 1, 2, 2, 5, 5, 6, 7],
        [0, 1, 2, 2, 2, 2, 6, 7],
        [0, 1, 2, 3, 2, 3, 6, 7],
    ]


def test_the_rule_of_qwen3_vl_by_hand() -> None:
    """Each pair of frames is a grid of its own, and time stands still: words between them tell it."""
    types = [0, 2, 2, 0, 0, 2, 2, 0]
    assert tokens(types, model_type="qwen3_vl", grid=[2, 2, 4]) == [
        [0, 1, 1, 3, 4, 5, 5, 7],
        [0, 1, 1, 3, 4, 5, 5, 7],
        [0, 1, 2, 3, 4, 5, 6, 7],
    ]
