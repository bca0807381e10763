"""A think block that the chat template opens at the end of the prompt."""

import pytest
from conftest import ROOT

from cosmos_compare.texts.answers import read_answer, split
from cosmos_compare.texts.reasoning import opens_reasoning

RAW = (ROOT / "tests" / "data" / "cases" / "think_raw_cut.txt").read_text(encoding="utf-8")
OPENED = "<|im_start|>user\nHow high is the risk?<|im_end|>\n<|im_start|>assistant\n<think>\n"


def test_reasoning_that_was_cut_is_not_the_answer() -> None:
    """Thinking checkpoints open the block in the prompt; a text without any tag was shown and rated as the answer."""
    parts = split(RAW, OPENED)
    assert (parts.answer, parts.thinking) == ("", True)
    assert parts.reasoning == RAW.strip()
    read = read_answer(RAW, OPENED)
    assert not read.pieces and not read.times


@pytest.mark.parametrize(
    ("raw", "reasoning", "answer"),
    [
        ("r</think>a", "r", "a"),
        ("r</think>\n\n<answer>a</answer>", "r", "a"),
        ("<think>r</think>a", "r", "a"),
        ("r\n<answer>a</answer>", "r", "a"),
        ("</think>a", "", "a"),
        ("r<think\\>a", "r", "a"),
    ],
)
def test_a_block_opened_in_the_prompt_ends_as_others_do(raw: str, reasoning: str, answer: str) -> None:
    parts = split(raw, OPENED)
    assert (parts.reasoning, parts.answer, parts.thinking) == (reasoning, answer, False)


@pytest.mark.parametrize(
    ("prompt", "opens"),
    [
        (OPENED, True),
        ("<|im_start|>assistant\n<think>", True),
        ("<|start_header_id|>assistant<|end_header_id|>\n\n<thinking>\n", True),
        ("[INST] risk? [/INST]<think>\n", True),
        ("Question?\n<think>\n", True),
        ("<|im_start|>assistant\n<think>\nOkay, ", True),
        ("<|im_start|>assistant\n<think>\n\n</think>\n\n", False),  # a template told not to think
        ("Write <think>your reasoning</think> first.<|im_end|>\n<|im_start|>assistant\n", False),
        ("Begin with <think><|im_end|>\n<|im_start|>assistant\n", False),
        ("Begin with <think> and then answer", False),
        ("", False),
        (None, False),
    ],
)
def test_the_end_of_the_prompt_tells(prompt: str | None, opens: bool) -> None:
    assert opens_reasoning(prompt) is opens


@pytest.mark.parametrize(
    "raw", ["<think>r</think>a", "a", "r</think>a", "<think>r\n<answer>a</answer>", "a <think>x</think> b"]
)
def test_where_the_answer_stands(raw: str) -> None:
    parts = split(raw)
    assert "".join(span.of(raw) for span in parts.spans).strip() == parts.answer
