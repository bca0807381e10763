"""The logprobs of an answer's first token, for those who compare this engine with another one."""

from typing import Any

from cosmos_compare.engines.base import Request
from cosmos_compare.engines.local.engine import LocalEngine
from cosmos_compare.engines.local.inputs import prepare
from cosmos_compare.engines.local.libraries import torch


@torch.inference_mode()
def first_logprobs(engine: LocalEngine, request: Request, count: int = 5) -> dict[str, float]:
    """The likeliest first tokens of the answer, by `token_id:N`, with their natural logarithms of probability, before
    temperature and penalties: one forward pass with the library's own code and this program's positions."""
    inputs = prepare(engine.processor, engine.spec.vision, request)
    tensors: dict[str, Any] = {name: value.to(engine.device) for name, value in inputs.tensors.items()}
    last = engine.model(**tensors).logits[0, -1].float().log_softmax(-1).topk(count)
    return {
        f"token_id:{token}": value for token, value in zip(last.indices.tolist(), last.values.tolist(), strict=True)
    }
