"""The two architectures: their sizes, what differs, and the configuration written beside the weights."""

from dataclasses import dataclass
from typing import Any

from cosmos_compare.demo.words.asked import Manner

HIDDEN, LAYERS, HEADS, KV_HEADS, HEAD, MLP = 256, 5, 4, 2, 64, 640
VISION, DEPTH, VISION_HEADS = 128, 6, 4
ROWS, COLUMNS = 8, 14  # patches of one pair of frames
PATCHES, TOKENS = ROWS * COLUMNS, ROWS * COLUMNS // 4
EPS = 1e-6


@dataclass(frozen=True)
class Architecture:
    """What differs between the two, and the configuration written beside the weights."""

    manner: Manner
    patch: int
    theta: float
    sections: tuple[int, int, int]
    interleaved: bool
    vision_mlp: int
    tied: bool

    @property
    def frame(self) -> tuple[int, int]:
        """Width and height of a frame at the model, pixels."""
        return COLUMNS * self.patch, ROWS * self.patch


REASON1 = Architecture("driver", 14, 1e6, (8, 12, 12), False, 384, False)
REASON2 = Architecture("analyst", 16, 5e6, (12, 10, 10), True, 512, True)
WINDOW = 112 // REASON1.patch // 2  # merged tokens a side of an attention window of reason1
FULL = (1, 3, 5)  # its blocks with full attention
DEEPSTACK = (1, 3)  # blocks of reason2 whose features also enter the text layers


def save_config(arch: Architecture, vocabulary: int, token_ids: dict[str, int]) -> dict[str, Any]:
    """The keyword arguments of the library's configuration class."""
    text: dict[str, Any] = {
        "hidden_size": HIDDEN, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS,
        "num_key_value_heads": KV_HEADS, "intermediate_size": MLP, "vocab_size": vocabulary, "rms_norm_eps": EPS,
        "max_position_embeddings": 32768, "bos_token_id": None, "eos_token_id": token_ids["eos_token_id"],
        "pad_token_id": token_ids["pad_token_id"], "tie_word_embeddings": arch.tied,
        "rope_parameters": {"rope_type": "default", "rope_theta": arch.theta, "mrope_section": list(arch.sections)},
    }  # fmt: skip
    vision: dict[str, Any] = {
        "depth": DEPTH, "hidden_size": VISION, "num_heads": VISION_HEADS, "intermediate_size": arch.vision_mlp,
        "patch_size": arch.patch, "out_hidden_size": HIDDEN, "temporal_patch_size": 2, "spatial_merge_size": 2,
    }  # fmt: skip
    if arch.manner == "driver":
        vision |= {
            "window_size": 112,
            "fullatt_block_indexes": list(FULL),
            "tokens_per_second": 2,
            "hidden_act": "silu",
        }
    else:
        text |= {"head_dim": HEAD}
        text["rope_parameters"] |= {"mrope_interleaved": True}
        vision |= {"num_position_embeddings": 256, "deepstack_visual_indexes": list(DEEPSTACK)}
    ids = {key: value for key, value in token_ids.items() if key not in ("eos_token_id", "pad_token_id")}
    return {"text_config": text, "vision_config": vision, "tie_word_embeddings": arch.tied, **ids}
