"""Runs for tests that need saved answers and no model."""

from __future__ import annotations

import numpy as np

from cosmos_compare.records.schema import (
    Answer,
    Clip,
    Environment,
    Failure,
    Finish,
    FrameTimes,
    ModelSpec,
    Prompt,
    Run,
    Settings,
    Vision,
)

IMAGES = np.arange(2 * 28 * 28 * 3, dtype=np.uint8).reshape(2, 28, 28, 3)


def make_spec(name: str = "model-a", *, demo: bool = False) -> ModelSpec:
    vision = Vision(factor=28, budget="per_frame", max_video_tokens=8192, clock="overlay")
    return ModelSpec(
        name=name,
        label=name.title(),
        source=f"/models/{name}",
        vision=vision,
        reasoning_in="system",
        boxes="pixels",
        demo=demo,
    )


def make_run(
    *,
    scenario: str = "scene",
    model: str = "model-a",
    raw: str = "A car brakes.",
    finish: Finish = "stop",
    key: str = "a" * 64,
    created: str = "20261122T124501Z",
    prompt: Prompt | None = None,
) -> Run:
    """A run as the engine would make it. `created` is the stamp that its id begins with."""
    return Run(
        id=f"{created}-{key[:8]}",
        key=key,
        created=f"{created[:4]}-{created[4:6]}-{created[6:11]}:{created[11:13]}:{created[13:15]}Z",
        clip=Clip(
            scenario=scenario, path=f"/clips/{scenario}.mp4", sha256="c" * 64, codec="h264", fps=30.0, n_frames=60,
            duration=2.0, width=640, height=360, rotation=0,
        ),
        prompt=prompt or Prompt(name="driving", user_prompt="What happens?"),
        settings=Settings(),
        model=make_spec(model),
        frames=FrameTimes(indices=(0, 4), seconds=(0.0, 0.25)),
        answer=Answer(
            raw=raw,
            finish=finish,
            error=Failure(type="OutOfMemory", message="The memory was not enough.") if finish == "error" else None,
            total_s=1.5,
            first_token_s=0.5,
            new_tokens=10,
            tokens_per_s=9.0,
        ),
        environment=Environment(device="cpu", versions={"torch": "2.13.0"}),
    )  # fmt: skip
