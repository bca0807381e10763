"""Loading a model beside others that answer.

While transformers builds a model it sets torch's default dtype for the whole process. Whoever computes with a plain
number or makes a tensor without a dtype meanwhile gets bfloat16: positions and the pixels' mean would be rounded, and
the mean even be kept. So building, a fraction of a second of loading, and reading a prompt take turns.
"""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from cosmos_compare.engines.local.libraries import AutoConfig, AutoProcessor, torch, transformers

SAFE: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
_turn = threading.Lock()


@contextmanager
def no_model_is_built() -> Iterator[None]:
    """Meanwhile torch's default dtype stays what it is."""
    with _turn:
        yield


def load_processor(folder: Path) -> Any:
    return AutoProcessor.from_pretrained(folder, **SAFE)


def load_model(folder: Path, dtype: torch.dtype, device: torch.device) -> Any:
    """A checkpoint that sees and writes, from safetensors only. Raises what transformers raises."""
    config = AutoConfig.from_pretrained(folder, **SAFE)
    architecture = transformers.MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING[type(config)]

    def get_init_context(cls: Any, *args: Any, **kwargs: Any) -> list[AbstractContextManager[Any]]:
        return [no_model_is_built(), *architecture.get_init_context(*args, **kwargs)]

    # Of the whole load only this part must be alone, and this is where transformers lets one in.
    names = {"get_init_context": classmethod(get_init_context), "__module__": architecture.__module__}
    taking_turns: Any = type(architecture.__name__, (architecture,), names)
    model = taking_turns.from_pretrained(
        folder, config=config, dtype=dtype, use_safetensors=True, device_map=device, **SAFE
    )
    model.__class__ = architecture
    return model.eval()
