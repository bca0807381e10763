"""How the demo models hold under each condition that the program offers: rates, trims, reasoning, French, prompt files.

python -m cosmos_compare.demo.evaluation.conditions --scenarios DIR [--limit N]

DIR holds what `cosmos_compare.demo.render` wrote, of any one size. Each answer is compared with what the rules of
training would have a model say about the very frames that it was shown.
"""

import argparse
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.demo.evaluation.asking import Case, Model, cases
from cosmos_compare.demo.evaluation.marks import iou
from cosmos_compare.demo.render import find_scene
from cosmos_compare.demo.words.answers_text import answer
from cosmos_compare.demo.words.asked import Asked, Manner, ShownFrames, Task
from cosmos_compare.demo.words.chat import NAMES
from cosmos_compare.demo.words.marked import unmarked
from cosmos_compare.demo.words.phrases import Language
from cosmos_compare.demo.words.questions import ASKED, SHIPPED, shipped
from cosmos_compare.demo.world.camera import PIXEL
from cosmos_compare.demo.world.facts import facts
from cosmos_compare.demo.world.observe import observe
from cosmos_compare.demo.world.scene import Scene

MANNERS: dict[str, Manner] = {name: manner for manner, name in NAMES.items()}
NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Condition:
    """One way of asking. `settings` are those of the form; `prompt` is a prompt file of the project."""

    name: str
    task: Task = "summary"
    settings: dict[str, float] = field(default_factory=dict)
    language: Language = "en"
    reasoning: bool = False
    prompt: str | None = None


CONDITIONS = (
    Condition("4 fps"),
    Condition("2 fps", settings={"fps": 2}),
    Condition("1 fps", settings={"fps": 1}),
    Condition("1.5 to 6 s", settings={"start": 1.5, "end": 6}),
    Condition("from 3.1 s, 2 fps", settings={"start": 3.1, "fps": 2}),
    Condition("with reasoning", reasoning=True),
    Condition("French, JSON", language="fr"),
    Condition("French, prose", task="describe", language="fr"),
    *(Condition(f"prompts/{name}.yaml", task=task, prompt=name) for name, task in SHIPPED.items()),
)


@dataclass
class ConditionAgreement:
    """How often the words were as they should be, and the numbers in answers with the right words."""

    words: list[bool] = field(default_factory=list)
    numbers: list[bool] = field(default_factory=list)

    def __str__(self) -> str:
        shares = [f"{np.mean(marks):.2f}" if marks else "-" for marks in (self.words, self.numbers)]
        return f"{shares[0]} / {shares[1]}"


def expected(scene: Scene, size: tuple[int, int], case: Case, model: Model, asked: Asked) -> str | None:
    """What should be said about the frames of a case, or None where a careful person could argue."""
    times = np.array(case.frames.times.seconds)
    found = facts(scene, observe(scene, times, size[0] / size[1] * PIXEL), np.arange(len(times)))
    if found is None:
        return None
    manner = MANNERS[model.spec.name]
    begin = times[0] if manner == "driver" else 0.0  # it has no clock: its times count from the first frame
    height, width = case.frames.for_model(model.spec).shape[1:3]
    shown = ShownFrames(tuple(float(t - begin) for t in times), width, height)
    return unmarked(answer(found, shown, asked, manner))


def same_words(said: str, wanted: str) -> bool:
    return NUMBER.sub("0", said).strip() == NUMBER.sub("0", wanted).strip()


def near_times(said: str, wanted: str) -> list[bool]:
    """Whether each number of an answer with the right words is half a second off at most."""
    pairs = zip(NUMBER.findall(said), NUMBER.findall(wanted), strict=True)
    return [abs(float(mine) - float(true)) <= 0.5 for mine, true in pairs]


def compare(model: Model, case: Case, said: str, wanted: str, boxes: bool, tally: ConditionAgreement) -> None:
    """Note whether the words are the same; if so, whether boxes share half of what they cover, or times are near."""
    tally.words.append(same_words(said, wanted))
    if not tally.words[-1]:
        return
    if boxes:
        pairs = zip(model.boxes(said, case), model.boxes(wanted, case), strict=True)
        tally.numbers += [iou(mine[1], true[1]) >= 0.5 for mine, true in pairs]
    else:
        tally.numbers += near_times(said, wanted)


def scene_of(folder: Path, case: Case) -> tuple[Scene, tuple[int, int]]:
    """The scene that a rendered clip shows, and the size of its picture."""
    drawn = json.loads((folder / case.name / "boxes.json").read_text(encoding="utf-8"))
    size = drawn["width"], drawn["height"]
    return find_scene(case.seed, (len(drawn["frames"]) - 1) / drawn["fps"], aspect=size[0] / size[1] * PIXEL)[0], size


def measure(folder: Path, limit: int | None) -> dict[str, dict[str, ConditionAgreement]]:
    """Condition → model → agreement."""
    specs = resolve_models(list(MANNERS))
    models = [Model(spec) for spec in specs]
    prompts = {name: (system, question) for name, system, question in shipped()}
    table: dict[str, dict[str, ConditionAgreement]] = {}
    for condition in CONDITIONS:
        row = table[condition.name] = {model.spec.name: ConditionAgreement() for model in models}
        system, question = prompts[condition.prompt] if condition.prompt else ("", _question(condition))
        asked = Asked(condition.task, condition.language, None, condition.reasoning)
        for case in cases(folder, specs, limit=limit, **condition.settings):
            scene, size = scene_of(folder, case)
            for model in models:
                wanted = expected(scene, size, case, model, asked)
                if wanted is not None:
                    said = model.ask(case, question, reasoning=condition.reasoning, system=system).raw
                    compare(model, case, said, wanted, condition.task == "boxes", row[model.spec.name])
        print(f"{condition.name:32}" + "".join(f"{row[name]!s:>16}" for name in row), flush=True)
    return table


def _question(condition: Condition) -> str:
    return ASKED[condition.language][condition.task][0]


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the demo models under each condition.")
    parser.add_argument("--scenarios", type=Path, required=True)
    parser.add_argument("--limit", type=int, help="the first so many scenarios only")
    args = parser.parse_args()
    print(f"{'words / numbers as they should be':32}" + "".join(f"{name:>16}" for name in MANNERS))
    measure(args.scenarios, args.limit)


if __name__ == "__main__":
    main()
