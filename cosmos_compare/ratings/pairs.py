"""Pairs to rate: two models' answers to the same question about the same clip. Reads run rows only.

Like is compared with like: same scenario, same prompt text, same reasoning, same settings. The id of a pair is made of
the ids of its runs, so a link or a rating leads back to them without any table.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

from cosmos_compare.errors import CompareError
from cosmos_compare.ratings.equal_answers import first_runs, question_of
from cosmos_compare.runs.history import newest
from cosmos_compare.runs.index import RunRow

_JOIN = "~"  # stands in no run id and needs no escape in a link


class Pair(NamedTuple):
    """Two runs that can be compared; `a` is of the model named first."""

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
            raise CompareError(f"Run {row.id} has no whole answer ({row.finish}).", "Run it again, then rate that.")
    if a.model == b.model:
        raise CompareError(f"Both runs are by {a.model}.", "Choose one run of each of two models.")
    unlike = [what for what, one, other in _traits(a, b) if one != other]
    if unlike:
        raise CompareError(
            f"The runs {a.id} and {b.id} differ in {' and '.join(unlike)}.",
            "Only answers to the same question about the same frames can be compared.",
        )
    return Pair(pair_id(a.id, b.id), a.scenario, a, b)


def find_pairs(rows: Iterable[RunRow], models: tuple[str, str]) -> list[Pair]:
    """All pairs of two models, the latest answer of each to a question, by scenario and prompt.

    An answer that was given before, word by word, stands for itself under its first run: it may be rated already.
    """
    a, b = models
    pairs = [
        Pair(pair_id(latest[a].id, latest[b].id), latest[a].scenario, latest[a], latest[b])
        for latest in _latest_by_question(rows)
        if a in latest and b in latest
    ]
    return sorted(pairs, key=lambda pair: (pair.scenario, pair.a.prompt_name, pair.a.prompt_version, pair.id))


def model_pairs(rows: Iterable[RunRow]) -> list[tuple[str, str]]:
    """Every two models that answered a question both, those with most such questions first."""
    counts = Counter(two for latest in _latest_by_question(rows) for two in combinations(sorted(latest), 2))
    return sorted(counts, key=lambda two: (-counts[two], two))


def find_pair(rows: Sequence[RunRow], link: str, first: str | None = None) -> Pair:
    """The pair that a link names, also of runs that are no longer the latest; `first` is the model to be `a`.
    Of equal answers it is the first one's, as in `find_pairs`.

    Raises `CompareError` when a run of it is gone or they can't be compared.
    """
    by_id = {row.id: row for row in rows}
    ids = run_ids(link)
    missing = [run_id for run_id in ids if run_id not in by_id]
    if len(ids) != 2 or missing:
        raise CompareError(
            f"There is no pair {link!r}" + (f": no run {missing[0]!r}." if len(ids) == 2 else "."),
            "Its runs may have been deleted, or belong to another outputs folder.",
        )
    earlier = first_runs(rows)
    a, b = sorted(
        (by_id[earlier.get(run_id, run_id)] for run_id in ids), key=lambda row: (row.model != first, row.model)
    )
    return make_pair(a, b)


def queue(pairs: Iterable[Pair], rated: Collection[str]) -> list[Pair]:
    """Pairs in the order to rate them: those whose id is not in `rated` first."""
    return sorted(pairs, key=lambda pair: pair.id in rated)


def left_run(rater: str, pair: Pair) -> str:
    """The id of the run on the left for this rater: by lot, and always the same lot for the same rater and pair."""
    lot = hashlib.sha256(f"{rater}\0{pair.id}".encode()).digest()[0] % 2
    return sorted((pair.a.id, pair.b.id))[lot]


def _traits(a: RunRow, b: RunRow) -> list[tuple[str, object, object]]:
    return [
        ("scenario", a.scenario, b.scenario),
        ("prompt", a.prompt_version, b.prompt_version),
        ("reasoning", a.reasoning, b.reasoning),
        ("settings", a.settings_key, b.settings_key),
        ("frames", a.footage_key, b.footage_key),
    ]


def _latest_by_question(rows: Iterable[RunRow]) -> list[dict[str, RunRow]]:
    """For each question about a clip, the latest finished answer of each model, as the first run that gave it."""
    rows = list(rows)
    earlier, by_id = first_runs(rows), {row.id: row for row in rows}
    questions: dict[tuple[object, ...], dict[str, RunRow]] = {}
    finished = sorted((row for row in rows if row.finished), key=lambda row: (row.created, row.id))
    for row in newest(finished, by=lambda row: (*question_of(row), row.model)):
        questions.setdefault(question_of(row), {})[row.model] = by_id[earlier.get(row.id, row.id)]
    return list(questions.values())
