"""Which card a model goes to: on described cards, and on what torch tells of them."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

from cosmos_compare.engines import load
from cosmos_compare.engines.local import opening, placement
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.placement import Card, best_card, free_cards, shortage
from cosmos_compare.errors import CompareError
from cosmos_compare.records.schema import ModelSpec

GB = 10**9


def card(number: int, room: float, size: float = 80, **more: bool) -> Card:
    return Card(torch.device("cuda", number), f"GPU, card {number}", int(room * GB), int(size * GB), **more)


def chosen(cards: list[Card], needed: float) -> int | None:
    device = best_card(cards, int(needed * GB))
    return None if device is None else device.index


def test_where_no_card_is_there_is_no_choice() -> None:
    assert chosen([], 1) is None
    assert shortage([], 10**12) == "", "a processor is another matter"
    assert free_cards([], 1, "cpu") == []


def test_the_card_with_most_room_and_only_one_that_has_enough() -> None:
    assert chosen([card(0, 20), card(1, 60), card(2, 40)], 17) == 1
    assert chosen([card(0, 17), card(1, 3)], 17) == 0, "just enough is enough"
    assert chosen([card(0, 16.9), card(1, 3)], 17) is None


def test_two_models_on_two_cards_have_one_each() -> None:
    """Also where the first card has more room left than the second one has at all."""
    assert chosen([card(0, 80), card(1, 24, 24)], 20) == 0
    assert chosen([card(0, 60, ours=True), card(1, 24, 24)], 7) == 1
    assert chosen([card(0, 60, ours=True), card(1, 5, 24)], 7) == 0, "a card of its own must have room"
    assert chosen([card(0, 60, ours=True), card(1, 70, ours=True)], 7) == 1


def test_a_card_without_the_fast_path_is_the_last_choice() -> None:
    assert chosen([card(0, 30, ours=True), card(1, 40, 40, fast=False)], 7) == 0
    assert chosen([card(0, 3, ours=True), card(1, 40, 40, fast=False)], 7) == 1


def test_replicas_go_where_the_model_is_not_and_fits() -> None:
    cards = [card(0, 60), card(1, 60), card(2, 5), card(3, 17)]
    assert [device.index for device in free_cards(cards, 17 * GB, "GPU, card 0")] == [1, 3]
    assert [device.index for device in free_cards(cards, 17 * GB, "GPU, card 0; GPU, card 3")] == [1]
    many = [card(1, 60), card(11, 60)]
    assert [device.index for device in free_cards(many, GB, "GPU, card 1")] == [11], "names are compared whole"


def test_a_slice_of_a_card_is_a_card() -> None:
    part = Card(torch.device("cuda", 0), "NVIDIA A100-SXM4-80GB MIG 3g.40gb", 39 * GB, 40 * GB)
    assert best_card([part], 17 * GB) == part.device
    assert shortage([part], 41 * GB) == "It needs 41.0 GB. NVIDIA A100-SXM4-80GB MIG 3g.40gb: 39.0 of 40.0 GB free."


def test_what_is_found_is_said_of_each_card() -> None:
    found = shortage([card(0, 3.14), card(1, 7, 24)], 20 * GB)
    assert found == "It needs 20.0 GB. GPU, card 0: 3.1 of 80.0 GB free; GPU, card 1: 7.0 of 24.0 GB free."
    assert shortage([card(0, 3), card(1, 20)], 20 * GB) == ""


def test_cards_have_the_numbers_of_nvidia_smi() -> None:
    """CUDA reads it when the first card is used; whoever sets it otherwise is not overruled."""
    assert os.environ["CUDA_DEVICE_ORDER"] in ("PCI_BUS_ID", "FASTEST_FIRST")


def test_cards_are_those_that_torch_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """Free memory counts, and what torch holds and nobody uses."""
    tell = {
        "device_count": lambda: 2,
        "get_device_name": lambda device: "NVIDIA A100",
        "mem_get_info": lambda device: ((30 + device.index) * GB, 80 * GB),
        "memory_reserved": lambda device: 10 * GB * (1 - device.index),
        "memory_allocated": lambda device: 8 * GB * (1 - device.index),
        "get_device_properties": lambda device: SimpleNamespace(total_memory=80 * GB, major=8 - device.index),
    }
    for name, value in tell.items():
        monkeypatch.setattr(torch.cuda, name, value)
    assert placement.cards() == [
        Card(torch.device("cuda", 0), "NVIDIA A100, card 0", 32 * GB, 80 * GB, fast=True, ours=True),
        Card(torch.device("cuda", 1), "NVIDIA A100, card 1", 31 * GB, 80 * GB, fast=False, ours=False),
    ]


def test_a_model_that_fits_nowhere_makes_room_once_and_is_then_refused_before_it_loads(
    specs: dict[str, ModelSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second process fills the card: both are told in numbers."""
    room = [1e-6]
    opened: list[object] = []
    monkeypatch.setattr(placement, "cards", lambda: [card(0, room[0])])
    monkeypatch.setattr(opening, "open_engine", lambda spec, folder, device: opened.append(device))
    asked: list[str] = []
    with pytest.raises(CompareError, match=r"does not fit on any card now\. It needs .* GPU, card 0: 0\.0 of 80\.0 GB"):
        load.load_engine(specs["reason2-tiny"], lambda: asked.append("room"))
    assert (asked, opened) == (["room"], [])
    load.load_engine(specs["reason2-tiny"], lambda: room.append(room.pop() + 1))
    assert opened == [torch.device("cuda", 0)], "what others gave back is enough"
    load.load_engine(specs["reason2-tiny"], lambda: asked.append("again"))
    assert asked == ["room"], "nobody makes room where there is room"
