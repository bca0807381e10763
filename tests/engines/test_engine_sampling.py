"""Drawing tokens: the distribution is right, and penalties are what they say."""

from __future__ import annotations

import pytest
from scipy.stats import chisquare

from cosmos_compare.catalogue.models import load_models
from cosmos_compare.engines.base import resolve_sampling
from cosmos_compare.engines.local.libraries import RepetitionPenaltyLogitsProcessor, torch
from cosmos_compare.engines.local.logits_processors import GumbelNoise, PresencePenalty, logits_processors
from cosmos_compare.records.schema import Sampling, Settings

CPU = torch.device("cpu")
LOGITS = torch.tensor([[2.0, 1.0, 0.5, 0.0, -1.0, -3.0]])
PROMPT = torch.zeros((1, 1), dtype=torch.long)


def draw(sampling: Sampling, times: int) -> torch.Tensor:
    """How often each token is drawn: counts, (vocabulary,)."""
    steps = logits_processors(sampling, 1, CPU)
    ids = [int(steps(PROMPT, LOGITS.clone()).argmax()) for _ in range(times)]
    return torch.bincount(torch.tensor(ids), minlength=LOGITS.shape[1])


@pytest.mark.parametrize("temperature", [0.7, 1.0])
def test_draws_follow_the_softmax(temperature: float) -> None:
    counts = draw(Sampling(temperature=temperature, seed=5), 4000)
    expected = (LOGITS[0].double() / temperature).softmax(0) * 4000
    assert chisquare(counts, expected).pvalue > 0.001


def test_top_k_and_top_p_leave_out_what_they_say() -> None:
    assert (draw(Sampling(temperature=1.0, top_k=2), 300) > 0).tolist() == [True, True] + [False] * 4
    assert (draw(Sampling(temperature=1.0, top_p=0.8), 300) > 0).tolist() == [True, True, True] + [False] * 3


def test_temperature_zero_is_greedy_and_needs_no_steps() -> None:
    assert len(logits_processors(Sampling(temperature=0.0, top_k=20, top_p=0.5), 1, CPU)) == 0


def test_the_generators_of_two_requests_do_not_disturb_each_other() -> None:
    """Two models run at the same time; a global random state would mix their draws."""
    one, other = GumbelNoise(1, CPU), GumbelNoise(2, CPU)
    mixed = [one(PROMPT, LOGITS) for _ in range(3) if other(PROMPT, LOGITS) is not None]
    alone = GumbelNoise(1, CPU)
    assert all(torch.equal(step, alone(PROMPT, LOGITS)) for step in mixed)


def test_presence_penalty_lowers_what_was_generated_once_and_not_the_prompt() -> None:
    ids = torch.tensor([[0, 0, 3, 3, 1]])  # the first two are the prompt
    penalised = PresencePenalty(1.5, prompt_length=2)(ids, LOGITS)
    assert torch.equal(penalised - LOGITS, torch.tensor([[0.0, -1.5, 0.0, -1.5, 0.0, 0.0]]))


def test_repetition_penalty_is_the_librarys_own() -> None:
    ids = torch.tensor([[0, 4]])
    ours = logits_processors(Sampling(repetition_penalty=1.3), 1, CPU)(ids, LOGITS.clone())
    assert torch.equal(ours, RepetitionPenaltyLogitsProcessor(1.3)(ids, LOGITS.clone()))


def test_settings_go_over_the_models_defaults_and_none_leaves_them() -> None:
    spec = load_models()["reason2"]
    assert resolve_sampling(spec, Settings(), reasoning=False) == spec.sampling
    assert resolve_sampling(spec, Settings(), reasoning=True) == spec.sampling_reasoning
    mine = resolve_sampling(spec, Settings(temperature=0.0, seed=0, max_new_tokens=9), reasoning=False)
    assert (mine.temperature, mine.seed, mine.max_new_tokens, mine.top_k) == (0.0, 0, 9, spec.sampling.top_k)
