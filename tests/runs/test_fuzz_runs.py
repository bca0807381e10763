"""One malformed run never takes anything else down: every field of analysis.json is given every wrong value."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from runs_support import IMAGES, make_run
from wrong_values import WRONG, Steps, changed, places, without

from cosmos_compare.board import side_of
from cosmos_compare.cli import main
from cosmos_compare.errors import CompareError
from cosmos_compare.fairness import differences, headline, model_input
from cosmos_compare.ratings import scorecard
from cosmos_compare.ratings.blind_pair import Sheet
from cosmos_compare.ratings.judgement import judge
from cosmos_compare.ratings.pairs import find_pairs, model_pairs
from cosmos_compare.records.schema import AXES, Run
from cosmos_compare.runs.history import newest_answers, versions
from cosmos_compare.runs.index import read_runs
from cosmos_compare.runs.reading import load_record
from cosmos_compare.runs.store import Store
from cosmos_compare.ui.compare import boxes
from cosmos_compare.ui.rate import sheet_markup
from cosmos_compare.ui.shared import markup
from cosmos_compare.ui.shared.evidence import exhibit
from cosmos_compare.ui.shared.lanes import lanes_html

RECORD = json.loads(
    make_run(raw='{"objects": [{"label": "car", "box_2d": [0, 0, 500, 500]}]}')
    .model_copy(update={"id": "X"})
    .model_dump_json()
)
PLACES = sorted(places(RECORD), key=str)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two models on two clips, one pair of them rated."""
    outputs = tmp_path_factory.mktemp("sound")
    store = Store(outputs)
    for scenario in ("one", "two"):
        for model in ("model-a", "model-b"):
            raw = f"{model} sees a car at 0.3 s."
            store.save(make_run(scenario=scenario, model=model, raw=raw, key=(scenario[0] + model[-1]) * 32), IMAGES)
    (pair, _) = find_pairs(store.rows(), ("model-a", "model-b"))
    marks: dict[str, int | None] = dict.fromkeys(AXES, 2)
    scorecard.append(outputs, judge(pair, "anna", marks, marks, "tie", blind=True, created="2026-11-26T10:00:00Z"))
    (outputs / "runs" / ".index.json").unlink()
    return outputs


def everything_stands(outputs: Path, bad: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The commands work on what is sound, and name what is not; what is taken for sound can be shown."""
    known = read_runs(outputs)
    assert len(known.rows) + len(known.problems) == 4
    assert len(known.rows) >= 3 and all(bad in problem and len(problem) < 2500 for problem in known.problems)
    for words in (["runs"], ["runs", "--json"], ["scorecard"], ["results"], ["results", "--json"]):
        assert main([*words, "--outputs", str(outputs)]) == 0, words
        told = capsys.readouterr()
        assert known.problems == [] or bad in told.err
    for scenario in ("one", "two"):
        versions(newest_answers(known.rows), scenario)
    store = Store(outputs)
    for pair in [pair for models in model_pairs(known.rows) for pair in find_pairs(known.rows, models)]:
        sheet = Sheet(pair, (store.load(pair.a), store.load(pair.b)), "anna", named=True)
        for number in (0, 1):
            is_escaped(sheet_markup.heading(sheet, number), sheet_markup.answer(sheet, number))
        is_escaped(sheet_markup.figure(sheet, store.frame_files(sheet_markup.shown_run(sheet))))


def show(run: Run, folder: Path) -> None:
    """What the pages make of a run."""
    side = side_of(run)
    texts = [markup.title(side, 0), markup.body(side), markup.measures(side), markup.clip_line("x", run.clip)]
    texts += [markup.asked(side), boxes.figure(run, folder)]
    if found := exhibit([run], [run.model.label], None):
        texts += [lanes_html(found.lanes), found.line(), markup.body(side, marks=found.marks(0))]
    try:
        sees = model_input(side.comparison, run.model, run.answer)
        texts += [headline([sees, sees]), *differences([sees, sees])]
    except CompareError as error:
        texts.append(str(error))
    is_escaped(*texts)


def is_escaped(*texts: str) -> None:
    assert not any("<img src=x" in text for text in texts)


class Damage:
    """One of the runs, in whose place any text can be put; then everything must stand."""

    def __init__(self, outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.outputs, self.capsys = outputs, capsys
        (self.row,) = [row for row in Store(outputs).rows() if (row.scenario, row.model) == ("two", "model-b")]
        self.path = Store(outputs).folder(self.row) / "analysis.json"
        self.record = json.loads(self.path.read_text())

    def put(self, text: str) -> None:
        (self.outputs / "runs" / ".index.json").unlink(missing_ok=True)
        self.path.write_text(text, encoding="utf-8", errors="surrogatepass")
        everything_stands(self.outputs, self.row.id, self.capsys)


@pytest.fixture
def damage(sound: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Damage:
    return Damage(Path(shutil.copytree(sound, tmp_path / "damaged")), capsys)


@given(at=st.sampled_from(PLACES), value=st.sampled_from(WRONG), remove=st.booleans())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_commands_and_pairs_stand_beside_any_field_of_any_value(
    at: Steps, value: Any, remove: bool, damage: Damage
) -> None:
    damage.put(json.dumps(without(damage.record, at) if remove else changed(damage.record, at, value)))


@pytest.mark.parametrize("at", PLACES, ids=lambda at: ".".join(map(str, at)))
def test_every_field_of_every_value_is_a_sentence_or_can_be_shown(at: Steps, damage: Damage) -> None:
    """All of them, one after the other; what the record takes is shown as the pages show it."""
    refusals = []
    for data in [*(changed(damage.record, at, value) for value in WRONG), without(damage.record, at)]:
        damage.path.write_text(json.dumps(data))
        try:
            show(load_record(damage.outputs, damage.row.path), damage.path.parent)
        except CompareError as error:
            refusals.append(error.message)
    assert refusals and all(damage.row.id in words and len(words) < 2500 for words in refusals)


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "null", "[]", "5", '"run"', "[" * 200_000, '{"a":' * 5000 + "1" + "}" * 5000),
        *("\x00" * 100, "\ud800", '{"id": "\\ud800"}', '{"schema_version": 1}'),
    ],
)  # fmt: skip
def test_what_is_no_record_at_all(text: str, damage: Damage) -> None:
    damage.put(text)


def test_a_record_that_is_not_there_a_folder_or_of_no_end(sound: Path, tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    shutil.copytree(sound, outputs)
    paths = [Store(outputs).folder(row) / "analysis.json" for row in Store(outputs).rows()]
    (outputs / "runs" / ".index.json").unlink()
    for path in paths[:3]:
        path.unlink()
    paths[0].mkdir()
    with paths[1].open("wb") as file:
        file.truncate(2**40)
    known = read_runs(outputs)
    assert len(known.rows) == 1 and len(known.problems) == 3
    assert any("larger than 64,000,000 bytes" in problem for problem in known.problems)
