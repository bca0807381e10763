"""Whatever stands in any field of a row, it costs that row and says why; nothing else is hurt."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from import_files import CLIPS, FILES, lay_out
from wrong_values import WRONG, changed, places, without

from cosmos_compare.errors import CompareError
from cosmos_compare.imports.source import ImportWishes
from cosmos_compare.imports.take import take_in
from cosmos_compare.video.clips import load_ground_truth

JSON = [name for name in CLIPS if name.endswith(".json")]
SHARE = 7


def tried(path: Path, data: Any, outputs: Path) -> list[str]:
    """What is said of a file with this content; nothing where all of it is taken."""
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    try:
        (own,) = take_in(path, outputs, ImportWishes())
    except CompareError as error:
        return [str(error)]
    for item in own.items:
        scenario = own.scenario(item)
        assert scenario.video.is_file() and scenario.video.is_relative_to(path.parent)
        if scenario.ground_truth:
            load_ground_truth(scenario.ground_truth)
    return [why for _, why in own.facts.left_out]


@pytest.mark.parametrize("name", JSON)
def test_any_field_of_any_value_costs_its_row(name: str, tmp_path: Path) -> None:
    path, data = lay_out(name, tmp_path), json.loads((FILES / name).read_text())
    told = []
    for number, at in enumerate(sorted(places(data), key=str)):
        # All of them were tried once; a seventh, another one for each place, holds the line.
        for value in WRONG[number % SHARE :: SHARE]:
            told += tried(path, changed(data, at, value), tmp_path / "outputs")
        told += tried(path, without(data, at), tmp_path / "outputs")
    assert all(words and len(words) < 1000 for words in told)
    assert told or name.endswith(".label.json"), "a label is taken whatever its fields are"


@pytest.mark.parametrize("name", [name for name in CLIPS if not name.endswith(".json")])
def test_a_table_or_lines_cut_anywhere_are_read_as_far_as_they_go(name: str, tmp_path: Path) -> None:
    path = lay_out(name, tmp_path)
    text = (FILES / name).read_text()
    for end in range(0, len(text), 31):
        tried(path, text[:end], tmp_path / "outputs")
        tried(path, text[end:], tmp_path / "outputs")
        tried(path, text[:end] + '"\x00\ud7ff\n' + text[end:], tmp_path / "outputs")
