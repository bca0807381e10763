"""Plain `generate`, as everyone calls it: what the engine's own way of writing is held against."""

from typing import Any

from cosmos_compare.engines.base import Cancelled
from cosmos_compare.engines.local.building import let_builders_in
from cosmos_compare.engines.local.inputs import Inputs
from cosmos_compare.engines.local.libraries import (
    GenerationConfig,
    StoppingCriteria,
    StoppingCriteriaList,
    torch,
)
from cosmos_compare.engines.local.logits_processors import logits_processors
from cosmos_compare.engines.local.text_stream import TextStream
from cosmos_compare.records.schema import Sampling


def generate(
    model: Any, inputs: Inputs, sampling: Sampling, stream: TextStream, end_ids: list[int], cancelled: Cancelled
) -> None:
    """Answer a whole prompt in one call of the library, with nothing kept before or after. To be called inside of
    `no_model_is_built`."""
    ids = end_ids or None
    model.generate(
        **{name: _to(value, model.device, model.dtype) for name, value in inputs.tensors.items()},
        # A fresh configuration: the checkpoint's own would bring sampling values that nobody asked for.
        generation_config=GenerationConfig(
            do_sample=False,
            max_new_tokens=sampling.max_new_tokens,
            eos_token_id=ids,
            pad_token_id=ids[0] if ids else 0,
        ),
        logits_processor=logits_processors(sampling, inputs.prompt_tokens, model.device),
        stopping_criteria=StoppingCriteriaList([_BetweenTokens(cancelled)]),
        streamer=stream,
    )


class _BetweenTokens(StoppingCriteria):  # type: ignore[misc]
    def __init__(self, cancelled: Cancelled) -> None:
        self.cancelled = cancelled

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor, **kwargs: Any) -> torch.Tensor:
        let_builders_in()
        return torch.full((len(input_ids),), self.cancelled(), dtype=torch.bool, device=input_ids.device)


def _to(value: Any, device: torch.device, dtype: torch.dtype) -> Any:
    if not isinstance(value, torch.Tensor):
        return value
    return value.to(device, dtype) if value.is_floating_point() else value.to(device)
