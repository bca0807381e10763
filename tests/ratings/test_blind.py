"""Blind rating: nothing in the shown text tells the model, and the rest of it stays as it is."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cosmos_compare.catalogue.models import load_models
from cosmos_compare.ratings.blind import MASK, giveaways, mask

NAMES = [text for spec in load_models().values() for text in giveaways(spec)]
TELLING = re.compile(r"nvidia|cosmos|qwen|reason[\W_]*[12]\b|alibaba|tongyi|think\s*>|answer\s*>|<\|", re.IGNORECASE)

TELLS = [
    "I am Cosmos-Reason1, a model made by NVIDIA.",
    "As Cosmos Reason 2, I see a pedestrian.",
    "cosmos_reason_1 and COSMOSREASON2",
    "reason1 says stop; Reason-2 says go; REASON 1 again; Reason One too",
    "nvidia/Cosmos-Reason1-7B",
    "My name is Cosmos‑Reason2‑2B.",
    "I'm Qwen, created by Alibaba Cloud (Tongyi).",
    "Qwen2.5-VL-7B-Instruct, Qwen 3 VL, qwen3-vl, QWEN",
    "<think>The light is red.</think><answer>Stop.</answer>",
    "< THINK >\nwait\n<think\\> go",
    "done<|im_end|><|endoftext|>",
    "NVIDIA's Cosmos‐Reason",
]

KEPT = [
    "There is a reason to stop: the cyclist, 2 m ahead, at 0:03.",
    "The reasons are clear; reasoning follows. Answer: brake. I think so.",
    "x < 3 and y > 2",
    "Lane 2, bus 7, exit 1, treason 1.",
    "- **Car** at 12.3 s\n- Bicycle\n\n```json\n{\"box_2d\": [1, 2, 3, 4]}\n```",
    "Ein Radfahrer überholt. 左から歩行者。",
    "",
]  # fmt: skip


@pytest.mark.parametrize("text", TELLS)
def test_what_tells_the_model_is_hidden(text: str) -> None:
    assert not TELLING.search(mask(text, NAMES)), mask(text, NAMES)


@pytest.mark.parametrize("text", KEPT)
def test_everything_else_stays(text: str) -> None:
    assert mask(text, NAMES) == text


def test_what_is_left_reads_on() -> None:
    text = "<think>\nI am Cosmos-Reason1-7B.\n</think>\n\nReason1 sees 2 cars."
    assert mask(text, NAMES) == f"I am {MASK}.\n\n\n{MASK} sees 2 cars."


def test_masks_do_not_tell_by_their_length() -> None:
    assert mask("NVIDIA Qwen Reason1", NAMES) == mask("Reason2", NAMES) == MASK


def test_both_models_get_the_same_masks() -> None:
    """Masking only the shown model's own names would leave the other's: 'unlike Reason2, …' tells it is Reason1."""
    assert mask("unlike Reason2, I am Reason1", NAMES) == f"unlike {MASK}, I am {MASK}"


def test_any_model_of_the_users_own() -> None:
    names = ["street-fast", "Street (fast)", "data/checkpoints/street_fast_v3"]
    assert mask("I am Street Fast, or street_fast_v3.", names) == f"I am {MASK}, or {MASK}."
    assert mask("A fast car in the street.", names) == "A fast car in the street."


def test_times_in_tags_become_plain() -> None:
    assert mask("At <12.3 seconds> it stops, <2 s> later.", NAMES) == "At 12.3 seconds it stops, 2 s later."


@pytest.mark.parametrize("cut", ["Stop.<", "Stop.</thi", "Stop.<|im_", "Stop.<answer", "Stop. <A "])
def test_a_tag_that_the_end_of_the_text_cuts(cut: str) -> None:
    assert mask(cut, NAMES) == "Stop."


@given(st.text(st.sampled_from("abn <>/|think_-.NVIDIA Reason12\n")), st.sampled_from(TELLS))
def test_masked_once_is_masked(around: str, text: str) -> None:
    once = mask(f"{around} {text} {around}", NAMES)
    assert mask(once, NAMES) == once
