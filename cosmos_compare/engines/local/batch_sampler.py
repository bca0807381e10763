"""The next token of each of up to 16 answers, on the GPU: each by its own values, its own seed, its own past."""

from typing import Any, Literal

from cosmos_compare.engines.local import kernels_sample as kernels
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.memory import upload
from cosmos_compare.engines.local.tiles import ROWS, power_of_two
from cosmos_compare.records.schema import Sampling

LIKELIEST = 128  # scores that are sorted for a top-k up to LOOKED_AT; a larger one looks at all
LOOKED_AT = 100
BLOCK = 4096

# What filters a step has: none, top-k (with top-p) among the likeliest, or top-p over the whole vocabulary.
Filters = Literal["none", "likeliest", "all"]


class BatchSampler:
    """State and steps of ROWS answers, in tensors at fixed addresses so that a CUDA graph can hold them."""

    def __init__(self, vocabulary: int, position: torch.Tensor) -> None:
        """`position` (ROWS,) is below 0 where nobody is."""
        self.position, self.vocabulary = position, vocabulary
        device = position.device
        self.pieces = -(-vocabulary // BLOCK)

        def buffer(*shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
            return torch.zeros(shape, dtype=dtype, device=device)

        self.tokens = buffer(ROWS, dtype=torch.long)
        self.seen = buffer(ROWS, vocabulary, dtype=torch.int8)
        self.generated = buffer(ROWS, vocabulary, dtype=torch.int8)
        self.scores = buffer(ROWS, vocabulary)
        self.threshold = buffer(ROWS)
        self.best = buffer(ROWS, self.pieces)
        self.best_at = buffer(ROWS, self.pieces, dtype=torch.int32)
        self.temperature, self.top_p = buffer(ROWS), buffer(ROWS)
        self.repetition, self.presence = buffer(ROWS), buffer(ROWS)
        self.top_k, self.step = buffer(ROWS, dtype=torch.int32), buffer(ROWS, dtype=torch.int32)
        self.seed = buffer(ROWS, dtype=torch.long)

    def start(self, row: int, sampling: Sampling, prompt_ids: torch.Tensor) -> None:
        """Begin an answer in a row; `prompt_ids` (1, tokens) are on the device."""
        values = [sampling.temperature, sampling.top_p, sampling.repetition_penalty, sampling.presence_penalty]
        names = [self.temperature, self.top_p, self.repetition, self.presence]
        numbers = upload(torch.tensor(values, dtype=torch.float32), self.tokens.device)
        for target, value in zip(names, numbers, strict=True):
            target[row].copy_(value)
        whole = upload(torch.tensor([sampling.top_k, 0, sampling.seed], dtype=torch.long), self.tokens.device)
        for target, value in zip([self.top_k, self.step, self.seed], whole, strict=True):
            target[row].copy_(value)
        self.seen[row].zero_().index_fill_(0, prompt_ids[0], 1)
        self.generated[row].zero_()

    def sample(self, logits: torch.Tensor, count: int, filters: Filters) -> None:
        """Put the next token of the first `count` answers into `tokens`, from `logits` (ROWS, vocabulary) float32."""
        pieces, vocabulary = (self.pieces, count), self.vocabulary
        kernels.penalties_and_temperature[pieces](
            logits, self.seen, self.generated, self.repetition, self.presence, self.temperature, self.scores,
            vocabulary, BLOCK=BLOCK,
        )  # fmt: skip
        if filters == "none":
            self.threshold.fill_(-torch.inf)
        else:
            self._likeliest(count)
        if filters == "all":
            kernels.nucleus_threshold[(count,)](
                self.scores, self.top_k, self.top_p, self.temperature, self.threshold, vocabulary,
                LOOKED_AT=LOOKED_AT, BLOCK=BLOCK, num_warps=16,
            )  # fmt: skip
        kernels.best_of_pieces[pieces](
            self.scores, self.threshold, self.temperature, self.seed, self.step, self.best, self.best_at, vocabulary,
            PIECES=self.pieces, BLOCK=BLOCK,
        )  # fmt: skip
        kernels.take_best[(count,)](
            self.best, self.best_at, self.position, self.step, self.tokens, self.seen, self.generated, vocabulary,
            PIECES=self.pieces, WIDE=power_of_two(self.pieces),
        )  # fmt: skip

    def _likeliest(self, count: int) -> None:
        best = self.scores[:count].topk(min(LIKELIEST, self.vocabulary)).values
        wide: Any = power_of_two(best.shape[1])
        best = torch.nn.functional.pad(best, (0, wide - best.shape[1]), value=-torch.inf)
        kernels.likeliest_threshold[(count,)](
            best, self.top_k, self.top_p, self.temperature, self.threshold, LOOKED_AT=LOOKED_AT, COUNT=wide
        )


def filters_of(sampling: Sampling) -> Filters:
    """What an answer needs."""
    if not sampling.temperature or (not sampling.top_k and sampling.top_p >= 1):
        return "none"
    return "likeliest" if 0 < sampling.top_k <= LOOKED_AT else "all"
