"""The device's memory: its size, getting something there, when it was not enough, and giving it back."""

import gc
import weakref
from contextlib import AbstractContextManager, ExitStack
from typing import Any, Protocol

from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.machine.facts import available_memory


def gpu_memory(device: torch.device) -> int | None:
    """Bytes of all its memory; None for a CPU."""
    return None if device.type == "cpu" else int(torch.cuda.get_device_properties(device).total_memory)


def on_stream(device: torch.device, stream: Any) -> AbstractContextManager[Any]:
    """Work of this thread goes to a stream of the device; nothing on a CPU, where there is no stream."""
    stack = ExitStack()
    if device.type == "cuda":
        stack.enter_context(torch.cuda.device(device))
        stack.enter_context(torch.cuda.stream(stream))
    return stack


def device_name(device: torch.device) -> str:
    """The card's name, with its number where there are several; "cpu" without one."""
    if device.type == "cpu":
        return "cpu"
    name = torch.cuda.get_device_name(device)
    return f"{name}, card {device.index}" if torch.cuda.device_count() > 1 else name


def room_on(device: torch.device) -> int:
    """Bytes that can be had on a device: free ones, and those that torch holds and nobody uses. Of a CPU without end
    where the system doesn't tell."""
    if device.type == "cpu":
        found = available_memory()
        return 1 << 62 if found is None else found
    free, _ = torch.cuda.mem_get_info(device)
    return int(free + torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device))


def upload(tensor: torch.Tensor, device: torch.device) -> torch.Tensor:
    """A copy on the device, for which nobody waits: a plain copy would wait for all work that is under way there."""
    return tensor if device.type == "cpu" else tensor.pin_memory().to(device, non_blocking=True)


class HoldsSpareMemory(Protocol):
    """Something that keeps memory for its next use."""

    def trim(self) -> None:
        """Give back what is not in use."""
        ...


_spare: "weakref.WeakSet[HoldsSpareMemory]" = weakref.WeakSet()


def holds_spare_memory(holder: HoldsSpareMemory) -> None:
    """Say that `holder` has some, which it is asked for when any model of this process lacks it."""
    _spare.add(holder)


def free_memory() -> None:
    """Give back what nobody holds any more, and what is kept for a next use."""
    for holder in list(_spare):
        holder.trim()
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def is_out_of_memory(error: Exception) -> bool:
    # A CPU allocation that fails has no class of its own, nor has a thread for whose stack there is no room.
    signs = ("DefaultCPUAllocator", "can't start new thread", "out of memory", "CUBLAS_STATUS_ALLOC_FAILED")
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or any(sign in str(error) for sign in signs)
