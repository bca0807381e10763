"""The steps between logits and the next token over tensors of a fixed size, so that a CUDA graph can hold them.

Temperature, filters and the draw are those of `logits_processors`, but the two filters together look at the likeliest
tokens only, and the two penalties, which there read the ids so far, read masks over the vocabulary. Tests hold the
two ways against each other.
"""

from cosmos_compare.engines.local.libraries import LogitsProcessor, torch
from cosmos_compare.engines.local.logits_processors import GumbelNoise, sampling_steps
from cosmos_compare.records.schema import Sampling


class Sampler:
    """Draws the tokens of one answer; `start` begins another."""

    def __init__(self, sampling: Sampling, vocabulary: int, device: torch.device) -> None:
        self.repetition = sampling.repetition_penalty
        self.presence = sampling.presence_penalty
        self.steps = sampling_steps(sampling, device)
        if sampling.top_k and sampling.top_p < 1:
            self.steps[1:3] = [_TopKTopP(sampling.top_k, sampling.top_p)]
        self.generators = [step.generator for step in self.steps if isinstance(step, GumbelNoise)]
        self.seen = torch.zeros((1, vocabulary), dtype=torch.bool, device=device)  # in prompt or answer
        self.generated = torch.zeros_like(self.seen)  # in the answer

    def start(self, prompt_ids: torch.Tensor, seed: int) -> None:
        """Begin an answer to a prompt, ids (1, length), with the draws of `seed`."""
        self.seen.zero_().scatter_(1, prompt_ids.to(self.seen.device), True)
        self.generated.zero_()
        for generator in self.generators:
            generator.manual_seed(seed)

    def sample(self, logits: torch.Tensor) -> torch.Tensor:
        """The next token, (1, 1), from logits (1, vocabulary)."""
        scores = logits.float()
        if self.repetition != 1:
            weakened = torch.where(scores < 0, scores * self.repetition, scores / self.repetition)
            scores = torch.where(self.seen, weakened, scores)
        if self.presence:
            scores = torch.where(self.generated, scores - self.presence, scores)
        for step in self.steps:
            scores = step(None, scores)
        token = scores.argmax(dim=-1, keepdim=True)
        self.seen.scatter_(1, token, True)
        self.generated.scatter_(1, token, True)
        return token


class _TopKTopP(LogitsProcessor):  # type: ignore[misc]
    """`TopKLogitsWarper` and then `TopPLogitsWarper`, which sorts the whole vocabulary: for 150,000 scores that takes
    longer than a layer of the model. Scores equal to the last of the k stay, as there, up to a hundred of them."""

    def __init__(self, top_k: int, top_p: float) -> None:
        self.top_k = top_k
        self.top_p = top_p

    def __call__(self, input_ids: torch.Tensor | None, scores: torch.Tensor) -> torch.Tensor:
        """`scores` (1, vocabulary); what is filtered becomes -inf."""
        vocabulary = scores.shape[1]
        values, tokens = scores.topk(min(self.top_k + 100, vocabulary))
        last = values[:, min(self.top_k, vocabulary) - 1, None]
        rising = values.masked_fill(values < last, -torch.inf).flip(1)
        unlikely = rising.softmax(1).cumsum(1) <= 1 - self.top_p
        unlikely[:, -1] = False  # the likeliest always stays
        return torch.full_like(scores, -torch.inf).scatter(1, tokens.flip(1), rising.masked_fill(unlikely, -torch.inf))
