"""Whatever a spreadsheet or an editor makes of the scorecard is read, and the next rating is saved into it."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rating_samples import A, pair, rating
from test_scorecard_file import ratings

from cosmos_compare.ratings import scorecard
from cosmos_compare.ratings.rows import COLUMNS, LATER, to_cells

CASES = ("mac_cr", "excel_fr_cp1252", "sep_line", "bool_fr", "marks_fr_decimal", "header_spaces")
NOTES = "piéton à gauche, œil – 3 €"


@pytest.mark.parametrize("case", CASES)
def test_what_spreadsheets_saved_is_read_whole_and_appended_to(case: str, shared: Path, tmp_path: Path) -> None:
    shutil.copy(shared / "cases" / "11_scorecard_csv" / case / "scorecard.csv", tmp_path)
    table = scorecard.read(tmp_path)
    count = 14 if case == "excel_fr_cp1252" else 12  # the program had added two in UTF-8
    assert table.problems == [] and len(table.lines) == count
    assert table.columns["rater"][0] == "Zoé" and table.columns["notes"][0] == NOTES
    assert table.columns["blind"][:4] == [False, False, True, True] and table.columns["objects"][:2] == [2, 1]
    scorecard.append(tmp_path, pair(notes="Œil « né »"))
    again = scorecard.read(tmp_path)
    assert again.problems == [] and len(again.lines) == count + 2 and again.columns["notes"][-1] == "Œil « né »"
    assert {name: values[:count] for name, values in again.columns.items()} == table.columns
    scorecard.undo(tmp_path, "anna", "2026-11-26T12:00:00Z")
    assert len(scorecard.read(tmp_path).lines) == count + 4


def written(
    rows: list[list[str]], *, delimiter: str = ",", newline: str = "\r\n", quoting: int = csv.QUOTE_MINIMAL
) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=newline).writerows(rows)
    return text.getvalue()


FORMS = {
    "utf-16 with a mark": ("utf-16", "\r\n", "\t"),
    "utf-16 without, little": ("utf-16-le", "\r\n", ","),
    "utf-16 without, big": ("utf-16-be", "\n", ";"),
    "utf-16 of a mac": ("utf-16", "\r", ";"),
    "windows": ("cp1252", "\r\n", ";"),
    "old mac": ("mac_roman", "\r", ";"),
    "bars": ("utf-8", "\n", "|"),
    "tabs": ("utf-8-sig", "\r", "\t"),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("ended", [True, False])
@pytest.mark.parametrize("separator_line", [True, False])
def test_every_code_line_end_and_separator(form: str, ended: bool, separator_line: bool, tmp_path: Path) -> None:
    code, newline, delimiter = FORMS[form]
    one = [
        "2026-11-23T10:00:00Z",
        "Zoé",
        "s",
        A,
        "m",
        "p",
        "",
        "VRAI",
        "2,0",
        "1",
        "",
        "0",
        "NA",
        "",
        "",
        "tie",
        "à l’été",
        "",
    ]
    text = written([list(COLUMNS), one, one], delimiter=delimiter, newline=newline)
    text = (f"sep={delimiter}{newline}" if separator_line else "") + (text if ended else text.removesuffix(newline))
    (tmp_path / "scorecard.csv").write_bytes(text.encode(code))
    table = scorecard.read(tmp_path)
    assert (
        table.problems == [] and table.columns["rater"] == ["Zoé", "Zoé"] and table.columns["notes"] == ["à l’été"] * 2
    )
    assert table.columns["objects"] == [2, 2] and table.columns["fidelity"] == [None, None]
    for number in range(2):
        scorecard.append(tmp_path, [rating(rater="Zoé", notes=f"Œuf 車\nπ {number}")])
    again = scorecard.read(tmp_path)
    assert again.problems == [] and again.columns["rater"] == ["Zoé"] * 4
    assert [" ".join(notes.split()) for notes in again.columns["notes"][2:]] == ["Œuf 車 π 0", "Œuf 車 π 1"]


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
@pytest.mark.parametrize("notes", ["fine", "", 'he said "no"', "two\nlines"])
def test_a_whole_last_row_needs_no_line_break(quoting: int, notes: str, tmp_path: Path) -> None:
    """Editors drop it. A row is torn only when it is: see test_scorecard_crash."""
    scorecard.append(tmp_path, [rating(), rating(rater="bo", notes=notes)])
    path = tmp_path / "scorecard.csv"
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    path.write_text(written(rows, newline="\n", quoting=quoting).removesuffix("\n"), encoding="utf-8-sig")
    assert scorecard.read(tmp_path).columns["rater"] == ["anna", "bo"]
    scorecard.append(tmp_path, [rating(rater="al")])
    table = scorecard.read(tmp_path)
    assert table.columns["rater"] == ["anna", "bo", "al"] and table.columns["notes"][1] == notes
    assert table.problems == [] and not (tmp_path / "scorecard.torn.txt").exists()


WORDS = {
    "objects": {
        2: ("2", "2.0", "2,0", " 2 ", "2,00", "2.", "✅", "✅\ufe0f", "'2", "2E+00", "２", "✔"),
        None: ("", "NA", "n/a", "#N/A", "NaN", "-", "–", "null", "None", " ", "s.o.", "#N/D", "Sans objet"),
        "wrong": ("1,5", "3", "-1", "20", "2 0", "x", "2,1", "०"),
    },
    "blind": {
        True: ("true", "TRUE", "VRAI", "vrai", "Oui", "WAHR", "VERDADERO", "1", "1,0", "yes", "WAAR", "Verdadeiro"),
        False: ("false", "FAUX", "non", "Falsch", "FALSO", "0", "0.0", "", "NA", "no"),
        "wrong": ("maybe", "2", "peut-être"),
    },
    "verdict": {"both_bad": ("both_bad", "both bad", "Both-Bad"), "tie": ("TIE",), None: ("", "NA"), "wrong": ("x",)},
    "side": {"left": ("left", "LEFT"), "": ("", "NA"), "wrong": ("up",)},
}  # fmt: skip


@pytest.mark.parametrize(
    ("column", "value", "cell"),
    [(c, value, cell) for c, table in WORDS.items() for value, cells in table.items() for cell in cells],
)
def test_what_a_cell_may_hold(column: str, value: object, cell: str, tmp_path: Path) -> None:
    row = dict.fromkeys(COLUMNS, "") | {"rater": "bo", "run_id": A, column: cell}
    (tmp_path / "scorecard.csv").write_text(written([list(COLUMNS), list(row.values())]), encoding="utf-8")
    table = scorecard.read(tmp_path)
    if value == "wrong":
        assert table.lines == [] and column in table.problems[0].why
    else:
        assert table.problems == [] and table.columns[column] == [value]


def test_a_file_of_a_head_alone_in_another_code_takes_a_rating(tmp_path: Path) -> None:
    """Rewriting it in UTF-8 failed where there was no row to write."""
    (tmp_path / "scorecard.csv").write_bytes(written([list(COLUMNS)]).encode("utf-16"))
    scorecard.append(tmp_path, pair(rater="saved"))
    assert [r.rater for r in ratings(scorecard.read(tmp_path))] == ["saved", "saved"]


@pytest.mark.parametrize("head", [True, False])
def test_a_scorecard_from_before_its_newest_column_is_read_and_added_to(head: bool, tmp_path: Path) -> None:
    old = [column for column in COLUMNS if column not in LATER]
    rows = [to_cells(one, old) for one in pair(rater="old")]
    (tmp_path / "scorecard.csv").write_text(written([old, *rows] if head else rows), encoding="utf-8")
    table = scorecard.read(tmp_path)
    assert (table.problems, table.columns["aided"]) == ([], [False, False])
    scorecard.append(tmp_path, [one.model_copy(update={"aided": True}) for one in pair(rater="new")])
    table = scorecard.read(tmp_path)
    assert (table.columns["rater"], table.columns["aided"]) == (
        ["old", "old", "new", "new"],
        [False, False, True, True],
    )


@given(
    rows=st.lists(st.lists(st.text(max_size=12), max_size=20), max_size=6),
    code=st.sampled_from(["utf-8", "utf-16", "utf-16-le", "cp1252"]),
    delimiter=st.sampled_from([",", ";", "\t"]),
    end=st.binary(max_size=40),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_content_keeps_a_rating_from_being_saved(
    rows: list[list[str]], code: str, delimiter: str, end: bytes, tmp_path: Path
) -> None:
    text = written([list(COLUMNS), *rows], delimiter=delimiter)
    for path in tmp_path.iterdir():
        path.unlink()
    (tmp_path / "scorecard.csv").write_bytes(text.encode(code, errors="replace") + end)
    before = scorecard.read(tmp_path)
    scorecard.append(tmp_path, pair(rater="saved"))
    table = scorecard.read(tmp_path)
    assert table.columns["rater"][-2:] == ["saved", "saved"]
    assert len(table.lines) >= len(before.lines) + 2 - 1, "an open quotation mark may cost the row that it is in"
    assert [r.rater for r in ratings(table)][-2:] == ["saved", "saved"]


@pytest.mark.parametrize("before", ["\n\n", ";;;\n", "Notes de la semaine;;\n;;\n", "sep=;\n\n"])
def test_a_title_or_empty_lines_before_the_head_cost_nothing(before: str, tmp_path: Path) -> None:
    """All rows were lost to one empty line at the top, and the next rating put the file aside."""
    scorecard.append(tmp_path, [rating(), rating(rater="bo")])
    path = tmp_path / "scorecard.csv"
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    path.write_text(before + written(rows, delimiter=";", newline="\n"), encoding="utf-8-sig")
    scorecard.append(tmp_path, [rating(rater="al")])
    table = scorecard.read(tmp_path)
    assert (table.columns["rater"], table.problems) == (["anna", "bo", "al"], [])


def test_empty_cells_at_the_end_of_a_row_may_be_left_out(tmp_path: Path) -> None:
    """Excel leaves them out where the rows above have none either; each such row was called damaged."""
    scorecard.append(tmp_path, [rating(verdict="tie"), rating(rater="bo", verdict=None, notes="")])
    path = tmp_path / "scorecard.csv"
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    short = [rows[0], rows[1][: rows[0].index("notes")], rows[2][: rows[0].index("verdict")]]
    path.write_text(written(short, newline="\n"), encoding="utf-8-sig")
    scorecard.append(tmp_path, [rating(rater="al")])
    table = scorecard.read(tmp_path)
    assert (table.columns["rater"], table.problems) == (["anna", "bo", "al"], [])
    assert table.columns["verdict"][:2] == ["tie", None] and table.columns["notes"][:2] == ["", ""]
    assert not (tmp_path / "scorecard.torn.txt").exists()
