"""How a comparison is called where a rater chooses one: by its question, and what of it differs from the others."""

from __future__ import annotations

from collections.abc import Sequence

from cosmos_compare.errors import CompareError
from cosmos_compare.language import number, t
from cosmos_compare.ratings.blind import mask
from cosmos_compare.ratings.pairs import Pair
from cosmos_compare.ratings.queue import ArmPairs
from cosmos_compare.records.schema import Settings
from cosmos_compare.records.setting_fields import ARM_FREE_FIELDS, CONDITION_WORDS, FIELDS
from cosmos_compare.runs.index import Arm
from cosmos_compare.ui.shared import resources


def name_of(one: ArmPairs, among: Sequence[ArmPairs], named: bool) -> str:
    """Its prompts, and whatever else sets it apart; models are named only where names may be shown."""
    pair = one.pairs[0]
    parts = list(dict.fromkeys([_prompt(one.a, pair.a.prompt_name), _prompt(one.b, pair.b.prompt_name)]))
    parts = [t(" and ").join(parts)]
    conditions = dict.fromkeys(arm.condition for arm in (one.a, one.b))
    if set(conditions) != {"clip"}:
        parts.append(t(" and ").join(t(CONDITION_WORDS[condition]) for condition in conditions))
    if any(_alike(one, other) and other.a.settings_key != one.a.settings_key for other in among):
        parts.append(_settings(pair))
    if len({_models(other) for other in among}) > 1:
        parts.append(_who(one, among, named))
    words = ", ".join(parts)
    return words if named else mask(words, _models(one))


def _prompt(arm: Arm, name: str) -> str:
    reasoning = t(" with reasoning") if arm.reasoning else ""
    version = "" if arm.prompt_version == name else f" {arm.prompt_version[:6]}"  # a set's questions have one each
    return f"{name}{version}{reasoning}"


def _models(one: ArmPairs) -> tuple[str, str]:
    return one.a.model, one.b.model


def _alike(one: ArmPairs, other: ArmPairs) -> bool:
    """Whether they differ in settings or models at most."""
    return [arm[1:3] + arm[4:] for arm in one[:2]] == [arm[1:3] + arm[4:] for arm in other[:2]]


def _settings(pair: Pair) -> str:
    """The settings that are not at their defaults."""
    try:
        chosen = resources.saved_run(pair.a).settings
    except CompareError:
        return t("other settings")
    default = Settings.model_validate({})
    words = [
        f"{t(field.label).lower()} {number(getattr(chosen, field.name), 'g')}"
        if field.kind in {"number", "whole"}
        else t(field.label).lower()
        for field in FIELDS
        if field.name not in ARM_FREE_FIELDS and getattr(chosen, field.name) not in (None, getattr(default, field.name))
    ]
    return ", ".join(words) or t("default settings")


def _who(one: ArmPairs, among: Sequence[ArmPairs], named: bool) -> str:
    if named:
        return t("{a} and {b}", a=one.a.model, b=one.b.model)
    if all(pair.a.demo and pair.b.demo for pair in one.pairs):
        return t("demo models")
    number = list(dict.fromkeys(_models(other) for other in among)).index(_models(one)) + 1 if one in among else 0
    return t("models {n}", n=number) if number else t("one model twice")
