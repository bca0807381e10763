"""Which card a model's weights go to."""

from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.memory import device_name, room_on
from cosmos_compare.language import Text, listed

GB = 10**9


def cards() -> list[torch.device]:
    """All that this process may use, as CUDA_VISIBLE_DEVICES says; none on a machine without."""
    return [torch.device("cuda", number) for number in range(torch.cuda.device_count())]


def roomiest(devices: list[torch.device]) -> torch.device | None:
    """The card with most free memory, so that two models on two cards have one each; None without a card."""
    return max(devices, key=room_on, default=None)


def free_cards(needed: int, there: str) -> list[torch.device]:
    """Cards with room for so many bytes, but those whose names stand in `there`."""
    taken = there.split("; ")
    return [device for device in cards() if device_name(device) not in taken and room_on(device) >= needed]


def shortage(needed: int) -> str:
    """Why a model that needs so many bytes fits on none of the cards, with what was found there; empty if it does."""
    found = [(device_name(device), room_on(device), _size(device)) for device in cards()]
    if not found or any(room >= needed for _, room, _ in found):
        return ""
    told = listed(
        [
            Text("{name}: {room:.1f} of {size:.1f} GB free", name=name, room=room / GB, size=size / GB)
            for name, room, size in found
        ],
        "; ",
    )
    return Text("It needs {needed:.1f} GB. {told}.", needed=needed / GB, told=told)


def _size(device: torch.device) -> int:
    return int(torch.cuda.get_device_properties(device).total_memory)
