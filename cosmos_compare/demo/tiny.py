"""Tiny checkpoints of the two true architectures with random weights, made offline in a second.

They say nothing sensible; tests run the very same engine on them that the real models use.

    python -m cosmos_compare.demo.tiny DIR      writes DIR/reason1-tiny and DIR/reason2-tiny
"""

import argparse
from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers

from cosmos_compare.demo.words.chat import SPECIAL, TAGS, TEMPLATE
from cosmos_compare.engines.local.libraries import torch, transformers

TEXT = {"hidden_size": 64, "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2}


def build(folder: Path, seed: int = 0) -> dict[str, Path]:
    """Write both checkpoints; returns their folders by name. The same seed gives the same weights."""
    folders = {"reason1-tiny": folder / "reason1-tiny", "reason2-tiny": folder / "reason2-tiny"}
    build_reason1(folders["reason1-tiny"], seed)
    build_reason2(folders["reason2-tiny"], seed)
    return folders


def build_reason1(folder: Path, seed: int) -> None:
    """A Qwen2.5-VL with windowed and full attention in its vision tower."""
    tokenizer = byte_tokenizer()
    config = transformers.Qwen2_5_VLConfig(
        **token_ids(tokenizer),
        tie_word_embeddings=False,
        text_config={
            **text_sizes(tokenizer),
            "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [2, 3, 3]},
        },
        vision_config={
            "depth": 3,
            "hidden_size": 32,
            "num_heads": 2,
            "intermediate_size": 64,
            "patch_size": 14,
            "window_size": 112,
            "fullatt_block_indexes": [1],  # below the depth, or full attention is never reached
            "out_hidden_size": TEXT["hidden_size"],
            "tokens_per_second": 2,
        },
    )
    processor = transformers.Qwen2_5_VLProcessor(
        image_processor=transformers.Qwen2VLImageProcessor(),
        tokenizer=tokenizer,
        video_processor=transformers.Qwen2VLVideoProcessor(),
        chat_template=TEMPLATE,
    )
    _save(transformers.Qwen2_5_VLForConditionalGeneration, config, processor, folder, seed)


def build_reason2(folder: Path, seed: int) -> None:
    """A Qwen3-VL with deepstack and interleaved rotary positions."""
    config, processor = reason2_parts(transformers.Qwen3VLConfig)
    _save(transformers.Qwen3VLForConditionalGeneration, config, processor, folder, seed)


def reason2_parts(config_class: Any) -> tuple[Any, Any]:
    """Config and processor of a Qwen3-VL, or of an architecture that is the same by another name."""
    tokenizer = byte_tokenizer()
    config = config_class(
        **token_ids(tokenizer),
        tie_word_embeddings=False,
        text_config={
            **text_sizes(tokenizer),
            "head_dim": 16,
            "rope_parameters": {
                "rope_type": "default",
                "rope_theta": 5e6,
                "mrope_section": [4, 2, 2],
                "mrope_interleaved": True,
            },
        },
        vision_config={
            "depth": 3,
            "hidden_size": 32,
            "num_heads": 2,
            "intermediate_size": 64,
            "patch_size": 16,
            "num_position_embeddings": 64,
            "deepstack_visual_indexes": [0, 1],  # below the depth, or the mergers are never called
            "out_hidden_size": TEXT["hidden_size"],
        },
    )
    processor = transformers.Qwen3VLProcessor(
        image_processor=transformers.Qwen2VLImageProcessor(patch_size=16),
        tokenizer=tokenizer,
        video_processor=transformers.Qwen3VLVideoProcessor(size={"shortest_edge": 4096, "longest_edge": 8_388_608}),
        chat_template=TEMPLATE,
    )
    return config, processor


def byte_tokenizer(*more: str) -> transformers.PreTrainedTokenizerFast:
    """One token a byte, and the special tokens of both models and `more`. Special ones are hidden in text, tags not."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    backend = Tokenizer(models.BPE(vocab={char: index for index, char in enumerate(alphabet)}, merges=[]))
    backend.normalizer = normalizers.NFC()
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    backend.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in (*SPECIAL, *more)])
    backend.add_tokens([AddedToken(tag, special=False, normalized=False) for tag in TAGS])
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=backend, eos_token="<|im_end|>", pad_token="<|endoftext|>"
    )


def token_ids(tokenizer: transformers.PreTrainedTokenizerFast) -> dict[str, int]:
    names = {
        "image_token_id": "<|image_pad|>",
        "video_token_id": "<|video_pad|>",
        "vision_start_token_id": "<|vision_start|>",
        "vision_end_token_id": "<|vision_end|>",
    }
    return {key: tokenizer.convert_tokens_to_ids(token) for key, token in names.items()}


def text_sizes(tokenizer: transformers.PreTrainedTokenizerFast) -> dict[str, Any]:
    return {
        **TEXT,
        "intermediate_size": 128,
        "vocab_size": len(tokenizer),
        "max_position_embeddings": 32768,
        "bos_token_id": None,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }


def random_model(model_class: Any, config: Any, tokenizer: Any, seed: int) -> Any:
    """A model with random weights, larger than usual ones, so that the answer depends on what is seen."""
    torch.manual_seed(seed)
    config.initializer_range = config.text_config.initializer_range = config.vision_config.initializer_range = 0.15
    model = model_class(config)
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    return model


def _save(model_class: Any, config: Any, processor: Any, folder: Path, seed: int) -> None:
    random_model(model_class, config, processor.tokenizer, seed).save_pretrained(folder)
    processor.save_pretrained(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write tiny checkpoints with random weights.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    for name, folder in build(args.folder, args.seed).items():
        print(f"{name}={folder}")


if __name__ == "__main__":
    main()
