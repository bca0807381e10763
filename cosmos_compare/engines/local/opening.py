"""Which engine answers for a checkpoint: ours where its layers are those of our forward passes, else the library's."""

from pathlib import Path

from cosmos_compare.catalogue.checkpoint import read_json
from cosmos_compare.engines.base import Engine
from cosmos_compare.engines.local.engine import LocalEngine
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.library_engine import LibraryEngine
from cosmos_compare.records.schema import ModelSpec

# `model_type` of the architectures that `vision_pass`, `text_pass` and `positions` know.
OURS = frozenset({"qwen2_5_vl", "qwen3_vl", "cosmos3_omni"})


def open_engine(spec: ModelSpec, folder: Path, device: torch.device | None = None) -> Engine:
    """Load the checkpoint in `folder`. Raises `CompareError` with the next step."""
    ours = read_json(folder / "config.json").get("model_type") in OURS
    return LocalEngine(spec, folder, device=device) if ours else LibraryEngine(spec, folder, device=device)
