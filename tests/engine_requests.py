"""Requests for engine tests: frames drawn here, times chosen by the test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from cosmos_compare.engines.base import Request
from cosmos_compare.engines.local.engine import LocalEngine
from cosmos_compare.engines.local.libraries import AutoModelForImageTextToText, AutoProcessor, torch
from cosmos_compare.prompts import Messages
from cosmos_compare.records.schema import Answer, FrameTimes, ModelSpec, Sampling

# The tiny checkpoints whose forward passes are ours. Cosmos3's differs from Reason2's in its files alone.
NAMES = ["reason1-tiny", "reason2-tiny", "cosmos3-tiny"]
GREEDY = Sampling(temperature=0.0, max_new_tokens=24)


def make_request(
    spec: ModelSpec,
    seconds: Sequence[float],
    *,
    sampling: Sampling = GREEDY,
    step: float | None = None,
    question: str = "What happens?",
    system: str = "You watch a road.",
    seed: int = 0,
) -> Request:
    """Noise at a size that the model takes unchanged: 4×7 blocks of its factor."""
    height, width = 4 * spec.vision.factor, 7 * spec.vision.factor
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (len(seconds), height, width, 3), dtype=np.uint8)
    return Request(
        messages=Messages(system, question),
        images=images,
        times=FrameTimes(indices=tuple(range(len(seconds))), seconds=tuple(seconds)),
        step=step or (seconds[1] - seconds[0]),
        sampling=sampling,
    )


def many_requests(spec: ModelSpec, count: int, *, tokens: int = 24, patient: bool = False) -> list[Request]:
    """Different clips, questions, lengths, and ways to draw; every third drawn."""
    return [
        replace(
            make_request(
                spec,
                [0.0, 0.5, 1.0, 1.5][: 2 + 2 * (number % 2)],
                seed=number // 3,
                question="Why? " * (1 + number % 4),
                sampling=Sampling(
                    temperature=0.9 if number % 3 == 0 else 0.0,
                    top_k=(40, 0, 150)[number % 9 // 3],
                    top_p=0.9,
                    presence_penalty=0.4,
                    seed=number,
                    max_new_tokens=tokens - number % 5,
                ),
            ),
            patient=patient,
        )
        for number in range(count)
    ]


def answer(engine: LocalEngine, request: Request) -> Answer:
    return engine.answer(request, lambda text: None, lambda state: None, lambda: False)


def reference(engine: LocalEngine, request: Request) -> Answer:
    return engine.reference(request, lambda text: None, lambda state: None, lambda: False)


def build_mid_size(tiny: Path, folder: Path) -> None:
    """A checkpoint of the same architecture, wider and deeper, with grouped heads 4 to 1 and a larger vocabulary."""
    processor = AutoProcessor.from_pretrained(tiny)
    config = AutoModelForImageTextToText.from_pretrained(tiny).config
    text, vision = config.text_config, config.vision_config
    text.update({"hidden_size": 256, "intermediate_size": 512, "num_hidden_layers": 6, "vocab_size": 1024})
    text.update({"num_attention_heads": 8, "num_key_value_heads": 2, "layer_types": ["full_attention"] * 6})
    text.rope_parameters["mrope_section"] = [6, 5, 5]
    text.head_dim = 32
    vision.update({"depth": 4, "hidden_size": 128, "intermediate_size": 256, "out_hidden_size": 256})
    torch.manual_seed(1)
    model = AutoModelForImageTextToText.from_config(config)
    model.generation_config.eos_token_id = processor.tokenizer.eos_token_id
    model.generation_config.pad_token_id = processor.tokenizer.pad_token_id
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
