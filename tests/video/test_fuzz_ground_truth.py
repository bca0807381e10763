"""A ground truth of a stranger: every field is given every wrong value, and it is a sentence or can be shown."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from conftest import ROOT
from wrong_values import WRONG, as_yaml, changed, places, without

from cosmos_compare.errors import CompareError
from cosmos_compare.ui.shared import truth_markup
from cosmos_compare.video.clips import load_ground_truth

SCENARIO = ROOT / "data" / "raw" / "scenarios_demo" / "scenario_01"
TRUTH = yaml.safe_load((SCENARIO / "ground_truth.yaml").read_text(encoding="utf-8"))
PLACES = sorted(places(TRUTH), key=str)


@pytest.mark.parametrize("at", PLACES, ids=lambda at: ".".join(map(str, at)))
def test_any_field_of_any_value(at: tuple[str | int, ...], tmp_path: Path) -> None:
    path = tmp_path / "ground_truth.yaml"
    for data in [*(changed(TRUTH, at, value) for value in WRONG), without(TRUTH, at)]:
        path.write_text(as_yaml(data), encoding="utf-8")
        try:
            shown = f"{path.name}: {truth_markup.truth(load_ground_truth(path))}"
        except CompareError as error:
            shown = str(error).split("<img")[0]  # a page escapes it
        assert path.name in shown and "<img src=x" not in shown


def test_a_field_that_was_left_empty_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "ground_truth.yaml"
    path.write_text("events:\nobjects:\nabsent:\nscene: a street\n", encoding="utf-8")
    found = load_ground_truth(path)
    assert (found.events, found.objects, found.absent, found.scene) == ((), {}, (), "a street")
