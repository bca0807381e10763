"""What a person named, held against what there is: a name that nothing goes by is a slip, and is said."""

from collections.abc import Sequence

from cosmos_compare.errors import CompareError
from cosmos_compare.ratings.arms import ArmChoice, parse_arm
from cosmos_compare.ratings.person import person
from cosmos_compare.results.evidence import Evidence, Slice


def named_arms(texts: Sequence[str], found: Evidence, field: str) -> list[ArmChoice]:
    """The arms that are named, two or more. Raises `CompareError` for one alone, one that is not there, or two that
    are one."""
    if len(texts) < 2:
        raise CompareError("One arm can't be compared.", "Name two or more.", field=field)
    arms = [parse_arm(text, found.runs) for text in texts]
    known = sorted({run.model for run in found.runs} | {str(name) for name in found.ratings["model"].unique()})
    missing = [arm.model for arm in arms if arm.model not in known]
    if missing or len(set(arms)) < len(arms):
        what = "No model {name!r} has runs or ratings." if missing else "Name two models: these arms are one."
        there = ", ".join(known) or "none yet"
        raise CompareError(what, "There are: {names}.", name=(missing or [""])[0], names=there, field=field)
    return arms


def check_part(part: Slice, found: Evidence) -> None:
    """Say that there is no rater, scenario or prompt version of a name, instead of counting nothing. Raises
    `CompareError`."""
    raters = {person(str(name)) for name in found.every["rater"].unique()}
    scenarios = {run.scenario for run in found.runs} | {str(name) for name in found.every["scenario"].unique()}
    versions = {run.prompt_version for run in found.runs}
    for field, chosen, known in (
        ("rater", [person(name) for name in part.raters], raters),
        ("scenario", part.scenarios, scenarios),
        ("prompt-version", part.prompt_versions, versions),
    ):
        missing = [name for name in chosen if name not in known]
        if missing:
            there = ", ".join(sorted(known)[:20]) or "none yet"
            raise CompareError(
                "There is no {what} {missing!r} here.",
                "There are: {there}.",
                what=field,
                missing=missing[0],
                there=there,
                field=field,
            )
