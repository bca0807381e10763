"""A report as the Markdown table that teams paste: the finding on top, then a row an answer with ✅ 🟡 ❌."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from cosmos_compare.errors import CompareError
from cosmos_compare.language import N_, t
from cosmos_compare.ratings.kept_table import STATED, kept_table, sign
from cosmos_compare.ratings.rubric import LABELS
from cosmos_compare.ratings.score_sheet import score_sheet
from cosmos_compare.ratings.sheet_files import markdown_text
from cosmos_compare.records.schema import AXES, Answer
from cosmos_compare.report.material import Material
from cosmos_compare.report.printed import seconds
from cosmos_compare.results import report_words as words
from cosmos_compare.results.trust_words import basis_words

VERDICTS = {"better": N_("better"), "worse": N_("worse"), "tie": N_("tie"), "both_bad": N_("both bad")}


def markdown(told: Material) -> bytes:
    """UTF-8 with a heading, the finding, its basis and the table of the answers that are counted."""
    found, (a, b) = told.told, told.models
    said = told.imprint.confidential
    lines = [
        f"# {markdown_text(t('{a} and {b} compared', a=a, b=b))}",
        f"**{markdown_text(words.repeatable_words(found))}**",
        markdown_text(words.headline(found)),
        markdown_text(basis_words(found)),
        *([f"**{markdown_text(said)}**"] if said else []),
        "\n".join(_table(told)),
    ]
    return ("\n\n".join(lines) + "\n").encode()


def _table(told: Material) -> Iterator[str]:
    """The lines of the table, by scenario, model and rater."""
    table = kept_table(score_sheet(told.rows, told.evidence.runs), _answers(told))
    names = {str(row["run_id"]): told.models[int(row["arm"])] for row in told.rows.to_dict("records")}
    table["model"] = [names[run_id] for run_id in table["run_id"]]  # two prompts of one model are two
    titles = [t("Scenario"), t("Model"), t("Time"), t("Objects found"), t("Risk stated")]
    titles += [*(t(LABELS[axis]) for axis in AXES), t("Verdict"), t("Rater"), t("Notes")]
    yield _line(titles)
    yield "|" + "---|" * len(titles)
    for row in table.to_dict("records"):
        yield _line(_cells(row))


def _cells(row: dict[Any, Any]) -> list[str]:
    stated = [str(row[name]) for name in STATED]
    verdict = t(VERDICTS[row["verdict"]]) if row["verdict"] in VERDICTS else ""
    marks = [sign(row[axis]) for axis in AXES]
    return [row["scenario"], row["model"], seconds(row["time_s"]), *stated, *marks, verdict, row["rater"], row["notes"]]


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(map(markdown_text, cells)) + " |"


def _answers(told: Material) -> Callable[[str], Answer | None]:
    """The answer of a run by its id, None where the run is gone or damaged."""
    runs = {run.id: run for case in told.cases for run in case.runs if run is not None}

    def answer_of(run_id: str) -> Answer | None:
        if run_id in runs:
            return runs[run_id].answer
        row = told.evidence.by_id.get(run_id)
        try:
            return told.store.load(row).answer if row else None
        except CompareError:
            return None

    return answer_of
