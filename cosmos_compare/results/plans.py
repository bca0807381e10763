"""Plans: how many scenarios were meant to be rated, recorded before the first of them was. `outputs/plans.yaml`.

A plan belongs to two arms and a part of the ratings. It is what lets p ≤ .05 count, once: see `stats.looks`.
"""

from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import filelock
import yaml
from pydantic import ValidationError

from cosmos_compare.errors import CompareError
from cosmos_compare.language import tn
from cosmos_compare.ratings.arms import Two, one_difference, two_arms
from cosmos_compare.records.base import Record
from cosmos_compare.results.evidence import Slice, load
from cosmos_compare.results.numbers_as_text import scenarios
from cosmos_compare.results.report import judgements
from cosmos_compare.runs.disk import sync_folder
from cosmos_compare.runs.index import Arm
from cosmos_compare.yaml_io import read_mapping

NAME = "plans.yaml"
MOST = 100_000
WAIT_S = 20


class SamplePlan(Record):
    """`arms` and `part` say of what; `rated_before` is how many scenarios had a rating when the plan was recorded."""

    created: str
    arms: tuple[dict[str, Any], ...]
    part: dict[str, Any]
    planned: int
    rated_before: int = 0


def read_plans(outputs: Path) -> list[SamplePlan]:
    """All plans, oldest first. Raises `CompareError` when the file can't be read."""
    path = outputs / NAME
    if not path.exists():
        return []
    try:
        return [SamplePlan.model_validate(each) for each in read_mapping(path)["plans"]]
    except (ValidationError, KeyError, TypeError) as error:
        raise CompareError(
            "{path}: this is no list of plans.", "Move the file away, or restore it.", path=path
        ) from error


def plan_for(plans: Sequence[SamplePlan], arms: Two, part: Slice) -> SamplePlan | None:
    """The last plan that was recorded for these arms, whichever is named first, and this part of the ratings."""
    wanted = _key(arms), _part(part)
    mine = [plan for plan in plans if (sorted(map(_text, plan.arms)), plan.part) == wanted]
    return mine[-1] if mine else None


def counts(plan: SamplePlan | None) -> int | None:
    """The planned number, where it was recorded before the first rating; a later plan may follow from what was seen."""
    return plan.planned if plan and not plan.rated_before else None


def planner(outputs: Path, part: Slice) -> Callable[[Two], int | None]:
    """What was planned before the first rating for any two arms in a part. Raises `CompareError` as `read_plans`."""
    known = read_plans(outputs)
    return lambda two: counts(plan_for(known, two, part))


def plan_words(plan: SamplePlan) -> str:
    """What a plan means, in a sentence."""
    if not plan.rated_before:
        return tn("{n} scenario will decide, with p ≤ .05.", "{n} scenarios will decide, with p ≤ .05.", plan.planned)
    but = tn(
        "But {n} scenario was rated before, so it may follow from what was seen: p ≤ .05 won't do.",
        "But {n} scenarios were rated before, so it may follow from what was seen: p ≤ .05 won't do.",
        plan.rated_before,
    )
    return f"{scenarios(plan.planned)}. {but}"


def record_plan(outputs: Path, arms: Two, part: Slice, planned: int, rated: int, now: str) -> SamplePlan:
    """Write a plan down; `rated` is how many scenarios have a rating already. Raises `CompareError` where it can't."""
    if not 1 <= planned <= MOST:
        raise CompareError(
            "{planned} scenarios can't be planned.", "Give 1 to {most:,}.", planned=planned, most=MOST, field="planned"
        )
    plan = SamplePlan(
        created=now,
        arms=tuple(arm._asdict() for arm in arms),
        part=_part(part),
        planned=planned,
        rated_before=rated,
    )
    path, partial = outputs / NAME, outputs / f".{NAME}.partial"
    try:
        outputs.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(f"{path}.lock", timeout=WAIT_S):
            plans = [each.model_dump(mode="json") for each in [*read_plans(outputs), plan]]
            text = yaml.safe_dump({"plans": plans}, sort_keys=False, allow_unicode=True)
            partial.write_text(text, encoding="utf-8")
            partial.replace(path)
        sync_folder(outputs)
    except OSError as error:  # filelock's Timeout is one, too
        raise CompareError(
            "{path}: the plan can't be saved ({reason}).", "Check the folder.", path=path, reason=error.strerror
        ) from error
    return plan


def record_study(outputs: Path, arms: Sequence[Arm], planned: int, now: str) -> list[SamplePlan]:
    """Write down the planned number of a study for every two of its arms that have no plan yet; returns what is new.

    Two arms that differ in one thing are planned as Results compare them (two models, two prompts, a clip and its
    control), others as they are.
    """
    found, known = load(outputs), read_plans(outputs)
    new: list[SamplePlan] = []
    for a, b in combinations(arms, 2):
        two = one_difference(a, b) or two_arms((a, b))
        if plan_for([*known, *new], two, Slice()) is None:
            rated = judgements(found, two, Slice())[1]["scenario"].nunique()
            new.append(record_plan(outputs, two, Slice(), planned, rated, now))
    return new


def _key(arms: Two) -> list[str]:
    return sorted(_text(arm._asdict()) for arm in arms)


def _text(arm: dict[str, Any]) -> str:
    return repr(sorted(arm.items()))


def _part(part: Slice) -> dict[str, Any]:
    """What is chosen, as YAML gives it back."""
    chosen = {"scenarios": part.scenarios, "prompt_versions": part.prompt_versions, "raters": part.raters}
    named: dict[str, Any] = {"blind_only": True} if part.blind_only else {}
    named |= {"study": part.study} if part.study else {}
    return {name: sorted(values) for name, values in chosen.items() if values} | named
