"""The kept table and its files: all columns, numbers with their signs, text that stays text wherever it is pasted."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from rating_samples import A, B, pair, run_row

from cosmos_compare.errors import CompareError
from cosmos_compare.ratings import scorecard
from cosmos_compare.ratings.kept_table import kept_table
from cosmos_compare.ratings.score_sheet import score_sheet
from cosmos_compare.ratings.sheet_files import to_csv, to_markdown, to_xlsx, write_file
from cosmos_compare.ratings.standing import standing, to_frame
from cosmos_compare.records.schema import Answer

HOSTILE = "![x](http://evil.example/p.png) <img src=x> | a\nnext *b* $y$ www.evil.example @all `c` &amp; __d__"


def table_of(outputs: Path, notes: str = "Late.", rater: str = "anna", **texts: str) -> pd.DataFrame:
    """The kept table of one pair; `a` and `b` are texts of the runs, one left out is gone."""
    scorecard.append(outputs, pair(a=2, b=1, notes=notes, rater=rater))
    rows = standing(to_frame(scorecard.read(outputs)))
    runs = [run_row(A, "reason1", total_s=1.25), run_row(B, "reason2", total_s=2)]
    answers = {run: Answer(raw=texts[name], finish="stop") for run, name in ((A, "a"), (B, "b")) if name in texts}
    return kept_table(score_sheet(rows, runs), answers.get)


def test_nothing_is_left_out(tmp_path: Path) -> None:
    table = table_of(tmp_path, a="A bus. The risk is low.", b="A car.")
    assert list(table.columns) == [
        *("scenario", "model", "time_s", "notes", "objects found", "risk stated"),
        *("objects", "spatial", "temporal", "risk", "fidelity", "focus", "gt_alignment"),
        *("verdict", "rater", "created", "run_id", "run", "pair_id"),
    ]
    assert table["objects found"].tolist() == ["bus", "car"] and table["risk stated"].tolist() == ["low", ""]


def test_a_rating_of_a_deleted_run_stays_and_says_that_the_run_is_gone(tmp_path: Path) -> None:
    table = table_of(tmp_path, a="A bus.")
    assert table["run"].tolist() == ["on disk", "gone"] and table["objects"].tolist() == [2, 1]


def test_csv_and_excel_hold_numbers_with_their_signs_and_what_answers_state(tmp_path: Path) -> None:
    """Excel once held emoji only, and neither file what the answers state."""
    table = table_of(tmp_path, a="A bus. The risk is low.", b="A car.")
    header, first, second = csv.reader(io.StringIO(to_csv(table).decode("utf-8-sig")))
    row = dict(zip(header, first, strict=True))
    assert (row["objects"], row["objects sign"], row["time_s"]) == ("2", "✅", "1.25")
    assert (row["objects found"], row["risk stated"], row["run"]) == ("bus", "low", "on disk")
    assert dict(zip(header, second, strict=True))["time_s"] == "2"
    (tmp_path / "table.xlsx").write_bytes(to_xlsx(table))
    columns, *rows = openpyxl.load_workbook(tmp_path / "table.xlsx").active.iter_rows(values_only=True)
    assert list(columns) == header and rows[1][header.index("risk")] == 1
    assert rows[0][header.index("risk sign")] == "✅" and rows[0][header.index("objects found")] == "bus"


def test_markdown_is_one_line_a_row_whatever_people_write(tmp_path: Path) -> None:
    text = to_markdown(table_of(tmp_path, HOSTILE, rater="[a](javascript:x)", a="A bus.", b="A car.")).decode()
    header, rule, *lines = text.splitlines()
    assert len(lines) == 2
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in (header, rule, *lines)} == {16}
    assert "✅" in lines[0] and "🟡" in lines[1] and "scenario_01" in lines[0]
    assert not re.search(r"(?<!\\)[!<`*$@]|(?<!\\)\]\(|http:|www\.", text)


def test_markdown_renders_to_the_text_that_was_written(tmp_path: Path) -> None:
    """By a CommonMark reader: no element but the table's own."""
    markdown_it = pytest.importorskip("markdown_it", reason="needs markdown-it-py, which is not installed")
    text = to_markdown(table_of(tmp_path, HOSTILE, a="A bus.")).decode()
    html = markdown_it.MarkdownIt("gfm-like", {"linkify": False}).render(text)
    assert not any(tag in html for tag in ("<img", "<a ", "<em", "<strong", "<code"))
    assert "![x](http://evil.example/p.png)" in html and "&amp;amp;" in html


def test_a_file_never_replaces_the_scorecard(tmp_path: Path) -> None:
    table = table_of(tmp_path)
    with pytest.raises(CompareError, match="scorecard itself"):
        write_file(to_csv(table), tmp_path / "scorecard.csv", tmp_path)
