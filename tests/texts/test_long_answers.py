"""A model in a loop writes thousands of the same: its answer is read as fast as another of its length."""

import pytest

from cosmos_compare.texts.answers import read_answer
from cosmos_compare.texts.boxes import Scale
from cosmos_compare.texts.facts import facts_of
from cosmos_compare.texts.one_form import prose_in_one_form


@pytest.mark.timeout(60)  # the slowest takes 2 s, and took 130 when its time grew with the square of its length
@pytest.mark.parametrize(
    "text",
    [
        "[1,2,3,4] " * 1200,
        "The path is (1,2)," + "(1,2)," * 2000,
        "car(1,2),(3,4) " * 800,
        "no car, " * 1500,
        "There are no pedestrians or " + "cars or " * 1500,
        '{"' * 20_000,
        "A" + " " * 20_000 + "car",
        "/*{" * 7000,
    ],
    ids=["boxes", "points", "corners", "denied", "or", "quotes", "blanks", "comments"],
)
def test_a_loop_is_read_in_the_time_of_its_length(text: str) -> None:
    """A page that showed such an answer stood still for half a minute, and each look at it again."""
    read = read_answer(text)
    facts_of(read)
    assert read.events is not None
    read.boxes("thousandths", 100, 100)
    prose_in_one_form(text, Scale(1000, 1000))


def test_what_a_sentence_without_an_end_says_is_still_read() -> None:
    facts = facts_of(read_answer("no car, " * 1500 + "a bus"))
    assert facts.objects("absent") == ["car"]
    assert facts.objects() == ["bus"]
