"""Weights of a vision tower as a GPU multiplies them fastest."""

from typing import Any

from cosmos_compare.engines.local.libraries import torch


def align_mlp(visual: Any) -> None:
    """Widen the gated layers of a vision tower with zeros to a multiple of 64, in place. Reason1's 3,420 is none of 8,
    and the products of a GPU are far slower for it; what is added multiplies to nothing."""
    for block in visual.blocks:
        mlp = block.mlp
        if not hasattr(mlp, "gate_proj") or mlp.gate_proj.weight.shape[0] % 8 == 0:
            continue
        missing = -mlp.gate_proj.weight.shape[0] % 64
        for layer in (mlp.gate_proj, mlp.up_proj):
            _widen(layer, "weight", (0, 0, 0, missing))
            _widen(layer, "bias", (0, missing))
        _widen(mlp.down_proj, "weight", (0, missing))


def _widen(layer: Any, name: str, sides: tuple[int, ...]) -> None:
    value = getattr(layer, name)
    if value is not None:
        padded = torch.nn.functional.pad(value.detach(), sides)
        setattr(layer, name, torch.nn.Parameter(padded, requires_grad=False))
