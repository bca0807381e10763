"""Pairs to rate: answers of two arms about the same clip, of two models most often. Reads run rows only.

Like is compared with like: same frames of the same clip, and the same prompt text, reasoning, settings and condition
unless that is what the arms differ in (`arms.question_between`: one rule for the queue, a link and the statistics). The
id of a pair is made of the ids of its runs, so a link or a rating leads back to them without any table.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

from cosmos_compare.errors import CompareError
from cosmos_compare.language import Text, listed
from cosmos_compare.ratings.arms import CLIP, ArmChoice, Two, are_comparable, arms_of_pair, question_between, two_arms
from cosmos_compare.ratings.equal_answers import first_runs, question_of
from cosmos_compare.runs.history import newest
from cosmos_compare.runs.index import Arm, RunRow

_JOIN = "~"  # stands in no run id and needs no escape in a link


class Pair(NamedTuple):
    """Two runs that can be compared; `a` is of the arm named first."""

    id: str
    scenario: str
    a: RunRow
    b: RunRow


def pair_id(one: str, other: str) -> str:
    """The id of two runs, whichever is named first."""
    return _JOIN.join(sorted((one, other)))


def run_ids(pair: str) -> list[str]:
    """The ids of the two runs that the id of a pair is made of."""
    return pair.split(_JOIN)


def make_pair(a: RunRow, b: RunRow) -> Pair:
    """A pair of two runs. Raises `CompareError` when they can't be compared, saying why."""
    for row in (a, b):
        if not row.finished:
            raise CompareError(
                "Run {id} has no whole answer ({finish}).",
                "Run it again, then rate that.",
                id=row.id,
                finish=row.finish,
            )
    if arms_of_pair(a, b) is None:
        raise CompareError(*_why_not(a, b))
    return Pair(pair_id(a.id, b.id), a.scenario, a, b)


def find_pairs(rows: Iterable[RunRow], arms: Sequence[str | Arm | ArmChoice]) -> list[Pair]:
    """All pairs of two arms (a text is a model), the latest answer of each to a question, by scenario and prompt.

    An answer that was given before, word by word, stands for itself under its first run: it may be rated already.
    Raises `CompareError` when the two are one.
    """
    two = two_arms(arms)
    latest = [_latest(rows, arm, question_between(two)) for arm in two]
    both = [(row, latest[1][question]) for question, row in latest[0].items() if question in latest[1]]
    pairs = [Pair(pair_id(a.id, b.id), a.scenario, a, b) for a, b in both]
    return sorted(pairs, key=lambda pair: (pair.scenario, pair.a.prompt_name, pair.a.prompt_version, pair.id))


def model_pairs(rows: Iterable[RunRow]) -> list[tuple[str, str]]:
    """Every two models that answered a question about a clip both, those with most such questions first."""
    models: dict[Hashable, set[str]] = {}
    for row in rows:
        if row.finished and row.condition == CLIP:
            models.setdefault(question_of(row), set()).add(row.model)
    counts = Counter(two for names in models.values() for two in combinations(sorted(names), 2))
    return sorted(counts, key=lambda two: (-counts[two], two))


def find_pair(rows: Sequence[RunRow], link: str, first: str | None = None, arms: Two | None = None) -> Pair:
    """The pair that a link names, also of runs that are no longer the latest; `first` is the model to be `a`.
    Of equal answers it is the first one's, as in `find_pairs`.

    `arms` are those that are being compared: they may differ in more than one thing, and `a` is of the first.
    Raises `CompareError` when a run of the pair is gone or they can't be compared.
    """
    by_id = {row.id: row for row in rows}
    ids = run_ids(link)
    missing = [run_id for run_id in ids if run_id not in by_id]
    if len(ids) != 2 or missing:
        raise CompareError(
            "There is no pair {link!r}: no run {run!r}." if len(ids) == 2 else "There is no pair {link!r}.",
            "Its runs may have been deleted, or belong to another outputs folder.",
            link=link,
            run=missing[0] if missing else "",
        )
    earlier = first_runs(rows)
    runs = [by_id[earlier.get(run_id, run_id)] for run_id in ids]
    if arms:
        for a, b in (runs, runs[::-1]):
            if are_comparable(arms, a, b):
                return Pair(pair_id(a.id, b.id), a.scenario, a, b)
    return make_pair(*sorted(runs, key=lambda row: (row.model != first, row.model)))


def queue(pairs: Iterable[Pair], rated: Collection[str]) -> list[Pair]:
    """Pairs in the order to rate them: those whose id is not in `rated` first."""
    return sorted(pairs, key=lambda pair: pair.id in rated)


def left_run(rater: str, pair: Pair) -> str:
    """The id of the run on the left for this rater: by lot, and always the same lot for the same rater and pair."""
    lot = hashlib.sha256(f"{rater}\0{pair.id}".encode()).digest()[0] % 2
    return sorted((pair.a.id, pair.b.id))[lot]


def _traits(a: RunRow, b: RunRow) -> list[tuple[str, object, object]]:
    """What two runs may differ in; of frames only where settings and condition are the same, which make others."""
    traits: list[tuple[str, object, object]] = [
        ("model", a.model, b.model),
        ("scenario", a.scenario, b.scenario),
        ("prompt", a.prompt_version, b.prompt_version),
        ("reasoning", a.reasoning, b.reasoning),
        ("settings", a.arm_settings_key or a.settings_key, b.arm_settings_key or b.settings_key),
        ("condition", a.condition, b.condition),
    ]
    made_alike = all(one == other for _, one, other in traits[-2:])
    one, other = (row.footage_key if made_alike else row.clip_sha256 for row in (a, b))
    return [*traits, ("frames", one, other)]


def _latest(rows: Iterable[RunRow], arm: ArmChoice, question: Callable[[RunRow], Hashable]) -> dict[Hashable, RunRow]:
    """The arm's latest finished answer to each question, as the first run that gave it."""
    own = sorted((row for row in rows if row.finished and arm.takes(row)), key=lambda row: (row.created, row.id))
    earlier, by_id = first_runs(own), {row.id: row for row in own}
    return {question(row): by_id[earlier.get(row.id, row.id)] for row in newest(own, by=question)}


def _why_not(a: RunRow, b: RunRow) -> tuple[str, str]:
    """What is wrong with a pair that is none, and the remedy."""
    unlike = [what for what, one, other in _traits(a, b) if one != other]
    if not unlike and a.repeat == b.repeat:
        return Text("Both runs are by {model}, and nothing differs.", model=a.model), Text(
            "Choose one run of each of two models or prompts."
        )
    if not unlike:
        return Text("{a} and {b} are two repeats of one request.", a=a.id, b=b.id), Text(
            "Compare the same repeat of two models or prompts."
        )
    what: list[str] = [] if unlike == ["model"] else [Text(word) for word in unlike if word != "model"]
    return (
        Text("The runs {a} and {b} differ in {what}.", a=a.id, b=b.id, what=listed(what) or Text("their repeats")),
        Text(
            "Only answers about the same clip can be compared that differ in nothing but the model, or nothing but "
            "the prompt, the settings or the condition."
        ),
    )
