"""Writing an answer: the question is read behind the head of the prompt, then token after token is drawn.

The forward passes are the model's own; what `generate` does around them for every token is left out.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from cosmos_compare.engines.base import Cancelled
from cosmos_compare.engines.local_keys import KeyValues
from cosmos_compare.engines.local_libraries import torch
from cosmos_compare.engines.local_looking import Prompt
from cosmos_compare.engines.local_sampler import Sampler
from cosmos_compare.engines.local_text import TextStream


def write(tokens: Iterable[int], stream: TextStream, limit: int, end_ids: Iterable[int], cancelled: Cancelled) -> None:
    """Pass tokens on until one of `end_ids` came, `limit` tokens are there, or someone pressed stop."""
    for token in tokens:
        stream.add(token)
        if token in end_ids or len(stream.ids) >= limit or cancelled():
            break
    stream.end()


def plain_tokens(model: Any, prompt: Prompt, keys_values: KeyValues, sampler: Sampler) -> Iterator[int]:
    """The tokens of an answer without end, one forward pass each; `keys_values` holds the head of the prompt."""
    ids = prompt.ids
    sampler.start(ids, prompt.request.sampling.seed)
    done = keys_values.filled
    hidden = model.model(
        input_ids=ids[:, done:], position_ids=prompt.positions[:, :, done:], past_key_values=keys_values
    ).last_hidden_state
    text = model.model.language_model
    while True:
        token = sampler.draw(model.lm_head(hidden[:, -1]))
        yield int(token)
        position = torch.full((3, 1, 1), keys_values.filled + prompt.delta, device=model.device)
        hidden = text(
            inputs_embeds=text.embed_tokens(token), position_ids=position, past_key_values=keys_values
        ).last_hidden_state
