"""Clips with what is true of them, and models under test that are asked about them."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cosmos_compare.demo.evaluation.marks import ClipTruth
from cosmos_compare.engines.base import Engine, Request, resolve_sampling
from cosmos_compare.engines.load import load_engine
from cosmos_compare.prompts import messages
from cosmos_compare.records.ground_truth import GroundTruth
from cosmos_compare.records.schema import Answer, ModelSpec, Prompt, Settings
from cosmos_compare.texts import answers
from cosmos_compare.texts.lenient_json import read_json
from cosmos_compare.video.clips import Scenario, find_scenarios, load_ground_truth, probe
from cosmos_compare.video.frames import Frames, sample_frames


@dataclass(frozen=True)
class Case:
    """One clip with its frames as each model sees them, and the truth about it."""

    name: str
    frames: Frames
    truth: ClipTruth
    seed: int = 0


def told(folder: Path, limit: int | None = None) -> list[Scenario]:
    """The scenarios of a folder that have a ground truth and boxes."""
    return [scenario for scenario in find_scenarios(folder) if (scenario.video.parent / "boxes.json").exists()][:limit]


def cases(
    folder: Path, specs: list[ModelSpec], fps: float = 4.0, limit: int | None = None, **settings: float
) -> list[Case]:
    """The scenarios of a folder, sampled with these settings of the form."""
    return [case_of(scenario, specs, fps, **settings) for scenario in told(folder, limit)]


def case_of(scenario: Scenario, specs: list[ModelSpec], fps: float = 4.0, **settings: float) -> Case:
    clip = probe(scenario.video, scenario.id)
    frames = sample_frames(clip, Settings.model_validate({"fps": fps, **settings}), specs)
    truth = load_ground_truth(scenario.video.parent / "ground_truth.yaml")
    seed = int((truth.source or "").rpartition(" ")[2] or 0)
    return Case(scenario.id, frames, truth_of(scenario, truth, frames), seed)


def truth_of(scenario: Scenario, truth: GroundTruth, frames: Frames) -> ClipTruth:
    boxes = json.loads((scenario.video.parent / "boxes.json").read_text(encoding="utf-8"))
    key = next((event for event in truth.events if event.critical), None)
    size = np.array([boxes["width"], boxes["height"]] * 2)
    last = boxes["frames"][frames.times.indices[-1]]
    assert truth.risk is not None
    return ClipTruth(
        objects=frozenset(kind for kind, seen in truth.objects.items() if seen.present),
        risk=truth.risk.level,
        ego=boxes["ego"],
        next=boxes["next"],
        event=key.label if key else None,
        event_time=key.start if key else None,
        boxes=tuple((b["label"], tuple(np.array(b["box"]) / size)) for b in last if b["label"] != "crosswalk"),
    )


class Model:
    """One model under test. Counts empty answers, and notes how long answers took."""

    def __init__(self, spec: ModelSpec) -> None:
        self.spec = spec
        self.engine: Engine = load_engine(spec, lambda: None)
        self.first_token: list[float] = []
        self.total: list[float] = []
        self.empty = 0

    def ask(self, case: Case, question: str, images: Any = None, reasoning: bool = False, system: str = "") -> Answer:
        """The answer to a question about a clip, or about other pixels in its place."""
        prompt = Prompt(name="evaluation", system_prompt=system, user_prompt=question, reasoning=reasoning)
        request = Request(
            messages=messages(prompt, self.spec, {}),
            images=case.frames.for_model(self.spec) if images is None else images,
            times=case.frames.times,
            step=case.frames.step,
            sampling=resolve_sampling(self.spec, case.frames.settings, reasoning),
        )
        start = time.perf_counter()
        answer = self.engine.answer(request, lambda text: None, lambda state: None, lambda: False)
        self.total.append(time.perf_counter() - start)
        if answer.finish == "error":
            assert answer.error is not None
            raise RuntimeError(f"{self.spec.name} on {case.name}: {answer.error.message}")
        self.first_token.append(answer.first_token_s or 0.0)
        self.empty += not answers.split(answer.raw).answer.strip()
        return answer

    def boxes(self, text: str, case: Case) -> Iterator[tuple[str, Any]]:
        """The boxes of an answer, as fractions of the frame."""
        height, width = case.frames.for_model(self.spec).shape[1:3]
        for box in answers.find_boxes(read_json(text).data, self.spec.boxes, height, width):
            yield box.label, (box.x1, box.y1, box.x2, box.y2)
