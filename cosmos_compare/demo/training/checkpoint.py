"""Checkpoints that plain `from_pretrained` loads: weights of the training network, tokenizer and processors."""

from pathlib import Path
from typing import Any

from tokenizers import Tokenizer
from torch import Tensor

from cosmos_compare.demo.training.architecture import REASON1, Architecture, save_config
from cosmos_compare.demo.words.chat import TEMPLATE
from cosmos_compare.engines.local.libraries import torch, transformers

HALF = [0.5, 0.5, 0.5]  # of Qwen3-VL's video processor; a server that reads frames as images normalises them by it


def write(arch: Architecture, weights: dict[str, Tensor], backend: Tokenizer, folder: Path) -> None:
    """Write the model in bfloat16, its tokenizer and processors."""
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=backend, eos_token="<|im_end|>", pad_token="<|endoftext|>"
    )
    model = library_model(arch, weights, tokenizer).to(torch.bfloat16)
    model.save_pretrained(folder)
    processor(arch, tokenizer).save_pretrained(folder)


def library_model(arch: Architecture, weights: dict[str, Tensor], tokenizer: Any) -> Any:
    """The library's model with the training network's weights; raises when a name does not fit."""
    first = arch is REASON1
    config_class, model_class = (
        (transformers.Qwen2_5_VLConfig, transformers.Qwen2_5_VLForConditionalGeneration)
        if first
        else (transformers.Qwen3VLConfig, transformers.Qwen3VLForConditionalGeneration)
    )
    config = config_class(**save_config(arch, len(tokenizer), token_ids(tokenizer)))
    model = model_class(config)
    missing, unexpected = model.load_state_dict(weights, strict=False)
    assert not unexpected, unexpected
    assert set(missing) <= ({"lm_head.weight"} if arch.tied else set()), missing
    model.tie_weights()
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    return model.eval()


def processor(arch: Architecture, tokenizer: Any) -> Any:
    if arch is REASON1:
        return transformers.Qwen2_5_VLProcessor(
            image_processor=transformers.Qwen2VLImageProcessor(), tokenizer=tokenizer,
            video_processor=transformers.Qwen2VLVideoProcessor(), chat_template=TEMPLATE,
        )  # fmt: skip
    return transformers.Qwen3VLProcessor(
        image_processor=transformers.Qwen2VLImageProcessor(patch_size=16, image_mean=HALF, image_std=HALF),
        tokenizer=tokenizer,
        video_processor=transformers.Qwen3VLVideoProcessor(size={"shortest_edge": 4096, "longest_edge": 8_388_608}),
        chat_template=TEMPLATE,
    )  # fmt: skip


def token_ids(tokenizer: Any) -> dict[str, int]:
    names = {
        "image_token_id": "<|image_pad|>", "video_token_id": "<|video_pad|>",
        "vision_start_token_id": "<|vision_start|>", "vision_end_token_id": "<|vision_end|>",
        "eos_token_id": "<|im_end|>", "pad_token_id": "<|endoftext|>",
    }  # fmt: skip
    return {key: tokenizer.convert_tokens_to_ids(token) for key, token in names.items()}
