"""The scorecard file: what is written comes back equal, and what people make of it by hand still loads."""

import csv
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rating_samples import NOW, A, B, rating

from cosmos_compare.errors import CompareError
from cosmos_compare.ratings import scorecard
from cosmos_compare.ratings.rows import COLUMNS, LATER, Table
from cosmos_compare.records.schema import Rating

NASTY = [
    "two\nlines",
    'says "stop", then goes',
    "a;b\tc,d",
    "🚲 ahead 👩🏽‍🦽",
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "@SUM(A1)",
    "'",
    "'=1",
    "''=1",
    "harmless;=1+1",
    "line\n=1+1\r\n-2",
    "\t=1",
    " =1",
    "=1",
    '"\n"',
    "nul \0 inside",
    "\r",
    "\n",
    "ends with a quote\"",
    "2026-11-23T10:00:00Z,anna,scenario_01",
    "x" * 100_000,
]  # fmt: skip


def ratings(table: Table) -> list[Rating]:
    rows = zip(*(table.columns[name] for name in COLUMNS), strict=True)
    return [Rating.model_validate(dict(zip(COLUMNS, row, strict=True))) for row in rows]


def write(outputs: Path, text: str, encoding: str = "utf-8") -> None:
    (outputs / "scorecard.csv").write_bytes(text.encode(encoding))


OLDER = [name for name in COLUMNS if name not in LATER]  # as people keep them by hand
HEADER = ",".join(OLDER)
PLAIN = f"{NOW},anna,scenario_01,{A},reason1,{A}~{B},left,true,2,1,0,,2,1,0,better,fine"


def test_nothing_yet(tmp_path: Path) -> None:
    table = scorecard.read(tmp_path / "missing")
    assert table.lines == table.problems == []
    assert list(table.columns) == list(COLUMNS)
    assert scorecard.stamp(tmp_path) == (0, 0)


def test_the_file_is_what_the_design_says(tmp_path: Path) -> None:
    scorecard.append(tmp_path / "outputs", [rating()])
    data = (tmp_path / "outputs" / "scorecard.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    header, row = csv.reader(data.decode("utf-8-sig").splitlines())
    assert ",".join(header) == (
        "created,rater,scenario,run_id,model,pair_id,side,blind,"
        "objects,spatial,temporal,risk,fidelity,focus,gt_alignment,verdict,notes,aided"
    )
    assert row[8:12] == ["2", "1", "0", ""]
    assert row[6:8] == ["left", "true"]


@pytest.mark.parametrize("notes", NASTY)
def test_nasty_notes_come_back_equal(tmp_path: Path, notes: str) -> None:
    saved = [rating(notes=notes, rater="'=r"), rating(notes="next")]
    scorecard.append(tmp_path, saved)
    table = scorecard.read(tmp_path)
    assert ratings(table) == saved
    assert table.problems == []


@settings(max_examples=80, deadline=None)
@given(st.lists(st.text(st.sampled_from("ab'\"=+-@;,\t\r\n \u00a0＝é🚗\0") | st.characters(codec="utf-8"))))
@example(["", "'", '"', "\n"])
def test_any_notes_come_back_equal(notes: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        saved = [rating(notes=note) for note in notes]
        for one in saved:
            scorecard.append(Path(folder), [one])
        table = scorecard.read(Path(folder))
        assert ratings(table) == saved
        assert table.problems == []


def test_no_cell_starts_a_formula_however_the_commas_are_read(tmp_path: Path) -> None:
    """A spreadsheet that separates at semicolons or tabs sees other cells than we wrote."""
    scorecard.append(tmp_path, [rating(notes=notes, rater="=2+2", scenario="@x") for notes in NASTY])
    text = (tmp_path / "scorecard.csv").read_text(encoding="utf-8-sig")
    cells = [cell for row in csv.reader(text.splitlines()) for cell in row]
    for separator in ";\t\n":
        cells += [cell.strip('"') for cell in text.replace("\r", "\n").replace("\n", separator).split(separator)]
    assert [cell for cell in cells if cell.lstrip(" \u00a0")[:1] in {"=", "+", "-", "@", "＝"}] == []


def test_notes_too_long_for_a_csv_reader_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CompareError, match="longer than") as caught:
        scorecard.append(tmp_path, [rating(notes="x" * 140_000)])
    assert caught.value.field == "notes"
    assert scorecard.read(tmp_path).lines == []


def test_a_file_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "scorecard.csv").mkdir()
    with pytest.raises(CompareError, match="could not be saved"):
        scorecard.append(tmp_path, [rating()])


def test_hand_made_file_with_semicolons_no_mark_other_order_and_own_columns(tmp_path: Path) -> None:
    write(tmp_path, f"Weather;run_id;Rater;objects;Notes;Scenario;model\r\nrain;{A};bo;2;ok, good;s1;m\r\n")
    table = scorecard.read(tmp_path)
    assert table.problems == []
    (row,) = ratings(table)
    assert (row.rater, row.run_id, row.objects, row.spatial, row.notes) == ("bo", A, 2, None, "ok, good")
    assert not row.blind  # nobody said that it was
    assert table.columns["weather"] == ["rain"]


def test_appending_keeps_a_hand_made_files_columns(tmp_path: Path) -> None:
    columns = ["weather", *reversed(COLUMNS)]
    cells = dict(zip(OLDER, PLAIN.split(","), strict=True)) | {"weather": "rain", "aided": "true"}
    write(tmp_path, ";".join(columns) + "\n" + ";".join(cells[name] for name in columns))  # no last line break
    scorecard.append(tmp_path, [rating(notes="=a;b")])
    table = scorecard.read(tmp_path)
    assert table.problems == []
    assert table.columns["weather"] == ["rain", ""]
    assert table.columns["notes"] == ["fine", "=a;b"]
    assert (tmp_path / "scorecard.csv").read_text().startswith("weather;aided;notes;")


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_saving_adds_the_columns_that_a_hand_made_file_lacks(code: str, tmp_path: Path) -> None:
    made = 'rater,run id,objects,météo\nbo,x,2,"gris\nfroid"\nno,row\nal,y,,"é"\n'
    write(tmp_path, made, code)
    scorecard.append(tmp_path, [rating(notes="ça")])
    table = scorecard.read(tmp_path)
    assert table.columns["rater"] == ["bo", "al", "anna"] and table.columns["objects"] == [2, None, 2]
    assert table.columns["météo"] == ["gris\nfroid", "é", ""] and table.columns["notes"] == ["", "", "ça"]
    assert [str(problem) for problem in table.problems] == [
        "Line 4 is left out: 2 values where the first line names 19."
    ]
    assert (tmp_path / "scorecard.before-1.csv").read_bytes() == made.encode(code)


def test_what_spreadsheets_make_of_values(tmp_path: Path) -> None:
    """2 beside an empty cell becomes 2.0, true becomes TRUE, and empty rows stay as rows of commas."""
    changed = PLAIN.replace(",2,1,0,,", ",2.0,1.0,0.0,,").replace("true", "TRUE").replace("anna", " anna ")
    write(tmp_path, f"{HEADER}\r\n{changed}\r\n{',' * 16}\r\n\r\n{PLAIN.replace(',2,1,0,,', ',✅,🟡,❌,-,')}\r\n")
    table = scorecard.read(tmp_path)
    assert table.problems == []
    one, other = ratings(table)
    assert one == other


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (",2,1,0,,", ",7,1,0,,", "objects is '7', not 2, 1, 0 or empty"),
        ("better", "good", "verdict is 'good'"),
        ("left", "top", "side is 'top'"),
        ("true", "perhaps", "blind is 'perhaps'"),
        ("anna", "", "rater is empty"),
        ("anna", "a" * 81, "longer than 80"),
        (A + ",", ",", "run_id is empty"),
        (",better", "", "verdict is 'fine'"),
        (",better", ",better,", "18 values"),
        ("fine", '"fine"x', "not a CSV record"),
        ("fine", "fé\udce9ne", "bytes that are no text"),
    ],
)
def test_a_bad_row_is_named_and_costs_only_itself(tmp_path: Path, old: str, new: str, why: str) -> None:
    bad = PLAIN.replace(old, new, 1)
    assert bad != PLAIN
    text = f'{HEADER}\n{PLAIN[:-4]}"two\nlines"\n{bad}\n{PLAIN}\n'
    (tmp_path / "scorecard.csv").write_bytes(text.encode(errors="surrogateescape"))
    table = scorecard.read(tmp_path)
    assert len(table.lines) == 2
    assert [problem.line for problem in table.problems] == [4]
    assert why in str(table.problems[0])


def test_a_quotation_mark_left_open_in_the_middle_costs_one_row(tmp_path: Path) -> None:
    """It used to swallow every row up to the next quotation mark."""
    scorecard.append(tmp_path, [rating(rater=f"r{i}", notes=f"note {i}\nof two lines") for i in range(6)])
    path = tmp_path / "scorecard.csv"
    path.write_bytes(path.read_bytes().replace(b'note 2\nof two lines"', b"note 2\nof two lines"))
    table = scorecard.read(tmp_path)
    assert table.columns["rater"] == ["r0", "r1", "r3", "r4", "r5"]
    assert [problem.line for problem in table.problems] == [6]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"date,who,what\n1,2,3\n", "it doesn't name the columns rater and run_id. No row can be read"),
        (b"PK\x03\x04" + bytes(range(256)) * 20, "the file is a workbook; save it as CSV"),
        (bytes(range(256)) * 40, "it doesn't name the columns"),
        (b'"' + b"x" * 200_000, "it doesn't name the columns"),
        (b"<html><body>404</body></html>", "it doesn't name the columns"),
    ],
)
def test_a_file_of_which_nothing_can_be_read_is_put_aside_by_the_next_rating(
    data: bytes, why: str, tmp_path: Path
) -> None:
    (tmp_path / "scorecard.csv").write_bytes(data)
    table = scorecard.read(tmp_path)
    assert table.lines == [] and why in str(table.problems[0])
    scorecard.append(tmp_path, [rating()])
    assert ratings(scorecard.read(tmp_path)) == [rating()] and scorecard.read(tmp_path).problems == []
    assert (tmp_path / "scorecard.unreadable-1.csv").read_bytes() == data


def test_a_file_that_lost_its_first_line_is_read_by_its_form(tmp_path: Path) -> None:
    write(tmp_path, PLAIN + "\n")
    assert scorecard.read(tmp_path).columns["rater"] == ["anna"]
    scorecard.append(tmp_path, [rating(rater="bo")])
    assert scorecard.read(tmp_path).columns["rater"] == ["anna", "bo"]
    assert scorecard.read(tmp_path).problems == []


def test_a_hand_made_last_line_needs_no_line_break(tmp_path: Path) -> None:
    write(tmp_path, f"{HEADER}\n{PLAIN}")
    assert len(scorecard.read(tmp_path).lines) == 1
    scorecard.append(tmp_path, [rating(rater="bo")])
    assert scorecard.read(tmp_path).columns["rater"] == ["anna", "bo"]


def test_the_stamp_changes_with_every_save(tmp_path: Path) -> None:
    scorecard.append(tmp_path, [rating()])
    before = scorecard.stamp(tmp_path)
    scorecard.append(tmp_path, [rating()])
    assert scorecard.stamp(tmp_path) != before
