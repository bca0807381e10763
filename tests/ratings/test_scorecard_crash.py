"""Many processes at once, processes killed in the middle, lines cut anywhere: no confirmed rating is lost."""

import random
import signal
import subprocess
import sys
from pathlib import Path

import filelock
import pytest
from rating_samples import NOW, pair, rating

from cosmos_compare.errors import CompareError
from cosmos_compare.ratings import scorecard
from cosmos_compare.ratings.csv_append import journal_of

SAVER = """
import sys
from pathlib import Path
from cosmos_compare.ratings.scorecard import append
from cosmos_compare.records.schema import Rating

folder, rater, count, length = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
for number in range(count):
    notes = f"{number}:" + 'line with "quotes"\\n' * (length // 19)
    append(Path(folder), [Rating(created="2026-11-23T10:00:00Z", rater=rater, scenario="s", run_id=str(number),
                                 model="m", objects=number % 3, notes=notes)])
    print(number, flush=True)
"""


def saver(outputs: Path, rater: str, count: int, length: int = 40) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", SAVER, str(outputs), rater, str(count), str(length)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


def test_eight_processes_at_once(tmp_path: Path) -> None:
    processes = [saver(tmp_path, f"rater{number}", 200) for number in range(8)]
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    table = scorecard.read(tmp_path)
    assert table.problems == []
    assert len(table.lines) == 1600
    keys = set(zip(table.columns["rater"], table.columns["run_id"], strict=True))
    assert keys == {(f"rater{process}", str(number)) for process in range(8) for number in range(200)}


def test_a_save_waits_for_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scorecard, "WAIT_S", 0.05)
    lock = filelock.FileLock(tmp_path / "scorecard.csv.lock")
    with lock, pytest.raises(CompareError, match="kept it locked"):
        scorecard.append(tmp_path, pair())
    assert scorecard.read(tmp_path).lines == []
    scorecard.append(tmp_path, pair())
    assert len(scorecard.read(tmp_path).lines) == 2


def test_killed_in_the_middle_of_saving(tmp_path: Path) -> None:
    """Twelve processes, some 300 confirmed saves of 50 kB in all, each killed at a random moment."""
    chance = random.Random(2)
    confirmed = set()
    for number in range(12):
        process = saver(tmp_path, f"rater{number}", 1000, length=50_000)
        assert process.stdout is not None
        for _ in range(chance.randint(15, 35)):
            confirmed.add((f"rater{number}", process.stdout.readline().strip()))
        process.send_signal(signal.SIGKILL)
        confirmed |= {(f"rater{number}", line.strip()) for line in process.stdout}
        process.stdout.close()
        process.wait()
    scorecard.append(tmp_path, [rating()])
    table = scorecard.read(tmp_path)
    assert table.problems == []
    assert confirmed <= set(zip(table.columns["rater"], table.columns["run_id"], strict=True))
    for run_id, notes in zip(table.columns["run_id"][:-1], table.columns["notes"][:-1], strict=True):
        assert notes.startswith(f"{run_id}:line")
        assert notes.endswith('"quotes"\n')
    assert len(confirmed) >= 250


def test_a_last_line_cut_anywhere_costs_itself_and_is_mended(tmp_path: Path) -> None:
    """Cut at every byte of a row, also just after a line break inside its notes and inside doubled quotes."""
    kept = [rating(rater="bo", notes="two\nlines"), rating(notes='"\n";=1\n')]
    scorecard.append(tmp_path, kept)
    path = tmp_path / "scorecard.csv"
    sound = path.read_bytes()
    scorecard.append(tmp_path, [rating(rater="cut", notes='"a"\n\n"", 👩🏽‍🦽\n"\n')])
    whole = path.read_bytes()
    for end in range(len(sound) + 1, len(whole) - 1):  # but for its line break it would be whole
        path.write_bytes(whole[:end])
        journal_of(path).write_bytes(b"%d\n" % len(sound) + whole[len(sound) :])  # as a killed process leaves it
        table = scorecard.read(tmp_path)
        assert table.columns["rater"] == ["bo", "anna"], whole[len(sound) : end]
        assert [problem.line for problem in table.problems] == [7]
        scorecard.append(tmp_path, [rating(rater="next", notes="after")])
        table = scorecard.read(tmp_path)
        assert table.columns["rater"] == ["bo", "anna", "next"]
        assert table.columns["notes"] == ["two\nlines", '"\n";=1\n', "after"]
        assert table.problems == []
        assert path.read_bytes().startswith(sound)
    torn = (tmp_path / "scorecard.torn.txt").read_bytes()
    assert whole[len(sound) : -2] in torn  # what was cut off is kept beside it


def test_a_first_save_cut_anywhere(tmp_path: Path) -> None:
    scorecard.append(tmp_path, pair())
    path = tmp_path / "scorecard.csv"
    whole = path.read_bytes()
    header = whole.index(b"\n") + 1
    for end in range(1, header + 40, 7):
        path.write_bytes(whole[:end])
        assert scorecard.read(tmp_path).lines == []
        scorecard.append(tmp_path, pair())
        assert path.read_bytes() == whole


def test_zeros_that_a_power_cut_leaves_at_the_end(tmp_path: Path) -> None:
    scorecard.append(tmp_path, pair())
    with (tmp_path / "scorecard.csv").open("ab") as file:
        file.write(b"\0" * 300)
    table = scorecard.read(tmp_path)
    assert len(table.lines) == 2
    assert len(table.problems) == 1
    scorecard.append(tmp_path, pair(rater="bo"))
    table = scorecard.read(tmp_path)
    assert table.columns["rater"] == ["anna", "anna", "bo", "bo"]
    assert table.problems == []


def test_a_tear_after_rows_that_a_spreadsheet_wrote(tmp_path: Path) -> None:
    """Spreadsheets drop our quotation marks, so no line of the end surely starts a record: the whole file is read."""
    scorecard.append(tmp_path, pair())
    path = tmp_path / "scorecard.csv"
    plain = path.read_text(encoding="utf-8-sig").replace('"', "")
    path.write_text(plain + f'{NOW},anna,"open\nquote\n')
    table = scorecard.read(tmp_path)
    assert len(table.lines) == 2
    scorecard.append(tmp_path, pair(rater="bo"))
    assert scorecard.read(tmp_path).columns["rater"] == ["anna", "anna", "bo", "bo"]
    assert scorecard.read(tmp_path).problems == []


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    """A limit on the size of files makes the write fail half-way, as a full disk does."""
    scorecard.append(tmp_path, pair())
    before = (tmp_path / "scorecard.csv").read_bytes()
    limit = f"""
import resource, signal, sys
from pathlib import Path
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({len(before) + 5000}, {len(before) + 5000}))
from cosmos_compare.errors import CompareError
from cosmos_compare.ratings.scorecard import append
from cosmos_compare.records.schema import Rating
try:
    append(Path(sys.argv[1]), [Rating(created="", rater="bo", scenario="s", run_id="r", model="m", notes="x" * 90000)])
except CompareError as error:
    print(error)
"""
    found = subprocess.run([sys.executable, "-c", limit, str(tmp_path)], capture_output=True, text=True, check=True)
    assert "could not be saved" in found.stdout
    assert (tmp_path / "scorecard.csv").read_bytes() == before
