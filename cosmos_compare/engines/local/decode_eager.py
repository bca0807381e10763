"""Writing an answer: the question is read behind the prefix of the prompt, then token after token is drawn.

What `generate` does around the forward passes for every token is left out.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from cosmos_compare.engines.base import Cancelled
from cosmos_compare.engines.local.kv_cache import DynamicKVCache
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.prompt import Prompt
from cosmos_compare.engines.local.sampler import Sampler
from cosmos_compare.engines.local.text_pass import TextPass
from cosmos_compare.engines.local.text_stream import TextStream


def write(tokens: Iterable[int], stream: TextStream, limit: int, end_ids: Iterable[int], cancelled: Cancelled) -> None:
    """Pass tokens on until one of `end_ids` came, `limit` tokens are there, or someone pressed stop."""
    for token in tokens:
        stream.add(token)
        if token in end_ids or len(stream.ids) >= limit or cancelled():
            break
    stream.end()


def decode(model: Any, text: TextPass, prompt: Prompt, kv_cache: DynamicKVCache, sampler: Sampler) -> Iterator[int]:
    """The tokens of an answer without end, one forward pass each; `kv_cache` holds the prefix of the prompt."""
    sampler.start(prompt.ids, prompt.request.sampling.seed)
    embed = model.model.language_model.embed_tokens
    done = kv_cache.filled
    hidden = text(embed(prompt.ids[0, done:]), prompt.positions[:, :, done:], kv_cache)
    while True:
        token = sampler.sample(text.logits(hidden[-1:], model.lm_head))
        yield int(token)
        position = torch.full((3, 1, 1), kv_cache.filled + prompt.delta, device=model.device)
        hidden = text(embed(token[0]), position, kv_cache)
