"""A real spreadsheet opens what we write harmlessly, and what it saves still loads. Skipped without LibreOffice."""

import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest
from rating_samples import A, rating, run_row
from test_scorecard_file import NASTY, ratings

from cosmos_compare.ratings import scorecard
from cosmos_compare.ratings.kept_table import kept_table
from cosmos_compare.ratings.score_sheet import score_sheet
from cosmos_compare.ratings.sheet_files import to_csv, to_xlsx
from cosmos_compare.ratings.standing import standing, to_frame

FORMULAS_EVALUATED = "44,34,76,1,,0,false,true,false,false,false,-1,true"
NOTES = [notes for notes in NASTY if "\0" not in notes]

needs_spreadsheet = pytest.mark.skipif(
    shutil.which("soffice") is None, reason="needs LibreOffice (soffice), which is not on this machine"
)


def convert(source: Path, form: str, target: Path, *options: str) -> Path:
    """Open a file in LibreOffice and save it in another form."""
    profile = f"-env:UserInstallation=file://{target.parents[1] / 'profile'}"  # one for all tests: making it is slow
    words = ["soffice", profile, "--headless", "--convert-to", form, *options, "--outdir", str(target), str(source)]
    subprocess.run(words, check=True, capture_output=True, timeout=120)
    return target / f"{source.stem}.{form.split(':')[0]}"


def formulas(path: Path) -> list[str]:
    cells = (cell for row in openpyxl.load_workbook(path).active for cell in row)
    return [cell.coordinate for cell in cells if cell.data_type == "f"]


def sheet_of(outputs: Path):
    rows = standing(to_frame(scorecard.read(outputs)))
    sheet = score_sheet(rows, [run_row(A, "reason1", total_s=1.25)])
    return kept_table(sheet, lambda run_id: None)


@needs_spreadsheet
def test_the_scorecard_opens_without_formulas(tmp_path: Path) -> None:
    """Also where the separator is taken for a semicolon. A file that was not neutralised shows that it would matter."""
    scorecard.append(tmp_path, [rating(notes=notes, rater=f"={n}") for n, notes in enumerate(NOTES)])
    path = tmp_path / "scorecard.csv"
    careless = tmp_path / "careless.csv"
    careless.write_text('a,"=1+1"\n')
    for separator in ("44", "59"):
        infilter = f"--infilter=CSV:{separator}{FORMULAS_EVALUATED[2:]}"
        assert formulas(convert(path, "xlsx", tmp_path / separator, infilter)) == []
    infilter = f"--infilter=CSV:{FORMULAS_EVALUATED}"
    assert formulas(convert(careless, "xlsx", tmp_path / "44", infilter)) == ["B1"]


@needs_spreadsheet
def test_what_the_spreadsheet_saves_still_loads(tmp_path: Path) -> None:
    saved = [
        rating(notes=notes, rater=f"r{n}") for n, notes in enumerate(NOTES) if "\r" not in notes and len(notes) < 60_000
    ]
    scorecard.append(tmp_path, saved)
    csv_form = "csv:Text - txt - csv (StarCalc):59,34,76,1"
    converted = convert(tmp_path / "scorecard.csv", csv_form, tmp_path / "saved", "--infilter=CSV:44,34,76,1")
    converted.rename(tmp_path / "saved" / "scorecard.csv")
    table = scorecard.read(tmp_path / "saved")
    assert table.problems == []
    assert ratings(table) == saved


@needs_spreadsheet
def test_the_excel_file_opens_in_libreoffice(tmp_path: Path) -> None:
    scorecard.append(tmp_path, [rating(notes=notes, rater=f"r{n:02d}") for n, notes in enumerate(NOTES)])
    (tmp_path / "sheet.xlsx").write_bytes(to_xlsx(sheet_of(tmp_path)))
    again = convert(convert(tmp_path / "sheet.xlsx", "ods", tmp_path / "ods"), "xlsx", tmp_path / "xlsx")
    assert formulas(again) == []
    header, first, *_ = openpyxl.load_workbook(again).active.iter_rows(values_only=True)
    row = dict(zip(header, first, strict=True))
    assert (row["notes"], row["time_s"], row["objects"], row["objects sign"]) == ("two\nlines", 1.25, 2, "✅")


def test_the_excel_file_holds_text_numbers_and_symbols(tmp_path: Path) -> None:
    scorecard.append(tmp_path, [rating(notes=notes, rater=f"r{n:02d}") for n, notes in enumerate(NOTES)])
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(to_xlsx(sheet_of(tmp_path)))
    assert formulas(path) == []
    header, *rows = openpyxl.load_workbook(path).active.iter_rows(values_only=True)
    assert header[:4] == ("scenario", "model", "time_s", "notes")
    assert rows[0][6:14] == (2, "✅", 1, "🟡", 0, "❌", None, None)  # numbers that can be counted, signs beside them
    notes = [row[header.index("notes")] for row in rows]
    assert "=cmd|' /C calc'!A0" in notes
    longest = max((note or "" for note in notes), key=len)
    assert longest.startswith("xxx")
    assert longest.endswith("scorecard.csv)")  # a cell holds no more than 32,767 characters


def test_the_csv_copy_is_neutralised_too(tmp_path: Path) -> None:
    scorecard.append(tmp_path, [rating(notes="=1;=2")])
    assert b"\"'=1;'=2\"" in to_csv(sheet_of(tmp_path))
