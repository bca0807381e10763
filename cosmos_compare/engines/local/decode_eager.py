"""Decoding without graphs: operations that any machine has, one forward pass for all answers of a step.

On a CPU a product gives a row the same bits whatever the other rows are, as long as their number is a multiple of four
(MKL's kernels take rows by fours). Whether that holds is tried with the model's own weights when it is loaded; where
it does not, and on a GPU, whose libraries choose another order of addition for each number of rows, answers take
their steps alone. Attention is computed for each answer by itself.
"""

from dataclasses import dataclass
from typing import Any

from cosmos_compare.engines.local import memory
from cosmos_compare.engines.local.forward import eager_forward
from cosmos_compare.engines.local.kv_cache import DynamicKVCache
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.prefix_cache import PrefixCache
from cosmos_compare.engines.local.prompt import TokenizedPrompt
from cosmos_compare.engines.local.sampler import Sampler
from cosmos_compare.engines.local.sequence import Sequence
from cosmos_compare.engines.local.text_pass import TextPass, norm
from cosmos_compare.records.schema import Reused

SLOTS = 16
ROWS = 4  # rows of a step are a multiple of this
SPARE_TOKENS = 256  # room for an answer before its buffers grow


@dataclass(eq=False)
class EagerState:
    """`logits` (1, vocabulary) are those of the next token, or of the one before while `token` (1, 1) is not read."""

    kv_cache: DynamicKVCache
    delta: int
    sampler: Sampler
    logits: torch.Tensor
    token: torch.Tensor | None = None


class EagerDecoder:
    """A `Decoder` for processors, and for a GPU until its graphs are there."""

    name = "eager"
    ahead = False

    def __init__(self, model: Any, prefix_cache: PrefixCache, stream: Any = None) -> None:
        """On a GPU all work goes to `stream`."""
        self.model, self.prefix_cache, self.stream = model, prefix_cache, stream
        self.forward = eager_forward(model)
        self.text: TextPass = self.forward.text
        self.slots = SLOTS if model.device.type == "cpu" else 1
        self.together = self.slots > 1 and rows_are_independent(model, self.text)

    def prefill(self, prompt: TokenizedPrompt) -> tuple[EagerState, Reused]:
        request, config = prompt.request, self.model.config.text_config
        kv_cache = DynamicKVCache(config.num_hidden_layers, prompt.inputs.prompt_tokens + SPARE_TOKENS)
        reused = self.prefix_cache.prefill(prompt, kv_cache, self.forward)
        logits = self.forward.prefill_question(prompt, kv_cache)
        sampler = Sampler(request.sampling, config.vocab_size, self.model.device)
        sampler.start(prompt.ids, request.sampling.seed)
        return EagerState(kv_cache, prompt.delta, sampler, logits), reused

    def release(self, state: EagerState) -> None:
        """Nothing is held but by the state itself."""

    def join(self, sequence: Sequence) -> None:
        """Nothing is shared between two steps."""

    def leave(self, sequence: Sequence) -> None:
        sequence.state = None

    def launch(self, sequences: list[Sequence]) -> list[int]:
        states: list[EagerState] = [sequence.state for sequence in sequences]
        with memory.on_stream(self.model.device, self.stream):
            self._read_tokens([state for state in states if state.token is not None])
            for state in states:
                state.token = state.sampler.sample(state.logits)
            return [int(state.token) for state in states if state.token is not None]

    def collect(self, ticket: list[int]) -> list[int]:
        return ticket

    def _read_tokens(self, states: list[EagerState]) -> None:
        """Work out the logits behind each one's token, together or one after the other."""
        groups = [states] if self.together else [[state] for state in states]
        for group in groups:
            if group:
                logits = self.decode_one_token(group, padded=self.together)
                for row, state in enumerate(group):
                    state.logits, state.token = logits[row : row + 1], None

    def decode_one_token(self, states: list[EagerState], *, padded: bool) -> torch.Tensor:
        """Logits (rows, vocabulary) behind the token of each state; `padded` rows at the end mean nothing."""
        count = -(-len(states) // ROWS) * ROWS if padded else len(states)
        device = self.model.device
        ids = torch.zeros(count, dtype=torch.long, device=device)
        ids[: len(states)] = torch.cat([state.token[0] for state in states if state.token is not None])
        places = torch.tensor([state.kv_cache.filled + state.delta for state in states], device=device)
        positions = torch.nn.functional.pad(places, (0, count - len(states))).expand(3, 1, -1)
        hidden = self.text(
            self.model.model.language_model.embed_tokens(ids), positions, Company([state.kv_cache for state in states])
        )
        return self.text.logits(hidden, self.model.lm_head)


class Company:
    """A `text_pass.Store` of several answers' keys and values: row n of a step belongs to cache n, what is behind the
    last cache to none."""

    def __init__(self, caches: list[DynamicKVCache]) -> None:
        self.caches = caches

    def begin(self, count: int) -> None:
        for cache in self.caches:
            cache.begin(1)

    def attend(
        self, layer: int, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scale: float
    ) -> torch.Tensor:
        """As `text_pass.Store` says, each row in its own cache."""
        attended = query.new_zeros((1, query.shape[2], query.shape[1], query.shape[3]))
        for row, cache in enumerate(self.caches):
            one = slice(row, row + 1)
            attended[:, one] = cache.attend(layer, query[:, :, one], key[:, :, one], value[:, :, one], scale)
        return attended


@torch.inference_mode()
def rows_are_independent(model: Any, text: TextPass) -> bool:
    """Whether all that a step does to its rows gives each the same bits among others: tried with random rows, at every
    padded size, through the products of one layer, the norms and the LM head."""
    layer, head = model.model.language_model.layers[0], model.lm_head
    generator = torch.Generator().manual_seed(0)
    width = model.config.text_config.hidden_size
    rows = torch.randn((SLOTS, width), generator=generator).to(model.dtype)
    attended = torch.randn((SLOTS, layer.self_attn.o_proj.in_features), generator=generator).to(model.dtype)
    places = torch.arange(SLOTS) * 37 + 1000

    def step(chosen: torch.Tensor) -> list[torch.Tensor]:
        x = norm(layer.input_layernorm, rows[chosen])
        products = [layer.self_attn.q_proj, layer.self_attn.k_proj, layer.self_attn.v_proj]
        cos, sin = text.text.rotary_emb(x.unsqueeze(0), places[chosen].expand(3, 1, -1))
        hidden = rows[chosen] + layer.self_attn.o_proj(attended[chosen])
        hidden = hidden + text.swiglu(layer.mlp, norm(layer.post_attention_layernorm, hidden))
        return [*(product(x) for product in products), cos[0], sin[0], hidden, text.logits(hidden, head)]

    whole = step(torch.arange(SLOTS))
    for count in range(ROWS, SLOTS + 1, ROWS):
        chosen = torch.randperm(SLOTS, generator=generator)[:count]
        if not all(torch.equal(ours, theirs[chosen]) for ours, theirs in zip(step(chosen), whole, strict=True)):
            return False
    return True
