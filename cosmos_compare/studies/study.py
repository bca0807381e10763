"""The study file: a few lines of YAML that a person writes, saves and shares. It holds no results."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from cosmos_compare.errors import CompareError, first_problem
from cosmos_compare.language import Text
from cosmos_compare.records.base import FilePath, Line, Record, fits_a_disk
from cosmos_compare.records.schema import Condition, Settings
from cosmos_compare.yaml_io import mapping_of, read_mapping

MAX_REPEATS = 1000
MAX_ARMS = 1000
OWN = Settings.model_validate({})  # the models' own settings
LISTS = ("models", "prompts", "reasoning", "conditions", "settings", "arms")
LONGEST = 1000  # characters of a name
Named = Annotated[FilePath, Field(max_length=LONGEST)]  # of a file or folder, or of something in a list
NEVER_EMPTY = ("reasoning", "conditions", "settings")


class ArmEntry(Record):
    """One arm, written out."""

    model: Line = Field(description="a name of the model list, NAME=FOLDER or NAME=http(s)://…/v1")
    prompt: Named = Field(description="a prompt file, or the name of one; empty for an imported question as it stands")
    reasoning: bool = Field(False, description="ask for reasoning before the answer")
    condition: Condition = Field("clip", description="what is shown: the clip, or a control made from its frames")
    settings: Settings = Field(OWN, description="frames and sampling, without condition and repeat")


class Study(Record):
    """Scenarios, and arms: written out, or the product of the lists."""

    scenarios: str | tuple[str, ...] = Field((), description="a folder of scenarios, or a list of clips and folders")
    questions: str = Field(
        "", description="an imported set, by its name: its clips and questions, instead of scenarios"
    )
    models: tuple[Line, ...] = Field((), description="models of the product")
    prompts: tuple[Named, ...] = Field(
        (), description="prompt files or names of the product; none where an imported question is asked as it stands"
    )
    reasoning: tuple[bool, ...] = Field((False,), description="without and with reasoning: false, true, or both")
    conditions: tuple[Condition, ...] = Field(("clip",), description="what is shown, of the product")
    settings: tuple[Settings, ...] = Field((OWN,), description="settings of the product")
    arms: tuple[ArmEntry, ...] = Field((), description="arms written out, instead of the lists or beside them")
    repeats: int = Field(1, ge=1, le=MAX_REPEATS, description="answers to each request, each with the next seed")
    planned: int | None = Field(None, ge=2, description="number of scenarios planned before the first rating")
    notes: str = Field("", description="what the study is for")

    @model_validator(mode="before")
    @classmethod
    def _nothing_behind_a_key_is_its_default(cls, values: Any) -> Any:
        given = values.items() if isinstance(values, dict) else ()
        return {key: value for key, value in given if value is not None} if given else values

    @field_validator("scenarios", mode="before")
    @classmethod
    def _names_clips_and_folders(cls, value: Any) -> Any:
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
            raise ValueError(Text("should be a folder, or a list of clips and folders"))
        for name in names if value else ():
            if not name.strip():
                raise ValueError(Text("a scenario has no name"))
            if len(fits_a_disk(name)) > LONGEST:
                raise ValueError(Text("is no path that a disk can hold"))
        return value if isinstance(value, str) else tuple(names)

    @field_validator(*LISTS, mode="before")
    @classmethod
    def _one_is_a_list_of_one(cls, value: Any) -> Any:
        return [value] if isinstance(value, str | bool | Mapping) else value

    @model_validator(mode="after")
    def _has_arms(self) -> Self:
        if bool(self.scenarios) == bool(self.questions):
            raise ValueError(Text("name scenarios or questions, and not both"))
        if empty := next((name for name in NEVER_EMPTY if not getattr(self, name)), ""):
            raise ValueError(Text("{field} is empty: name at least one, or leave it out", field=empty))
        if bool(self.models) != bool(self.prompts) and not (self.models and self.questions):
            raise ValueError(Text("models and prompts belong together: their product makes the arms"))
        if not self.models and not self.arms:
            raise ValueError(Text("name models and prompts, or write out arms"))
        if any(each.condition != "clip" or each.repeat for each in self.all_settings()):
            raise ValueError(Text("condition and repeat don't stand in settings: use conditions and repeats"))
        if not self.questions and not all(name.strip() for name in (*self.prompts, *(arm.prompt for arm in self.arms))):
            raise ValueError(Text("a prompt has no name"))
        lists = (self.prompts or ("",), self.reasoning, self.settings, self.models, self.conditions)
        if (count := prod(map(len, lists)) + len(self.arms)) > MAX_ARMS:
            raise ValueError(Text("{n:,} arms; up to {most:,} are compared", n=count, most=MAX_ARMS))
        return self

    def all_settings(self) -> tuple[Settings, ...]:
        return (*self.settings, *(arm.settings for arm in self.arms))

    def entries(self) -> tuple[ArmEntry, ...]:
        """All arms: the product, prompts outermost and conditions innermost, then those written out."""
        product = tuple(
            ArmEntry(model=model, prompt=prompt, reasoning=reasoning, condition=condition, settings=settings)
            for prompt in self.prompts or ("",)
            for reasoning in self.reasoning
            for settings in self.settings
            for model in self.models
            for condition in self.conditions
        )
        return tuple(dict.fromkeys((*product, *self.arms)))


def load_study(path: Path) -> Study:
    """Read a study file. Raises `CompareError` naming the field that is wrong."""
    return _study_of(read_mapping(path), path.name)


def read_study(content: bytes, name: str) -> Study:
    """The same from what a file holds, as a browser sends it; `name` is what to call it."""
    return _study_of(mapping_of(content, name), name)


def _study_of(values: dict[str, Any], name: str) -> Study:
    try:
        return Study.model_validate(values)
    except ValidationError as error:
        raise CompareError(
            "{name}: {why}.", "docs/STUDIES.md shows the form.", name=name, why=first_problem(error).words
        ) from error


def study_text(study: Study) -> str:
    """The study as YAML that `load_study` reads back: what is at its default is left out."""
    values = study.model_dump(mode="json", exclude_defaults=True)
    return yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=120)
