"""A study made concrete: its scenarios and arms found on this machine, and the requests that they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.compare import Comparison, plan_comparison
from cosmos_compare.errors import CompareError
from cosmos_compare.imports.item import ImportedItem
from cosmos_compare.imports.sets import ItemSet, load_set
from cosmos_compare.paths import ROOT, outputs_folder, scenarios_folder
from cosmos_compare.prompts import find_prompts, load_prompt
from cosmos_compare.records.schema import ModelSpec, Prompt, Settings
from cosmos_compare.runs.index import Arm, arm_settings_key
from cosmos_compare.studies.study import ArmEntry, Study
from cosmos_compare.video.clips import Scenario, find_scenarios, list_folder, scenario_of, with_unique_ids

QUESTION = "{question}"  # where an imported question stands in a prompt
MAX_ANSWERS = 1_000_000
NAMED = 12  # scenarios that an error names
BARE = "question"  # the name of a prompt that is nothing but the question


@lru_cache(maxsize=4096)
def _settings_key(settings: Settings) -> str:
    return arm_settings_key(settings.model_dump())


@dataclass(frozen=True)
class StudyArm:
    """One arm of a study, ready to be asked. `settings` carries the condition; its repeat is 0."""

    spec: ModelSpec
    prompt: Prompt
    settings: Settings
    label: str = ""

    @property
    def arm(self) -> Arm:
        return Arm(
            model=self.spec.name,
            prompt_version=self.prompt.version,
            reasoning=self.prompt.reasoning,
            settings_key=_settings_key(self.settings),
            condition=self.settings.condition,
        )


class StudyRow(NamedTuple):
    """A row of the matrix: a scenario, or an imported item with the scenario of its clip."""

    id: str
    scenario: Scenario
    item: ImportedItem | None = None


@dataclass(frozen=True)
class StudyPlan:
    """A study's scenarios and arms, in the order in which they are shown, and how often each is asked. With `items`
    (of the set `questions`) these are the rows, several of which may be about one scenario."""

    scenarios: tuple[Scenario, ...]
    arms: tuple[StudyArm, ...]
    repeats: int = 1
    planned: int | None = None
    questions: str = ""
    items: tuple[StudyRow, ...] = ()

    @property
    def rows(self) -> tuple[StudyRow, ...]:
        return self.items or tuple(StudyRow(scenario.id, scenario) for scenario in self.scenarios)

    @property
    def answers(self) -> int:
        """How many answers the whole study is."""
        return len(self.rows) * len(self.arms) * self.repeats

    def arm_in(self, row: StudyRow, number: int) -> StudyArm:
        """Arm `number` as it is asked in a row: with the item's question, range and frame rate."""
        return self.arms[number] if row.item is None else asked_about(self.arms[number], row.item, self.questions)


@dataclass(frozen=True)
class StudyRequest:
    """One request of a study: arm number `arm`, repeat `repeat` in one row, by its id."""

    row: str
    arm: int
    repeat: int
    comparison: Comparison
    spec: ModelSpec


def resolve(study: Study, beside: Path, outputs: Path | None = None) -> StudyPlan:
    """Find what a study names. Paths are relative to `beside` (the study file's folder), else to the current folder,
    else to what came with the program; imported sets lie under `outputs`, by default those of this machine's user.
    Raises `CompareError` for what is not there."""
    names = list(dict.fromkeys(entry.model for entry in study.entries()))
    specs = dict(zip(names, resolve_models([placed_model(name, beside) for name in names]), strict=True))
    arms = [_arm(entry, specs[entry.model], beside) for entry in study.entries()]
    unique = list({arm.arm: arm for arm in arms}.values())  # two prompt files of one text are one arm
    arms = labelled(unique)
    if not study.questions:
        return _bounded(StudyPlan(tuple(_scenarios(study, beside)), tuple(arms), study.repeats, study.planned))
    rows = _item_rows(load_set(outputs or outputs_folder(), study.questions), arms)
    found = tuple({row.scenario.id: row.scenario for row in rows}.values())
    return _bounded(StudyPlan(found, tuple(arms), study.repeats, study.planned, study.questions, rows))


def _bounded(plan: StudyPlan) -> StudyPlan:
    """The plan. Raises `CompareError` for one that no page could show: a study file may come from anybody."""
    if plan.answers > MAX_ANSWERS:
        raise CompareError(
            "The study asks for {n:,} answers; up to {most:,} are taken.",
            "Name fewer scenarios, arms or repeats.",
            n=plan.answers,
            most=MAX_ANSWERS,
        )
    return plan


def asked_about(arm: StudyArm, item: ImportedItem, name: str) -> StudyArm:
    """An arm as it asks an item of the set `name`."""
    return StudyArm(arm.spec, *asked_of(arm.prompt, arm.settings, item, name), arm.label)


def asked_of(prompt: Prompt, settings: Settings, item: ImportedItem, name: str) -> tuple[Prompt, Settings]:
    """Prompt and settings as they ask an item of the set `name`: the question where the prompt has its place, or as it
    stands; of an item without a question what the prompt asks. Of the clip from the item's start to its end."""
    own = prompt.user_prompt
    asked = Prompt(
        name=prompt.name if own and not item.question else name,
        system_prompt=prompt.system_prompt or item.system_prompt,
        user_prompt=own.replace(QUESTION, item.question) if own else item.question,
        reasoning=prompt.reasoning,
    )
    # More frames a second than there are images would show each several times.
    fps = min(settings.fps, item.fps or settings.fps)
    return asked, settings.model_copy(update={"fps": fps, "start": item.start, "end": item.end})


def check_places(prompt: Prompt, found: ItemSet) -> None:
    """Raises `CompareError` for a prompt that has no place for a set's questions, or asks nothing where they don't."""
    asks = prompt.user_prompt
    if asks and QUESTION not in asks and any(own.question for own in found.items):
        raise CompareError(
            "The prompt {name} has no {blank}, where an imported question stands.",
            "Write {blank} into its user_prompt, or leave prompts out.",
            name=prompt.name,
            blank=QUESTION,
        )
    if not asks and not all(own.question for own in found.items):
        raise CompareError(
            "The set {name} has clips without questions.",
            "Name prompts that ask about them.",
            name=found.facts.name,
        )


def _item_rows(found: ItemSet, arms: Sequence[StudyArm]) -> tuple[StudyRow, ...]:
    for arm in arms:
        check_places(arm.prompt, found)
    scenarios = found.scenarios()
    return tuple(StudyRow(item.id, scenarios[item.scenario, item.truth], item) for item in found.items)


def labelled(arms: Sequence[StudyArm]) -> list[StudyArm]:
    """The arms, each named by what is not the same in all of them; by its model where nothing differs."""
    texts = Counter(name for name, _ in {(arm.prompt.name, arm.prompt.version) for arm in arms})
    models = Counter(label for label, _ in {(arm.spec.label, arm.spec.name) for arm in arms})
    facets = [_facets(arm, texts[arm.prompt.name], models[arm.spec.label]) for arm in arms]
    differing = [name for name in facets[0] if len({each[name] for each in facets}) > 1] or ["model"]
    names = [" · ".join(each[name] for name in differing if each[name]) for each in facets]
    return [StudyArm(arm.spec, arm.prompt, arm.settings, name) for arm, name in zip(arms, names, strict=True)]


def requests(plan: StudyPlan, wanted: Callable[[str, int, int], bool]) -> tuple[list[StudyRequest], list[CompareError]]:
    """The requests of the cells that are wanted (row, arm, repeat), row by row, repeats last.

    A clip that can't be read is named among the errors and costs its own cells only.
    """
    asked: list[StudyRequest] = []
    errors: list[CompareError] = []
    for row in plan.rows:
        cells = [(n, k) for k in range(plan.repeats) for n in range(len(plan.arms)) if wanted(row.id, n, k)]
        try:
            asked += [_request(row, plan.arm_in(row, n), n, k) for n, k in cells]
        except CompareError as error:
            errors.append(CompareError("{id}: skipped. {why}", error.hint, id=row.id, why=error.message))
    return asked, errors


def _request(row: StudyRow, arm: StudyArm, number: int, repeat: int) -> StudyRequest:
    comparison = plan_comparison(row.scenario.video, arm.prompt, arm.settings, [arm.spec], row.scenario.id)
    return StudyRequest(row.id, number, repeat, comparison.repeated(repeat), arm.spec)


def _arm(entry: ArmEntry, spec: ModelSpec, beside: Path) -> StudyArm:
    if entry.prompt:
        prompt = load_prompt(found_at(entry.prompt, beside, Path.is_file), reasoning=entry.reasoning)
    else:
        prompt = Prompt(name=BARE, reasoning=entry.reasoning)
    return StudyArm(spec, prompt, entry.settings.model_copy(update={"condition": entry.condition}))


def _scenarios(study: Study, beside: Path) -> list[Scenario]:
    """The scenarios that a study names, each once; where two clips are called alike the second has a number."""
    if isinstance(study.scenarios, str):
        return scenarios_at(study.scenarios, beside)
    chosen = [scenario for name in study.scenarios for scenario in scenarios_at(name, beside)]
    return with_unique_ids(list({scenario.video.resolve(): scenario for scenario in chosen}.values()))


def scenarios_at(name: str, beside: Path) -> list[Scenario]:
    """A clip, all of a folder of scenarios, or the scenario of this name among those that are listed first. Raises
    `CompareError` for what is none of them."""
    path = found_at(name, beside)
    if path.is_dir():
        return find_scenarios(path)
    if path.exists():
        return [scenario_of(path)]
    listed = list_folder(scenarios_folder()).scenarios if scenarios_folder().is_dir() else []
    found = [scenario for scenario in listed if scenario.id == name]
    if not found:
        known = ", ".join(scenario.id for scenario in listed[:NAMED])
        raise CompareError(
            "There is no clip, folder or scenario {name!r}.",
            "Scenarios by name: {known}." if known else "Check the path.",
            name=name,
            known=known,
            field="scenarios",
        )
    return found


def placed_model(name: str, beside: Path) -> str:
    """A model as the list takes it; `NAME=FOLDER` may name a folder that lies beside the study."""
    label, named, place = name.partition("=")
    return f"{label}={beside / place}" if named and "://" not in place and (beside / place).is_dir() else name


def with_listed_prompts(study: Study, beside: Path) -> Study:
    """The same study with prompts of the list by their names, where it names their files."""
    names = {path.resolve(): path.stem for path in find_prompts()}
    prompts = tuple(names.get(found_at(name, beside, Path.is_file).resolve(), name) for name in study.prompts)
    return study.model_copy(update={"prompts": tuple(dict.fromkeys(prompts))})


def found_at(name: str, beside: Path, is_there: Callable[[Path], bool] = Path.exists) -> Path:
    """The first of the places where `name` may lie; as it stands where it is in none (a name, say)."""
    own = Path(name).expanduser()
    places = (beside / own, own, ROOT / own)
    return next((place for place in places if is_there(place)), Path(name))


def _facets(arm: StudyArm, versions: int, models: int) -> dict[str, str]:
    """What tells arms apart, by its name; `versions` is how many texts of its prompt's name there are, `models` how
    many models are called like its own."""
    settings = arm.settings
    changed = {
        name: value for name, value in settings.model_dump(exclude_defaults=True).items() if name not in ("condition",)
    }
    return {
        "model": arm.spec.label if models == 1 else f"{arm.spec.label} ({arm.spec.name})",
        "prompt": arm.prompt.name,
        "version": arm.prompt.version[:6] if versions > 1 else "",
        "reasoning": "reasoning" if arm.prompt.reasoning else "no reasoning",
        "settings": ", ".join(f"{name} {value}" for name, value in changed.items()) or "own settings",
        "condition": settings.condition,
    }
