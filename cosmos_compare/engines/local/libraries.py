"""torch, torchvision and transformers, imported once and whole.

Two faults are cured here and nowhere else. First imports of transformers' lazy names from two threads race
("cannot import name 'AutoProcessor'"): everything needed is named below, and Python's import lock does the rest.
And torchvision from one index beside a CPU-only torch from another lacks its compiled operators and fails at
import with "operator torchvision::nms does not exist", which transformers reports as a missing AutoProcessor:
declaring the operators' signatures is enough, for resizing does not need them. On a matched install nothing
happens.
"""

import importlib
import os
import sys

# Cards are numbered as nvidia-smi and `doctor` number them; CUDA by itself would begin with the fastest.
os.environ.setdefault("CUDA_DEVICE_ORDER", "PCI_BUS_ID")

import torch

_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
_declared: list[torch.library.Library] = []  # an operator lives as long as its library object


def _import_torchvision() -> None:
    try:
        importlib.import_module("torchvision")
    except RuntimeError as error:
        if "torchvision::" not in str(error):
            raise
        library = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
        for schema in _SCHEMAS:
            library.define(schema)  # type: ignore[no-untyped-call]
        _declared.append(library)
        for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        importlib.import_module("torchvision")


_import_torchvision()

import transformers  # noqa: E402  torchvision must be whole before
from qwen_vl_utils.vision_process import smart_resize  # noqa: E402
from transformers import (  # noqa: E402
    AutoConfig,
    AutoModelForImageTextToText,
    AutoProcessor,
    GenerationConfig,
    LogitsProcessor,
    LogitsProcessorList,
    RepetitionPenaltyLogitsProcessor,
    StoppingCriteria,
    StoppingCriteriaList,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
    vision_utils,
)
from transformers.generation.streamers import BaseStreamer  # noqa: E402
from transformers.video_utils import VideoMetadata  # noqa: E402

# Loading is shown by whoever asked for it.
transformers.utils.logging.disable_progress_bar()

__all__ = [
    "AutoConfig",
    "AutoModelForImageTextToText",
    "AutoProcessor",
    "BaseStreamer",
    "GenerationConfig",
    "LogitsProcessor",
    "LogitsProcessorList",
    "RepetitionPenaltyLogitsProcessor",
    "StoppingCriteria",
    "StoppingCriteriaList",
    "TemperatureLogitsWarper",
    "TopKLogitsWarper",
    "TopPLogitsWarper",
    "VideoMetadata",
    "smart_resize",
    "torch",
    "transformers",
    "vision_utils",
]
