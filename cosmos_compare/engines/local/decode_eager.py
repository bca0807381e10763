"""Decoding without graphs: operations that any machine has, one forward pass for all answers of a step.

On a CPU a product gives a row the same bits whatever the other rows are, as long as their number is a multiple of four
(MKL's kernels take rows by fours). Whether that holds is tried with the model's own weights when it is loaded; where
it does not, and on a GPU, whose libraries choose another order of addition for each number of rows, answers take
their steps alone. Attention is computed for each answer by itself.

A system without memory does not say so, it ends the program. So an answer on a CPU begins, and grows, beside others
only while there is room for its keys and values; one that is alone may try.
"""

import threading
from dataclasses import dataclass
from typing import Any

from cosmos_compare.engines.local import memory
from cosmos_compare.engines.local.kv_cache import DynamicKVCache
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.prefill import eager_forward
from cosmos_compare.engines.local.prefix_cache import PrefixCache
from cosmos_compare.engines.local.prompt import TokenizedPrompt
from cosmos_compare.engines.local.sampler import Sampler
from cosmos_compare.engines.local.sequence import Sequence
from cosmos_compare.engines.local.text_pass import TextPass, norm
from cosmos_compare.records.schema import Reused

MOST_SLOTS = 64
STEP_ROWS = (4, 8, 12, 16, 24, 32, 48, 64)  # that a step may have
SPARE_TOKENS = 256  # room for an answer before its buffers grow
USUAL_TOKENS = 4096  # of prompt and answer, by which it is judged how many answers the memory holds
FRAMES_BYTES = 64_000_000  # of the clip of one answer, while it is written
SPARE_BYTES = 200_000_000  # that are left to all else


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
        self.token_bytes = bytes_per_token(model)
        self.slots = slots_for(memory.room_on(model.device), self.token_bytes) if model.device.type == "cpu" else 1
        self.few = min(self.slots, STEP_ROWS[0])
        self.together = self.slots > 1 and rows_are_independent(model, self.text, self.slots)
        self._held = 0  # states whose keys and values are in memory
        self._lock = threading.Lock()

    def prefill(self, prompt: TokenizedPrompt) -> tuple[EagerState, Reused]:
        request, config = prompt.request, self.model.config.text_config
        capacity = prompt.inputs.prompt_tokens + SPARE_TOKENS
        self._hold(2 * capacity * self.token_bytes)  # twice: the prefix may be kept for the next question
        try:
            kv_cache = DynamicKVCache(config.num_hidden_layers, capacity)
            reused = self.prefix_cache.prefill(prompt, kv_cache, self.forward)
            logits = self.forward.prefill_question(prompt, kv_cache)
        except BaseException:
            self._let_go()
            raise
        sampler = Sampler(request.sampling, config.vocab_size, self.model.device)
        sampler.start(prompt.ids, request.sampling.seed)
        return EagerState(kv_cache, prompt.delta, sampler, logits), reused

    def release(self, state: EagerState) -> None:
        self._let_go()

    def join(self, sequence: Sequence) -> None:
        """Nothing is shared between two steps."""

    def leave(self, sequence: Sequence) -> None:
        sequence.state = None
        self._let_go()

    def _hold(self, needed: int) -> None:
        """Count one more state. Raises `torch.OutOfMemoryError` where others have no room left for so many bytes."""
        with self._lock:
            if self._held and self.model.device.type == "cpu":
                self._check_room(needed)
            self._held += 1

    def _let_go(self) -> None:
        with self._lock:
            self._held -= 1

    def _check_room(self, needed: int) -> None:
        if memory.room_on(self.model.device) < needed + SPARE_BYTES:
            raise torch.OutOfMemoryError("out of memory: no room for more keys and values")

    def launch(self, sequences: list[Sequence]) -> list[int]:
        states: list[EagerState] = [sequence.state for sequence in sequences]
        if len(states) > 1 and (full := [state.kv_cache for state in states if state.kv_cache.is_full]):
            self._check_room(sum(kv_cache.larger for kv_cache in full) * self.token_bytes)
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
        count = padded_rows(len(states)) if padded else len(states)
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


def bytes_per_token(model: Any) -> int:
    """Bytes of keys and values of one token."""
    config = model.config.text_config
    size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return int(2 * config.num_hidden_layers * config.num_key_value_heads * size * model.dtype.itemsize)


def slots_for(room: int, token_bytes: int) -> int:
    """How many answers of usual length half of `room` bytes hold, up to MOST_SLOTS; one may always try."""
    return max(1, min(MOST_SLOTS, room // 2 // (USUAL_TOKENS * token_bytes + FRAMES_BYTES)))


def padded_rows(count: int) -> int:
    """The number of rows of a step of so many answers."""
    return next(rows for rows in STEP_ROWS if rows >= count)


@torch.inference_mode()
def rows_are_independent(model: Any, text: TextPass, slots: int) -> bool:
    """Whether all that a step does to its rows gives each the same bits among others: tried with random rows, at every
    padded size, through the products of one layer, the norms and the LM head."""
    layer, head = model.model.language_model.layers[0], model.lm_head
    generator = torch.Generator().manual_seed(0)
    width = model.config.text_config.hidden_size
    most = padded_rows(slots)
    rows = torch.randn((most, width), generator=generator).to(model.dtype)
    attended = torch.randn((most, layer.self_attn.o_proj.in_features), generator=generator).to(model.dtype)
    places = torch.arange(most) * 37 + 1000

    def step(chosen: torch.Tensor) -> list[torch.Tensor]:
        x = norm(layer.input_layernorm, rows[chosen])
        products = [layer.self_attn.q_proj, layer.self_attn.k_proj, layer.self_attn.v_proj]
        cos, sin = text.text.rotary_emb(x.unsqueeze(0), places[chosen].expand(3, 1, -1))
        hidden = rows[chosen] + layer.self_attn.o_proj(attended[chosen])
        hidden = hidden + text.swiglu(layer.mlp, norm(layer.post_attention_layernorm, hidden))
        return [*(product(x) for product in products), cos[0], sin[0], hidden, text.logits(hidden, head)]

    whole = step(torch.arange(most))
    for count in (rows_of_step for rows_of_step in STEP_ROWS if rows_of_step <= most):
        chosen = torch.randperm(most, generator=generator)[:count]
        if not all(torch.equal(ours, theirs[chosen]) for ours, theirs in zip(step(chosen), whole, strict=True)):
            return False
    return True
