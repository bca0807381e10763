"""Decoding as functions of tensors at fixed addresses: what CUDA graphs hold. Without graphs the same runs as it is.

The question is read in a bucket of tokens, the rest of it filled up with zeros; what lies behind its end is never
attended to and is overwritten by the answer.
"""

from collections.abc import Callable, Hashable, Iterator
from typing import Any

from cosmos_compare.engines.local.forward import EagerForward, Forward, TritonForward
from cosmos_compare.engines.local.kv_cache_static import StaticKVCache
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.prompt import Prompt
from cosmos_compare.engines.local.sampler import Sampler

QUESTIONS = (64, 256, 1024)  # tokens
LENGTHS = (1024, 2048, 3072, 4096, 6144, 8192, 10240)  # filled keys and values, tokens

Run = Callable[[Hashable, Callable[[], None]], None]


class Decoder:
    """One model's decoding: `ask` a question behind the prefix of a prompt, then `draw` and `step` for each token."""

    def __init__(self, model: Any, lengths: tuple[int, ...] = LENGTHS, questions: tuple[int, ...] = QUESTIONS) -> None:
        self.model = model
        self.text, self.lm_head = model.model.language_model, model.lm_head
        config, device = self.text.config, model.device
        self.questions, self.limit = questions, lengths[-1]
        # A question's bucket may stand over the limit, and so may the step that was in vain.
        self.lengths = (*lengths, lengths[-1] + questions[-1])
        self.buckets = self.lengths
        self.fixed = StaticKVCache(config, self.lengths[-1], model.dtype, device)
        self.position = self.fixed.position
        self.delta = torch.zeros_like(self.position)  # from place to position
        self.token = torch.zeros((1, 1), dtype=torch.long, device=device)
        self.ids = torch.zeros((1, questions[-1]), dtype=torch.long, device=device)
        self.last = torch.zeros_like(self.position)  # place of a question's last token among its ids
        self.logits = torch.zeros((1, config.vocab_size), dtype=torch.float32, device=device)
        self.next_logits: Callable[[], torch.Tensor] = self.plain_logits
        self.plain = EagerForward(model)
        self.forward: Forward = self.plain
        self.mailbox = Mailbox(device)

    def use(self, *, few_kernels: bool, flash: bool) -> None:
        """How a token is read: in few kernels, which need Triton, a GPU and a model that they fit; and whether
        otherwise attention is flash attention, which takes no float32. Raises whatever is raised without them."""
        self.fixed.flash = flash
        self.next_logits, self.buckets, self.forward = self.plain_logits, self.lengths, self.plain
        if few_kernels:
            from cosmos_compare.engines.local.decode_step import DecodeStep

            self.forward = TritonForward(self.model, self.fixed)
            self.next_logits = DecodeStep(self.model, self.fixed, self.token, self.delta)
            self.buckets = self.lengths[-1:]  # it reads what is filled, whatever the bucket

    def close(self) -> None:
        """Forget the model: what reads a token knows the decoder and the other way round."""
        del self.next_logits, self.forward, self.plain, self.model, self.text, self.lm_head

    def fits(self, prompt: Prompt) -> bool:
        """Whether prompt and answer have room."""
        tokens = prompt.inputs.prompt_tokens
        question = tokens - prompt.inputs.prefix_tokens
        return tokens + prompt.request.sampling.max_new_tokens <= self.limit and question <= self.questions[-1]

    def decode(self, prompt: Prompt, sampler: Sampler, run: Run) -> Iterator[int]:
        """The tokens of an answer, `limit` with the prompt at most; `fixed` holds the prefix of the prompt.

        `run(key, function)` does what the function does. The next step is under way before a token is read, so the
        GPU never waits for the reader; the step behind the last token was in vain.
        """
        self.prefill_question(prompt, run)
        sampler.start(prompt.ids, prompt.request.sampling.seed)
        for filled in range(prompt.inputs.prompt_tokens, self.limit + 1):
            run(("draw", id(sampler)), lambda: self.sample(sampler))
            self.mailbox.post(self.token)
            self.fixed.bucket = _bucket(filled + 1, self.buckets)
            run(("step", self.fixed.bucket), self.decode_one_token)
            yield self.mailbox.take()

    def prefill_question(self, prompt: Prompt, run: Run) -> None:
        """Read the question; leaves the logits of the answer's first token."""
        start, end = prompt.inputs.prefix_tokens, prompt.inputs.prompt_tokens
        count = _bucket(end - start, self.questions)
        self.ids.zero_()
        self.ids[:, : end - start] = prompt.ids[:, start:]
        self.last.fill_(end - start - 1)
        self.position.fill_(start)
        # The question's own positions: text, the same on all axes, and one further with each token.
        self.delta.copy_(prompt.positions[0, :, start] - start)
        self.fixed.bucket = self.fixed.capacity
        run(("question", count), lambda: self.question(count))
        self.position.fill_(end)
        self.delta.fill_(prompt.delta)

    def question(self, count: int) -> None:
        hidden = self._hidden(self.ids[:, :count], self.position + self.fixed.order[:count])
        self.logits.copy_(self.forward.text.logits(hidden.index_select(0, self.last), self.lm_head))

    def sample(self, sampler: Sampler) -> None:
        self.token.copy_(sampler.sample(self.logits))

    def decode_one_token(self) -> None:
        self.logits.copy_(self.next_logits())
        self.position.add_(1)

    def plain_logits(self) -> torch.Tensor:
        """The logits behind `token` at `position`."""
        return self.forward.text.logits(self._hidden(self.token, self.position), self.lm_head)

    def _hidden(self, ids: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
        embedded = self.text.embed_tokens(ids[0])
        return self.forward.text(embedded, (places + self.delta).expand(3, 1, -1), self.fixed)


class Mailbox:
    """One token on its way from the device to the program."""

    def __init__(self, device: torch.device) -> None:
        self.cuda = device.type == "cuda"
        self.host = torch.zeros((1, 1), dtype=torch.long, pin_memory=self.cuda)
        self.arrived = torch.cuda.Event() if self.cuda else None  # type: ignore[no-untyped-call]

    def post(self, token: torch.Tensor) -> None:
        self.host.copy_(token, non_blocking=True)
        if self.arrived is not None:
            self.arrived.record()

    def take(self) -> int:
        """Wait for the token, and only for it."""
        if self.arrived is not None:
            self.arrived.synchronize()
        return int(self.host)


def _bucket(count: int, buckets: tuple[int, ...]) -> int:
    """The smallest that holds `count`."""
    return next(bucket for bucket in buckets if bucket >= count)
