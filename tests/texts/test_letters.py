"""Which option an answer names: the rules of docs/IMPORTS.md. What is unclear is never guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cosmos_compare.texts.letters import letter_of

OPTIONS = {"A": "Brake", "B": "Keep speed", "C": "Turn left", "D": "A car"}

NAMED = [
    # a letter alone
    ("B", "B"), ("b", "B"), ("(b)", "B"), ("B.", "B"), ("[C]", "C"), ("**B**", "B"), ("`b`", "B"), ('"B"', "B"),
    ("Option B", "B"), ("the answer B", "B"), ("It's B.", "B"), ("C'est B.", "B"), ("réponse B", "B"), ('["B"]', "B"),
    (r"$\boxed{B}$", "B"), ("Ｂ", "B"),
    (r"\(\boxed{\text{B}}\)", "B"), ("- B", "B"), ("> B", "B"), ("\u200bB\ufeff", "B"), ("* **B**", "B"),
    # with its words, or the words alone
    ("B (Keep speed)", "B"), ("B = Keep speed", "B"), ("- B: Keep speed", "B"),
    ("B. Keep speed", "B"), ("(b) keep   speed.", "B"), ("B: Keep speed", "B"), ("B - Keep speed", "B"),
    ("Keep speed", "B"), ("keep speed.", "B"), ("A car", "D"), ("Answer: Keep speed", "B"),
    ("Answer: Brake. A child runs.", "A"),
    # announced
    ("Answer: C", "C"), ("answer:c", "C"), ("The answer is (C).", "C"),
    ("The correct answer is option C: Turn left", "C"),
    ("Réponse : B", "B"), ("La bonne réponse est B.", "B"), ("I would choose B because it is safe.", "B"),
    ("Je choisis B.", "B"), ("Answer: **C**", "C"), ("Option A is wrong. Option B is correct.", "B"),
    ("Answer: A car", "D"), ("The answer is a car.", "D"), ("Answer: keep speed because it is safe", "B"),
    ("B because A is wrong", "B"), ("Answer: B. A and C are wrong", "B"), ("Answer: B. If not, C would be right.", "B"),
    ("A or B? Answer: A or B. Final answer: B", "B"),
    ("Answer: D. A car", "D"), ("Answer: A Brake", "A"), ("Not A. The answer is B.", "B"),
    # reasoning before or behind
    ("<think>A or B? A car brakes.</think>\nB", "B"), ("<answer>B</answer>", "B"),
    ("A car is ahead. It brakes, option A does not fit.\n\nB", "B"), ("B\nBecause a child runs out.", "B"),
    ("B. A child runs onto the road, so it is safer.", "B"), ("A: Brake\nB: Keep speed\nC: Turn left\nAnswer: B", "B"),
    ("The answer is A. No, wait. Final answer: B", "B"),
    # JSON
    ('{"answer": "B"}', "B"), ('```json\n{"reason": "A car", "answer": "b) keep speed"}\n```', "B"),
    ('[{"answer": "B"}]', "B"), ('{"finalAnswer": "B"}', "B"), ('{"Selected option": "b"}', "B"),
    ('{"answers": [{"answer": "B"}]}', "B"), ('{"A": false, "B": true}\nThe answer is B', "B"),
    ('{"réponse": "B"}', "B"), ('{"result": {"Final Answer": "B"}}', "B"), ('{"answer": "Keep speed"}', "B"),
]  # fmt: skip

UNREADABLE = [
    ("", "the answer is empty"), ("   \n", "the answer is empty"), ("<think>It could be B", "reasoning was cut"),
    # a letter that is a word of the prose
    ("A car brakes.", "no option"), ("A pedestrian crosses, so the ego slows down.", "no option"),
    ("The answer is a pedestrian", "no option"), ("Answer: A car brakes hard", "no option"),
    ("I think so.", "no option"),
    ("Answer: I see nothing", "no option"), ("Plan B is to wait", "no option"), ("It is not B", "no option"),
    ("The answer is not A", "no option"), ("La réponse n'est pas B", "no option"), ("", "empty"),
    # two letters
    ("A and B", "no option"), ("Answer: A and B", "names A and B"), ("Answer: A or B", "names A and B"),
    ("Answer: A/B", "names A and B"), ("Answer: A, B", "names A and B"),
    ("Réponse : A et B", "names A and B"),
    ("The answer is A. The answer is B.", "names A and B"), ("A\nso it is\nB", "names A and B"),
    ("A: Brake\nB: Keep speed", "names"), ("A) brakes; B) keeps", "names A and B"), ("B\nAnswer: C", "names B and C"),
    ('{"answer": ["A", "B"]}', "names A and B"), ('{"answer": "A", "choice": "B"}', "names A and B"),
    ("Answer: A; B", "names A and B"), ("Answer: B. or C.", "names B and C"),
    ("Answer: A, or maybe B", "names A and B"),
    ("The answer is A... no wait, B.", "names A and B"), ("The answer is A. Actually, B.", "names A and B"),
    ("Answer: A. Brake. B. Keep speed", "names A and B"), ("Answer: Brake; keep speed", "names A and B"),
    ("Answer: Keep speed, then brake", "names A and B"), ("Réponse : A, ou peut-être B.", "names A and B"),
    # JSON whose keys are letters
    ('{"A": false, "B": true}', "no option"), ('{"A": 0.1, "B": 0.9}', "no option"),
    ('{"A": "no", "B": "yes"}', "no option"), ('{"options": {"A": "Brake"}}', "no option"),
    ('{"answer": {"A": false, "B": true}}', "no option"),
    # only on a condition
    ("If the answer is B, then the car stops.", "no option"), ("Si la réponse est B, elle s'arrête.", "no option"),
    # no such option
    ("E", "E, which is no option"), ("Answer: E", "E, which is no option"),
    ('{"answer": "E"}', "E, which is no option"),
    # a letter against its words
    ("B. Brake", "says B and the words of A"), ("Answer: B. Brake", "says B and the words of A"),
    ("B is wrong", "no option"), ("B: is wrong", "B is wrong"), ("A: no", "A is wrong"), ("A. Incorrect", "A is wrong"),
    ("A) Not this one", "A is wrong"), ("A - no. B - yes.", "A is wrong"), ("A. can't be", "A is wrong"),
    ("A. Keep speed, because it is safe", "says A and the words of B"), ("A (Keep speed)", "says A and the words of B"),
    ("A (red) car brakes", "no option"),
    ("Yes", "no option"), ("None of them", "no option"), ('{"answer": 2}', "no option"),
    ('{"answer": null}', "no option"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "letter"), NAMED)
def test_what_names_an_option(raw: str, letter: str) -> None:
    assert letter_of(raw, OPTIONS) == (letter, "")


@pytest.mark.parametrize(("raw", "why"), UNREADABLE)
def test_what_is_never_guessed(raw: str, why: str) -> None:
    read = letter_of(raw, OPTIONS)
    assert read.letter == "" and why in read.why


def test_words_that_two_options_share_name_none() -> None:
    options = {"A": "Brake", "B": "Brake", "C": "Wait"}
    assert letter_of("Brake", options) == ("", "two options have these words")
    assert letter_of("Answer: Brake", options).letter == ""
    assert letter_of("B. Brake", options).letter == "B"


def test_a_letter_that_is_the_words_of_another_option_is_unclear() -> None:
    assert letter_of("A", {"A": "B", "B": "A"}).why == "it names A and B"
    assert letter_of("yes.", {"A": "Yes", "B": "No"}).letter == "A"


def test_yes_and_no_are_words_like_others() -> None:
    options = {"A": "Yes", "B": "No"}
    assert letter_of("B. No, it does not", options).letter == letter_of("B: No", options).letter == "B"
    assert letter_of("A. No, because it goes on", options).why == "it says A and the words of B"
    assert letter_of("Answer: no, it does not", options).letter == "B"


def test_words_that_are_a_letter_name_their_option() -> None:
    compass = {"A": "N", "B": "S", "C": "E", "D": "W"}
    assert [letter_of(raw, compass).letter for raw in ("S", "Answer: W", "C")] == ["B", "D", "C"]


def test_reasoning_that_the_prompt_opened_is_no_answer() -> None:
    opened = "<|im_start|>assistant\n<think>\n"
    assert letter_of("It may be A.</think>B", OPTIONS, opened).letter == "B"
    assert "reasoning was cut" in letter_of("B", OPTIONS, opened).why


@given(st.text(max_size=80), st.dictionaries(st.sampled_from("ABCD"), st.text(max_size=12)))
def test_any_text_is_read_without_an_error(raw: str, options: dict[str, str]) -> None:
    read = letter_of(raw, options)
    assert (read.letter in options) if read.letter else read.why
