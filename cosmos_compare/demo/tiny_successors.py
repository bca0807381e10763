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
from cosmos_compare.demo.tiny import byte_tokenizer, random_model, reason2_parts, text_sizes, token_ids
from cosmos_compare.demo.words.chat import TEMPLATE
from cosmos_compare.engines.local.libraries import torch, transformers

# As the published checkpoint has them: diffusers' names in one folder, the vision tower's in another.
_DIFFUSERS = (
    (r"\.self_attn\.([qkv])_proj\.", r".self_attn.to_\1."),
    (r"\.self_attn\.o_proj\.", ".self_attn.to_out."),
    (r"\.self_attn\.([qk])_norm\.", r".self_attn.norm_\1."),
)
TRANSFORMER = "transformer/diffusion_pytorch_model-00001-of-00001.safetensors"
VISION = "vision_encoder/model.safetensors"
# Thinking is on where nobody says, as Cosmos3 Edge and Qwen3.5 have it.
THINKING = TEMPLATE.replace(
    "{%- if add_generation_prompt %}<|im_start|>assistant\n{% endif -%}",
    "{%- if add_generation_prompt %}<|im_start|>assistant\n<think>\n"
    "{% if enable_thinking is defined and not enable_thinking %}\n</think>\n\n{% endif %}{% endif -%}",
)
LLAVA = TEMPLATE.replace("<|vision_start|><|video_pad|><|vision_end|>", "<video>\n")


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


def build_edge(folder: Path, seed: int) -> None:
    """A Cosmos3 Edge: SigLIP2, a text model without gates, one frame a token, thinking by a switch."""
    tokenizer = byte_tokenizer()
    rope = {"rope_type": "default", "rope_theta": 1e8, "mrope_section": [4, 2, 2]}
    config = transformers.Cosmos3EdgeConfig(
        **token_ids(tokenizer),
        projector_hidden_size=96,
        text_config={**text_sizes(tokenizer), "head_dim": 16, "rope_parameters": rope},
        vision_config={
            **{"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2},
            **{"num_patches": 64, "patch_size": 16},
        },
    )
    processor = transformers.Cosmos3EdgeProcessor(
        image_processor=transformers.Cosmos3EdgeImageProcessor(),
        tokenizer=tokenizer,
        video_processor=transformers.Cosmos3EdgeVideoProcessor(),
        chat_template=THINKING,
    )
    _save(transformers.Cosmos3EdgeForConditionalGeneration, config, processor, folder, seed)


def build_qwen3_5(folder: Path, seed: int) -> None:
    """A Qwen3.5: three of four layers are a gated DeltaNet."""
    tokenizer = byte_tokenizer()
    config = transformers.Qwen3_5Config(
        **token_ids(tokenizer),
        text_config={
            **text_sizes(tokenizer),
            **{"num_hidden_layers": 4, "head_dim": 32, "linear_num_key_heads": 2, "linear_num_value_heads": 4},
            **{"linear_key_head_dim": 16, "linear_value_head_dim": 16},
            "rope_parameters": {
                **{"rope_type": "default", "rope_theta": 1e7, "partial_rotary_factor": 0.5},
                **{"mrope_section": [4, 2, 2], "mrope_interleaved": True},
            },
        },
        vision_config={
            **{"depth": 2, "hidden_size": 32, "num_heads": 2, "intermediate_size": 64, "patch_size": 16},
            **{"num_position_embeddings": 64, "out_hidden_size": 64},
        },
    )
    processor = transformers.Qwen3VLProcessor(
        image_processor=transformers.Qwen2VLImageProcessor(patch_size=16),
        tokenizer=tokenizer,
        video_processor=transformers.Qwen3VLVideoProcessor(size={"shortest_edge": 4096, "longest_edge": 8_388_608}),
        chat_template=THINKING,
    )
    # Random gated layers forget much; of these weights the answer depends on the clip and on the question.
    _save(transformers.Qwen3_5ForConditionalGeneration, config, processor, folder, seed + 1)


def build_llava(folder: Path, seed: int) -> None:
    """A LLaVA-OneVision: squares of one size whatever comes, and not a word about the time."""
    tokenizer = byte_tokenizer("<image>", "<video>")
    config = transformers.LlavaOnevisionConfig(
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
        video_token_index=tokenizer.convert_tokens_to_ids("<video>"),
        image_grid_pinpoints=[[56, 56]],
        vision_config={
            **{"model_type": "siglip_vision_model", "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2},
            **{"num_attention_heads": 2, "image_size": 56, "patch_size": 14, "vision_use_head": False},
        },
        text_config={"model_type": "qwen2", **text_sizes(tokenizer)},
    )
    size = {"height": 56, "width": 56}
    processor = transformers.LlavaOnevisionProcessor(
        image_processor=transformers.LlavaOnevisionImageProcessor(size=size, image_grid_pinpoints=[[56, 56]]),
        tokenizer=tokenizer,
        video_processor=transformers.LlavaOnevisionVideoProcessor(size=size),
        num_image_tokens=16,
        vision_feature_select_strategy="full",
        chat_template=LLAVA,
    )
    _save(transformers.LlavaOnevisionForConditionalGeneration, config, processor, folder, seed)


def _save(model_class: Any, config: Any, processor: Any, folder: Path, seed: int) -> None:
    random_model(model_class, config, processor.tokenizer, seed).save_pretrained(folder)
    processor.save_pretrained(folder)


BUILDERS: dict[str, Callable[[Path, int], None]] = {
    "cosmos3-tiny": build_cosmos3,
    "edge-tiny": build_edge,
    "qwen3_5-tiny": build_qwen3_5,
    "llava-tiny": build_llava,
}


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
