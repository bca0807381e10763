"""A report as the Markdown table that teams paste: the finding on top, then a row an answer with ✅ 🟡 ❌."""

from __future__ import annotations

from cosmos_compare.errors import CompareError
from cosmos_compare.language import t
from cosmos_compare.ratings.kept_table import kept_table
from cosmos_compare.ratings.score_sheet import score_sheet
from cosmos_compare.ratings.sheet_files import markdown_text, to_markdown
from cosmos_compare.report.material import Material
from cosmos_compare.results import report_words as words
from cosmos_compare.results.trust_words import basis_words
from cosmos_compare.schema import Answer


def markdown(told: Material) -> bytes:
    """UTF-8 with a heading, the finding, its basis and the table of the answers that are counted."""
    found, (a, b) = told.told, told.models
    runs = {run.id: run for case in told.cases for run in case.runs if run is not None}

    def answer_of(run_id: str) -> Answer | None:
        if run_id in runs:
            return runs[run_id].answer
        row = told.evidence.by_id.get(run_id)
        try:
            return told.store.load(row).answer if row else None
        except CompareError:
            return None

    sheet = score_sheet(told.rows, told.evidence.runs)
    said = told.imprint.confidential
    lines = [
        f"# {markdown_text(t('{a} and {b} compared', a=a, b=b))}",
        f"**{markdown_text(words.repeatable_words(found))}**",
        markdown_text(words.headline(found)),
        markdown_text(basis_words(found)),
        *([f"**{markdown_text(said)}**"] if said else []),
        to_markdown(kept_table(sheet, answer_of)).decode(),
    ]
    return "\n\n".join(lines).encode()
