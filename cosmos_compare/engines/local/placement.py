"""Which card a model's weights go to."""

from collections.abc import Sequence
from dataclasses import dataclass

from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.memory import device_name, room_on
from cosmos_compare.language import Text, listed

GB = 10**9
FAST_CAPABILITY = 8  # Ampere: bfloat16 in the tensor cores


@dataclass(frozen=True)
class Card:
    """A card that this process may use: `room` bytes of its `size` can be had now. `fast`: its compute capability is
    enough for our kernels; `ours`: a model of this process is there."""

    device: torch.device
    name: str
    room: int
    size: int
    fast: bool = True
    ours: bool = False


def cards() -> list[Card]:
    """All that CUDA_VISIBLE_DEVICES leaves; none on a machine without."""
    return [_card(torch.device("cuda", number)) for number in range(torch.cuda.device_count())]


def best_card(found: Sequence[Card], needed: int) -> torch.device | None:
    """Where to load a model that needs so many bytes; None where no card has room for them.

    On a card of its own, also where another one has more room: two models on one card share its bandwidth. A card on
    which only the slow path runs is the last choice.
    """
    fits = [card for card in found if card.room >= needed]
    best = max(fits, key=lambda card: (card.fast, not card.ours, card.room), default=None)
    return best.device if best else None


def free_cards(found: Sequence[Card], needed: int, there: str) -> list[torch.device]:
    """Cards with room for so many bytes, but those whose names stand in `there`, with semicolons between."""
    taken = there.split("; ")
    return [card.device for card in found if card.name not in taken and card.room >= needed]


def shortage(found: Sequence[Card], needed: int) -> str:
    """Why a model that needs so many bytes fits on none of the cards, with what was found there; empty if it does."""
    if not found or any(card.room >= needed for card in found):
        return ""
    told = listed(
        [
            Text("{name}: {room:.1f} of {size:.1f} GB free", name=card.name, room=card.room / GB, size=card.size / GB)
            for card in found
        ],
        "; ",
    )
    return Text("It needs {needed:.1f} GB. {told}.", needed=needed / GB, told=told)


def _card(device: torch.device) -> Card:
    properties = torch.cuda.get_device_properties(device)
    return Card(
        device,
        device_name(device),
        room_on(device),
        int(properties.total_memory),
        fast=properties.major >= FAST_CAPABILITY,
        ours=torch.cuda.memory_allocated(device) > 0,
    )
