"""Tiny checkpoints of what came after Cosmos-Reason2, with random weights, as `tiny` makes the first two.

python -m cosmos_compare.demo.tiny_successors DIR      writes one folder for each of `BUILDERS`
"""

import argparse
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from safetensors.torch import save_file

from cosmos_compare.catalogue.weights import INDEX
from cosmos_compare.demo.tiny import random_model, reason2_parts
from cosmos_compare.engines.local.libraries import torch, transformers

# As the published checkpoint has them: diffusers' names in one folder, the vision tower's in another.
_DIFFUSERS = (
    (r"\.self_attn\.([qkv])_proj\.", r".self_attn.to_\1."),
    (r"\.self_attn\.o_proj\.", ".self_attn.to_out."),
    (r"\.self_attn\.([qk])_norm\.", r".self_attn.norm_\1."),
)
TRANSFORMER = "transformer/diffusion_pytorch_model-00001-of-00001.safetensors"
VISION = "vision_encoder/model.safetensors"


def build_cosmos3(folder: Path, seed: int) -> None:
    """A Cosmos3: a Qwen3-VL reasoner and a generator's weights in one checkpoint of two folders."""
    config, processor = reason2_parts(transformers.Cosmos3OmniConfig)
    model = random_model(transformers.Cosmos3OmniForConditionalGeneration, config, processor.tokenizer, seed)
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    (folder / "model.safetensors").unlink()
    files: dict[str, dict[str, Any]] = {TRANSFORMER: _generator(config), VISION: {}}
    for name, tensor in model.state_dict().items():
        where = VISION if name.startswith("model.visual.") else TRANSFORMER
        files[where][_published(name)] = tensor.clone()
    for name, tensors in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        save_file(tensors, folder / name, {"format": "pt"})
    index = {"metadata": {}, "weight_map": {tensor: name for name, tensors in files.items() for tensor in tensors}}
    (folder / INDEX).write_text(json.dumps(index), encoding="utf-8")


def _published(name: str) -> str:
    """A tensor's name in the published checkpoint."""
    name = name.removeprefix("model.visual.").removeprefix("model.language_model.")
    for ours, theirs in _DIFFUSERS:
        name = re.sub(ours, theirs, name)
    return name


def _generator(config: Any) -> dict[str, Any]:
    """Weights that the reasoner has no place for, of the kinds that a generator has."""
    width, layers = config.text_config.hidden_size, range(config.text_config.num_hidden_layers)
    names = ["proj_in.weight", "proj_out.weight", "time_embedder.linear_1.weight"]
    names += [f"layers.{n}.self_attn.add_q_proj.weight" for n in layers]
    names += [f"layers.{n}.mlp_moe_gen.up_proj.weight" for n in layers]
    return {name: torch.ones(width, width) for name in names}


BUILDERS: dict[str, Callable[[Path, int], None]] = {"cosmos3-tiny": build_cosmos3}


def build(folder: Path, name: str, seed: int = 0) -> Path:
    """Write one of `BUILDERS`; returns its folder. The same seed gives the same weights."""
    BUILDERS[name](folder / name, seed)
    return folder / name


def main() -> None:
    parser = argparse.ArgumentParser(description="Write tiny checkpoints with random weights.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    for name in BUILDERS:
        print(f"{name}={build(args.folder, name, args.seed)}")


if __name__ == "__main__":
    main()
