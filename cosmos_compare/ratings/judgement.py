"""One judgement: what a rater says about a pair of answers, as the two rows that are saved."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import ValidationError

from cosmos_compare.errors import CompareError, first_problem
from cosmos_compare.ratings.pairs import Pair
from cosmos_compare.ratings.rows import LONGEST_RATER
from cosmos_compare.records.schema import AXES, Rating
from cosmos_compare.runs.index import RunRow

Choice = Literal["a", "b", "tie", "both_bad"]
Marks = Mapping[str, int | None]

CHOICES: tuple[Choice, ...] = ("a", "b", "tie", "both_bad")
EDITABLE = (*AXES, "notes")


def now() -> str:
    """The time for `Rating.created`: UTC, ISO 8601, whole seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def clean_rater(name: str) -> str:
    """A rater's name as it is stored: one line, single spaces. Raises `CompareError` when it is empty or too long."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_RATER or not name.isprintable():
        raise CompareError(
            "A rating needs the name of its rater." if not name else f"The rater's name {name[:20]!r} can't be used.",
            "Give a name of 1 to {longest_rater} plain characters.",
            longest_rater=LONGEST_RATER,
            field="rater",
        )
    return name


def judge(
    pair: Pair,
    rater: str,
    marks_a: Marks,
    marks_b: Marks,
    verdict: Choice,
    *,
    notes: str = "",
    blind: bool,
    left: str = "",
    aided: bool = False,
    created: str,
) -> tuple[Rating, Rating]:
    """The rows of run a and run b. Marks are by axis, None or left out for "cannot judge"; `left` is the id of the
    run that was shown on the left, empty when there were no sides. `aided`: the rater
    was shown where the two agree and differ.
    """
    verdicts = {"a": ("better", "worse"), "b": ("worse", "better")}.get(verdict, (verdict, verdict))
    rater = clean_rater(rater)
    rows = []
    for run, marks, own in ((pair.a, marks_a, verdicts[0]), (pair.b, marks_b, verdicts[1])):
        values = {
            "created": created,
            "rater": rater,
            "scenario": run.scenario,
            "run_id": run.id,
            "model": run.model,
            "pair_id": pair.id,
            "side": "" if not left else "left" if run.id == left else "right",
            "blind": blind,
            **marks,
            "verdict": own,
            "notes": notes,
            "aided": aided,
        }
        rows.append(_checked(values))
    return rows[0], rows[1]


def judge_alone(run: RunRow, rater: str, marks: Marks, *, notes: str = "", created: str) -> Rating:
    """The row of a run that was judged by itself, with its model known. Marks as of `judge`."""
    named = {"scenario": run.scenario, "run_id": run.id, "model": run.model}
    who = {"created": created, "rater": clean_rater(rater)}
    return _checked({**who, **named, "blind": False, **marks, "notes": notes})


def edit(rating: Rating, changes: Mapping[str, Any], rater: str, created: str) -> Rating:
    """A row that replaces a rater's own earlier one. Marks and notes may change; a verdict belongs to both rows of a
    pair, so that is rated again instead. Raises `CompareError` for another rater's row, or another column.
    """
    if rating.rater != rater:
        raise CompareError("This is {rater}'s rating.", "Rate the pair yourself; both are kept.", rater=rating.rater)
    fixed = sorted(set(changes) - set(EDITABLE))
    if fixed:
        raise CompareError(
            "The column {fixed} can't be edited.", "Editable are {names}.", fixed=fixed[0], names=", ".join(EDITABLE)
        )
    return _checked(rating.model_dump() | dict(changes) | {"created": created})


def _checked(values: Mapping[str, Any]) -> Rating:
    try:
        return Rating.model_validate(values)
    except ValidationError as error:
        problem = first_problem(error)
        raise CompareError("{problem}.", "Marks are 0, 1, 2 or none.", problem=problem, field=problem.field) from error
