"""Loading a checkpoint: from safetensors only, whole, and beside other models that answer (`building`)."""

import logging
import re
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError

from cosmos_compare.catalogue.checkpoint import (
    check_json_files,
    numbers_of_weights,
    quantisation,
    read_json,
    weights_bytes,
)
from cosmos_compare.engines.local.building import a_model_is_built
from cosmos_compare.engines.local.libraries import AutoConfig, AutoProcessor, torch, transformers
from cosmos_compare.errors import CompareError
from cosmos_compare.language import N_, Text, listed
from cosmos_compare.records.model_spec import ModelSpec

CHECK = Text("Check that the checkpoint is whole, and made for this architecture (merged, not renamed).")
SHOWN = 3  # names of weights in a sentence
SAFE: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
# What transformers runs into when the files of a checkpoint hold something else than it takes for granted.
UNLOADABLE = (
    *(OSError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError, ImportError),
    *(RuntimeError, SafetensorError, StrictDataclassError),
)
# The library's own table of weights that were not loaded; ours names them in a sentence.
logging.getLogger("transformers.modeling_utils").addFilter(lambda record: "LOAD REPORT" not in record.getMessage())


def load_checkpoint(
    spec: ModelSpec, folder: Path, device: torch.device, check: Callable[[Any], None]
) -> tuple[Any, Any]:
    """The processor and the model in `folder`: the spec's dtype on a GPU, float32 on a CPU (bfloat16 is slower there).

    `check` looks at the processor before the weights are read. Raises `CompareError` with the next step.
    """
    dtype = getattr(torch, spec.dtype) if device.type == "cuda" else torch.float32
    try:
        processor = load_processor(folder)
        check(processor)
        return processor, load_model(folder, dtype, device)
    except torch.OutOfMemoryError as error:
        raise CompareError(
            "{label} does not fit in the free GPU memory.",
            "Run one model at a time, or free the GPU.",
            label=spec.label,
        ) from error
    except CompareError as error:
        raise CompareError(
            "{label}: {folder} can't be used. {why}", error.hint, label=spec.label, folder=folder, why=error.message
        ) from error
    except UNLOADABLE as error:
        hint = N_("Check that the checkpoint is complete and in safetensors form.")
        if isinstance(error, ImportError):
            hint = N_("Install what is missing into this program's environment.")
        raise CompareError(
            "{label}: {folder} can't be loaded ({reason}).",
            Text(hint),
            label=spec.label,
            folder=folder,
            reason=first_line(error),
        ) from error


def first_line(error: Exception) -> str:
    """What an exception says, short enough for a sentence."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]


def load_processor(folder: Path) -> Any:
    """What turns frames and text into tensors. Raises what transformers raises."""
    check_json_files(folder)
    processor = AutoProcessor.from_pretrained(folder, **SAFE)
    if not getattr(processor, "chat_template", None):
        # Tools that fine-tune keep it with the tokenizer.
        processor.chat_template = processor.tokenizer.chat_template
    return processor


def architecture_of(folder: Path) -> tuple[Any, Any]:
    """The config of a checkpoint and the library's class for it. Raises what transformers raises, and `CompareError`
    for an architecture that this version does not know, or that does not see."""
    kind = read_json(folder / "config.json").get("model_type")
    if kind not in transformers.CONFIG_MAPPING:
        raise CompareError(
            "transformers {version} knows no architecture {kind!r:.60}.",
            "Update it: pip install -U transformers. If the newest does not know it either, it can't be used here.",
            version=transformers.__version__,
            kind=kind,
        )
    config = AutoConfig.from_pretrained(folder, **SAFE)
    try:
        return config, transformers.MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING[type(config)]
    except KeyError as error:
        raise CompareError(
            "A {kind} model does not take pictures and give text.",
            "Choose one that answers questions about videos.",
            kind=kind,
        ) from error


def memory_bytes(folder: Path) -> int:
    """What the weights take in memory as bfloat16: those that are loaded, of a checkpoint that holds others too.

    Cosmos3 keeps a generator beside its reasoner; the class that reads the reasoner names what it leaves out.
    """
    _, architecture = architecture_of(folder)
    stored, loaded = numbers_of_weights(folder), _loaded(architecture, folder)
    return weights_bytes(folder) * sum(loaded.values()) // sum(stored.values())


def _loaded(architecture: Any, folder: Path) -> dict[str, int]:
    """Of the tensors in the files those that the architecture reads, with how many numbers each holds."""
    left_out = [re.compile(pattern) for pattern in architecture._keys_to_ignore_on_load_unexpected or ()]
    stored = numbers_of_weights(folder)
    return {name: numbers for name, numbers in stored.items() if not any(p.search(name) for p in left_out)}


def load_model(folder: Path, dtype: torch.dtype, device: torch.device) -> Any:
    """A checkpoint that sees and writes, from safetensors only. Raises what transformers raises, and `CompareError`
    when a weight of the model was not in its files, or one of the files is not of the model."""
    config, architecture = architecture_of(folder)
    stored = sum(_loaded(architecture, folder).values())
    unpacked = transformers.FineGrainedFP8Config(dequantize=True) if quantisation(folder) == "fp8" else None

    def get_init_context(cls: Any, *args: Any, **kwargs: Any) -> list[AbstractContextManager[Any]]:
        return [a_model_is_built(), *architecture.get_init_context(*args, **kwargs)]

    def build(self: Any, *args: Any, **kwargs: Any) -> None:
        architecture.__init__(self, *args, **kwargs)
        # Nothing has been allocated yet. What is not in the files would be, and be filled with noise.
        described = sum(parameter.numel() for parameter in self.parameters())
        if described > 2 * stored:  # twice: tied weights are stored once
            raise CompareError(
                "config.json describes a model of {described:,} numbers, and the files hold {stored:,}.",
                CHECK,
                described=described,
                stored=stored,
            )

    # Of the whole load only this part must be alone, and this is where transformers lets one in.
    names = {"__init__": build, "get_init_context": classmethod(get_init_context)}
    taking_turns: Any = type(architecture.__name__, (architecture,), {**names, "__module__": architecture.__module__})
    model, report = taking_turns.from_pretrained(
        folder,
        config=config,
        dtype=dtype,
        use_safetensors=True,
        device_map=device,
        ignore_mismatched_sizes=True,  # reported, and refused below with their names
        output_loading_info=True,
        **({"quantization_config": unpacked} if unpacked else {}),
        **SAFE,
    )
    _refuse_what_was_not_loaded(report)
    model.__class__ = architecture
    return model.eval()


def _refuse_what_was_not_loaded(report: dict[str, Any]) -> None:
    """A weight that is missing is filled with noise, and answers look like answers all the same."""
    wrong = {
        N_("{names} not in its files"): report["missing_keys"],
        N_("{names} in its files and not in the model"): report["unexpected_keys"],
        N_("{names} of another shape than the model's"): [name for name, *_ in report["mismatched_keys"]],
        N_("{names} could not be read"): report["error_msgs"],
    }
    found = [Text(why, names=_some(names)) for why, names in wrong.items() if names]
    if found:
        raise CompareError("Its weights are not those of the model: {what}.", CHECK, what=listed(found, "; "))


def _some(names: Collection[str]) -> str:
    """`3 weights (a, b, c)`."""
    shown = ", ".join(sorted(names)[:SHOWN]) + (", …" if len(names) > SHOWN else "")
    return (
        Text("1 weight ({names})", names=shown)
        if len(names) == 1
        else Text("{n} weights ({names})", n=len(names), names=shown)
    )
