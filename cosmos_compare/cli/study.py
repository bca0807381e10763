"""`cosmos-compare study`: a study file as a matrix; with --run, answer what is missing first."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cosmos_compare.cli import arguments
from cosmos_compare.cli.table import print_table
from cosmos_compare.cli.terminal import note, print_json, seconds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cosmos_compare.runs.store import Store
    from cosmos_compare.studies.facts import AnswerFacts
    from cosmos_compare.studies.matrix import Matrix
    from cosmos_compare.studies.plan import StudyPlan


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="the study (YAML); docs/STUDIES.md shows the form")
    parser.add_argument("--run", action="store_true", dest="answer", help="answer what is missing, then show it")
    parser.add_argument(
        "--results", type=Path, metavar="DIR", help="write the imported questions' result file of each arm there"
    )
    arguments.add_unverified(parser)
    arguments.add_outputs(parser)
    parser.add_argument("--json", action="store_true", help="print the matrix as JSON, and nothing else")


def run(args: argparse.Namespace) -> int:
    from cosmos_compare.catalogue.hub import access_problem
    from cosmos_compare.catalogue.models import accept_unverified
    from cosmos_compare.runs.store import Store
    from cosmos_compare.studies.plan import resolve
    from cosmos_compare.studies.study import load_study

    plan = resolve(load_study(args.file), args.file.absolute().parent, args.outputs)
    if args.unverified:
        plan = replace(plan, arms=tuple(replace(arm, spec=accept_unverified(arm.spec)) for arm in plan.arms))
    store = Store(args.outputs)
    failed = False
    if args.answer:
        for problem in filter(None, map(access_problem, {arm.spec for arm in plan.arms})):
            raise problem
        failed = _answer(plan, store)
        _record_planned(plan, store)
    matrix = matrix_now(plan, store)
    if args.results:
        _write_results(matrix, store, args.results)
    if args.json:
        from cosmos_compare.studies.export import as_json
        from cosmos_compare.studies.fact_book import FactBook

        print_json(as_json(matrix, FactBook(store), _proof(store)))
    else:
        _show(matrix, store)
    return int(failed)


def _record_planned(plan: StudyPlan, store: Store) -> None:
    """Write down for Results how many scenarios will decide, before the first of them is rated."""
    if plan.planned is None or plan.questions:
        return
    from cosmos_compare.ratings.judgement import now
    from cosmos_compare.results.plans import plan_words, record_study

    arms = list(dict.fromkeys(arm.arm for arm in plan.arms))
    new = record_study(store.outputs, arms, plan.planned, now())
    for words in dict.fromkeys(plan_words(each) for each in new):
        note(f"Planned for Results: {words}")


def _proof(store: Store) -> dict[str, str]:
    """Whether people's marks prove each hint, in words."""
    from cosmos_compare.results.evidence import load
    from cosmos_compare.results.hint_evidence import against_people

    return {own.hint: own.words for own in against_people(load(store.outputs), store)[0]}


def matrix_now(plan: StudyPlan, store: Store) -> Matrix:
    """The matrix of what is on disk at this moment."""
    from cosmos_compare.studies.hashes import clip_hashes
    from cosmos_compare.studies.matrix import fill

    return fill(plan, store.rows(), clip_hashes(plan.scenarios, store.outputs))


def _answer(plan: StudyPlan, store: Store) -> bool:
    """Answer what is missing; whether something failed."""
    from cosmos_compare.cli.batch import work
    from cosmos_compare.studies.work import batch_of, cost_of, greedy_labels

    store.sweep()
    matrix = matrix_now(plan, store)
    cost = cost_of(matrix, store.rows(), store)
    note(
        f"{cost.answers} answers, {cost.there} are there."
        + (f" About {seconds(cost.seconds)}." if cost.seconds else "")
    )
    for label in greedy_labels(plan):
        note(f"{label}: at temperature 0 repeats can't differ.")
    batch, errors = batch_of(plan, matrix, store)
    for error in errors:
        note(str(error))
    work(batch)
    return bool(errors) or any(item.failed for item in batch.items)


def _write_results(matrix: Matrix, store: Store, folder: Path) -> None:
    from cosmos_compare.studies.answered import write_results

    for path, file in write_results(matrix, store, folder):
        left_out = f" {file.left_out} unreadable answers are not in it." if file.left_out else ""
        note(f"Wrote {path}.{left_out}")


def _show(matrix: Matrix, store: Store) -> None:
    from cosmos_compare.studies.export import all_facts, cell_words
    from cosmos_compare.studies.fact_book import FactBook

    facts = all_facts(matrix, FactBook(store))
    arms = matrix.plan.arms
    print_table(
        ("scenario", *(arm.label for arm in arms)),
        [[scenario, *(cell_words(cell, facts) for cell in cells)] for scenario, cells in matrix.cells.items()],
    )
    _show_scores(matrix, facts)
    note(f"{matrix.done} of {matrix.plan.answers} answers are there, {matrix.to_do} to do.")


def _show_scores(matrix: Matrix, facts: Mapping[str, AnswerFacts]) -> None:
    """Accuracy of imported questions beside the baselines."""
    from cosmos_compare.results.numbers_as_text import estimate_words
    from cosmos_compare.studies.scores import scores

    found = scores(matrix, facts)
    rows = [
        (
            " · ".join(filter(None, (own.category, own.subcategory))) or "all questions",
            matrix.plan.arms[own.arm].label,
            f"{own.answers} of {own.questions * matrix.plan.repeats}",
            str(own.unreadable),
            estimate_words(own.accuracy, percent=True),
            estimate_words(own.per_video, percent=True) + (f", sd {own.spread:.2f}" if own.spread is not None else ""),
            f"{own.baseline.majority:.0%} (always {own.baseline.letter})",
            f"{own.baseline.by_lot:.0%}",
        )
        for own in found
    ]
    head = ("questions", "arm", "answered", "unreadable", "right, over videos", "mean of videos", "majority", "by lot")
    if rows:
        print_table(head, rows)
