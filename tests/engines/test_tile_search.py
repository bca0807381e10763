"""The tiles of a card that nobody has measured: searched once, kept, and never at the price of other bits."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cosmos_compare.engines.local import tile_search
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.tile_search import PRODUCTS, fit_to_card, search
from cosmos_compare.engines.local.tiles import NARROW, Tile, Tiles, fitted
from cosmos_compare.paths import card_facts

A100 = "NVIDIA A100-SXM4-80GB"
FAST = Tile(32, 128, 4, 3)


class Step:
    """What a search sees of a decoding step: tiles that are made to fit a card with little shared memory."""

    def __init__(self) -> None:
        self.width, self.inner = 2048, 6144
        self.x = torch.zeros(1, dtype=torch.bfloat16)
        self.position = torch.full((16,), -1, dtype=torch.int32)
        self.uses: list[Tiles] = []
        self.use(NARROW)

    def use(self, tiles: Tiles) -> None:
        made = {name: fitted(getattr(tiles, name), 6144, 2048, 2, 160_000) for name in PRODUCTS}
        self.tiles = tiles._replace(**made)
        self.uses.append(self.tiles)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    # The products of a stand-in are named, not done: the stopwatch below knows how long each takes.
    monkeypatch.setattr(tile_search, "products", lambda step: {name: SimpleNamespace(name=name) for name in PRODUCTS})


def stopwatch(step: Step, log: list[Tile]) -> Any:
    """FAST is the fastest of all; what has two stages can't be run."""

    def milliseconds(work: Any) -> float:
        assert (step.position == tile_search.PLACE).all(), "measured as in a long answer"
        tile = getattr(step.tiles, work.name)
        log.append(tile)
        if tile.stages == 2:
            raise RuntimeError("out of resource: shared memory")
        return 1.0 if tile == FAST else 2.0 + len(log) / 1000

    return milliseconds


def test_the_fastest_is_used_and_kept_for_the_card() -> None:
    step, log = Step(), []
    before = step.tiles
    fit_to_card(step, A100, stopwatch(step, log))
    assert step.tiles.project == step.tiles.swiglu == step.tiles.head == FAST
    assert (step.tiles.out.n, step.tiles.down.n) == (before.out.n, before.down.n), "squares are summed in these pieces"
    assert (step.position == -1).all()
    again, more = Step(), []
    fit_to_card(again, A100, stopwatch(again, more))
    assert (again.tiles, more) == (step.tiles, []), "nothing is measured at the second start"
    fit_to_card(again, "NVIDIA L40S", stopwatch(again, more))
    assert more, "another card is another matter"
    assert len(json.loads(card_facts().read_text())) == 2


def test_a_card_whose_tiles_are_known_is_not_measured() -> None:
    step, log = Step(), []
    fit_to_card(step, "NVIDIA H100 80GB HBM3", stopwatch(step, log))
    assert log == [] and len(step.uses) == 1 and not card_facts().exists()


@pytest.mark.parametrize("content", ["", "[1]", "{}", '{"KEY": {"project": [1, 2]}}', '{"KEY": 3}', "\0"])
def test_a_file_that_is_not_ours_is_measured_anew_and_replaced(content: str) -> None:
    step, log = Step(), []
    fit_to_card(step, A100, stopwatch(step, log))
    (key,) = json.loads(card_facts().read_text())
    card_facts().write_text(content.replace("KEY", key))
    count = len(log)
    fit_to_card(step, A100, stopwatch(step, log))
    assert len(log) > count and set(json.loads(card_facts().read_text())[key]) == set(PRODUCTS)


def test_time_is_bounded_and_what_fits_now_is_always_an_answer() -> None:
    step, log = Step(), []
    before = step.tiles
    assert search(step, tile_search.products(step), stopwatch(step, log), lambda: True) == before
    assert len(log) == len(PRODUCTS)


def test_who_closes_meanwhile_keeps_nothing() -> None:
    step, log = Step(), []
    fit_to_card(step, A100, stopwatch(step, log), lambda: True)
    assert len(log) == len(PRODUCTS) and not card_facts().exists()


def test_where_nothing_can_be_kept_the_tiles_are_used_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    step, log = Step(), []
    fit_to_card(step, A100, stopwatch(step, log))
    assert step.tiles.project == FAST
