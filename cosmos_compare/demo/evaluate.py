"""Measure the demo models on rendered scenarios, through the real video files, processors and engine.

python -m cosmos_compare.demo.evaluate --scenarios DIR [DIR ...] --models reason1-demo reason2-demo [--json]
"""

import argparse
import json
import platform
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch

from cosmos_compare.catalogue.models import resolve_models, source_folder
from cosmos_compare.demo.evaluation.marks import Tally, Truth, mentions, says
from cosmos_compare.demo.words.asked import Task
from cosmos_compare.demo.words.phrases import ADVICE, RISK, Language
from cosmos_compare.demo.words.questions import ASKED, HELD_OUT, ROUGH
from cosmos_compare.engines.base import Engine, Request, resolve_sampling
from cosmos_compare.engines.load import load_engine
from cosmos_compare.ground_truth import GroundTruth
from cosmos_compare.prompts import messages
from cosmos_compare.schema import Answer, ModelSpec, Prompt, Settings
from cosmos_compare.texts import answers
from cosmos_compare.texts.lenient_json import read_json
from cosmos_compare.video.clips import Scenario, find_scenarios, load_ground_truth, probe
from cosmos_compare.video.frames import Frames, sample_frames

SUMMARY = ASKED["en"]["summary"][0]
BOXES = ASKED["en"]["boxes"][1]
DESCRIBE = ASKED["en"]["describe"][0]
LISTING: tuple[Task, ...] = ("objects", "summary", "describe")  # whose answers name all there is


@dataclass(frozen=True)
class Case:
    """One clip with its frames as each model sees them, and the truth about it."""

    name: str
    frames: Frames
    truth: Truth
    seed: int = 0


def cases(
    folder: Path, specs: list[ModelSpec], fps: float = 4.0, limit: int | None = None, **settings: float
) -> list[Case]:
    """The scenarios of a folder that have a ground truth and boxes, sampled with these settings of the form."""
    made = []
    told = [scenario for scenario in find_scenarios(folder) if (scenario.video.parent / "boxes.json").exists()]
    for scenario in told[:limit]:
        clip = probe(scenario.video, scenario.id)
        frames = sample_frames(clip, Settings.model_validate({"fps": fps, **settings}), specs)
        truth = load_ground_truth(scenario.video.parent / "ground_truth.yaml")
        seed = int((truth.source or "").rpartition(" ")[2] or 0)
        made.append(Case(scenario.id, frames, truth_of(scenario, truth, frames), seed))
    return made


def truth_of(scenario: Scenario, truth: GroundTruth, frames: Frames) -> Truth:
    boxes = json.loads((scenario.video.parent / "boxes.json").read_text(encoding="utf-8"))
    key = next((event for event in truth.events if event.critical), None)
    size = np.array([boxes["width"], boxes["height"]] * 2)
    last = boxes["frames"][frames.times.indices[-1]]
    assert truth.risk is not None
    return Truth(
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


def evaluate(model: Model, clips: list[Case], swap: bool = True) -> dict[str, Any]:
    """All marks of one model."""
    true = Tally()
    for case in clips:
        true.summary(model.ask(case, SUMMARY).raw, case.truth)
        true.located(model.boxes(model.ask(case, BOXES).raw, case), case.truth)
    report = true.marks()
    # The summary is the first question about its clip; boxes are asked of a clip already read.
    report["first_token_s"] = round(median(model.first_token[::2]), 3)
    report["summary_s"] = round(median(model.total[::2]), 3)
    report["new_words"] = _new_words(model, clips, {"en": HELD_OUT})
    report["rough_words"] = _new_words(model, clips, ROUGH)
    report["empty_answers"] = model.empty
    if swap:
        report["blank"] = {shade: _instead(model, clips, value) for shade, value in (("black", 0), ("grey", 128))}
        report["shuffled"] = _instead(model, clips, None)
    return report


def _new_words(model: Model, clips: list[Case], asked: Mapping[Language, Mapping[Task, list[str]]]) -> dict[str, Any]:
    """Marks for questions in words never trained, two for each clip: what is there, and its risk or what to do."""
    listing, others, tally = _mixed(asked, LISTING), _mixed(asked, ("risk", "action")), Tally()
    for number, case in enumerate(clips):
        _, _, question = listing[number % len(listing)]
        tally.objects(mentions(model.ask(case, question).raw), case.truth)
        language, task, question = others[number % len(others)]
        said = model.ask(case, question).raw
        if task == "risk":
            tally.risk.append(says(said, RISK[language], case.truth.risk))
        else:
            tally.next.append(says(said, ADVICE[language], case.truth.next))
    marks = tally.marks()
    return {
        "object_recall": marks["object_recall"],
        "object_precision": marks["object_precision"],
        "risk": marks["risk_accuracy"],
        "action": marks["next_action_accuracy"],
    }


def _mixed(
    asked: Mapping[Language, Mapping[Task, list[str]]], tasks: Iterable[Task]
) -> list[tuple[Language, Task, str]]:
    """The wordings of these tasks, well mixed, so that a few clips get some of each."""
    every = [
        (language, task, question)
        for language, table in asked.items()
        for task in tasks
        for question in table.get(task, ())
    ]
    return [every[k] for k in np.random.default_rng(0).permutation(len(every))]


def _instead(model: Model, clips: list[Case], shade: int | None) -> dict[str, float]:
    """Marks when the model is shown plain frames, or with `shade` None the next clip, in place of the clip."""
    tally = Tally()
    for case, other in zip(clips, clips[1:] + clips[:1], strict=True):
        own = case.frames.for_model(model.spec)
        if shade is None:
            theirs = other.frames.for_model(model.spec)
            images = theirs[np.minimum(np.arange(len(own)), len(theirs) - 1)]
        else:
            images = np.full_like(own, shade)
        tally.summary(model.ask(case, SUMMARY, images).raw, case.truth)
    marks = tally.marks()
    return {key: marks[key] for key in ("object_recall", "risk_accuracy", "action_accuracy")}


def identical(models: list[Model], clips: list[Case]) -> float:
    """The share of clips on which the first two models describe in the same words."""
    same = [len({model.ask(case, DESCRIBE).raw.strip() for model in models[:2]}) == 1 for case in clips]
    return round(sum(same) / len(same), 3)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure demo models on rendered scenarios.")
    parser.add_argument("--scenarios", type=Path, nargs="+", required=True)
    parser.add_argument("--models", nargs="+", default=["reason1-demo", "reason2-demo"])
    parser.add_argument("--fps", type=float, default=4.0)
    parser.add_argument("--limit", type=int, help="the first so many scenarios only")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--save", action="store_true", help="write evaluation.json beside each checkpoint")
    args = parser.parse_args()
    specs = resolve_models(args.models)
    clips = [case for folder in args.scenarios for case in cases(folder, specs, args.fps, args.limit)]
    models = [Model(spec) for spec in specs]
    report: dict[str, Any] = {
        "scenarios": [str(folder) for folder in args.scenarios],
        "seeds": [case.seed for case in clips],
        "clips": len(clips),
        "fps": args.fps,
        "machine": platform.processor() or platform.machine(),
        "threads": torch.get_num_threads(),
        "models": {model.spec.name: evaluate(model, clips) for model in models},
    }
    if len(models) > 1:
        report["identical_descriptions"] = identical(models, clips)
    if args.save:
        save(report, specs)
    print(json.dumps(report, indent=1) if args.json else table(report))


def save(report: dict[str, Any], specs: list[ModelSpec]) -> None:
    """Each model's marks beside its weights, with the command that gives them again."""
    spans = runs(report["seeds"])
    rendered = [f"python -m cosmos_compare.demo.render --seed {a} --count {n} --out DIR{a}" for a, n in spans]
    folders, names = (" ".join(words) for words in ([f"DIR{a}" for a, _ in spans], [spec.name for spec in specs]))
    evaluated = f"python -m cosmos_compare.demo.evaluate --scenarios {folders} --models {names} --fps {report['fps']:g}"
    about = {
        "command": " && ".join([*rendered, evaluated]),
        **{key: value for key, value in report.items() if key not in ("scenarios", "models")},
        "seeds": [f"{a}-{a + n - 1}" for a, n in spans],
    }
    for spec in specs:
        folder = source_folder(spec)
        assert folder is not None
        text = json.dumps({**about, **report["models"][spec.name]}, indent=1)
        (folder / "evaluation.json").write_text(text + "\n", encoding="utf-8")


def runs(seeds: list[int]) -> list[tuple[int, int]]:
    """Where each run of consecutive seeds begins, and how many they are."""
    starts = [k for k, seed in enumerate(seeds) if k == 0 or seed != seeds[k - 1] + 1]
    return [(seeds[a], b - a) for a, b in pairwise([*starts, len(seeds)])]


def table(report: dict[str, Any]) -> str:
    """A mark a line, a model a column."""
    names = list(report["models"])
    lines = [f"{report['clips']} clips at {report['fps']:g} fps", f"{'':28}" + "".join(f"{name:>16}" for name in names)]
    first = report["models"][names[0]]
    for key, value in first.items():
        inner = list(value) if isinstance(value, dict) else [None]
        for sub in inner:
            row = [report["models"][name][key] if sub is None else report["models"][name][key][sub] for name in names]
            cells = [" ".join(f"{v}" for v in cell.values()) if isinstance(cell, dict) else f"{cell}" for cell in row]
            lines.append(f"{key + (f' {sub}' if sub else ''):28}" + "".join(f"{cell:>22}" for cell in cells))
    if "identical_descriptions" in report:
        lines.append(f"{'identical descriptions':28}{report['identical_descriptions']:>16}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
