"""Loops are told from long answers."""

import pytest
from conftest import ROOT

from cosmos_compare.texts.loops import find_loop

KINDS = ("car", "bus", "tram", "van", "dog", "cat", "man", "cone")


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("The light is red. " + "The car slows down. " * 30, 29),
        ("Intro. " + "The car slows down and stops. " * 20 + "The car sl", 20),
        ("Le feu est rouge. " + "La voiture ralentit. " * 12, 11),
        ("!" * 400, 100),
        ('[{"label":"car","bbox_2d":[1,2,3,4]},' + '{"label":"car","bbox_2d":[1,2,3,4]},' * 15, 15),
        ("\n".join(f"At {n}.0 s the car moves forward slowly." for n in range(20)), 19),
        ("[" + ",".join(f'{{"start": {n}.0, "end": {n + 1}.0, "event": "car moves"}}' for n in range(30)), 8),
        ("".join(f"{n}. The car is on the road.\n" for n in range(1, 30)), 8),
        ("".join(f'{{"time": "00:{n:02d}", "event": "car moves"}},\n' for n in range(20)), 8),
        ("".join(f'{{"bbox_2d":[{n},2,3,4],"label":"car"}},' for n in range(20)), 8),
        (" ".join(f"word{n}" for n in range(400)).join([" "] * 6), 4),
        (
            "".join(
                f"{kind} moves at {n} s. "
                for n in range(10)
                for kind in ["car", "bus", "tram", "van", "dog", "cat", "man"]
            ),
            8,
        ),
        ("A\nB\n" + "the car, the bus, the car, the van, " * 10, 9),
    ],
)
def test_a_loop_is_found(text: str, least: int) -> None:
    loop = find_loop(text)
    assert loop is not None
    assert loop.rounds >= least
    assert loop.start < len(text) / 2


@pytest.mark.parametrize(
    "text",
    [
        (ROOT / "README.md").read_text(encoding="utf-8")[:8000],
        "\n".join(f"- a {kind} on the road" for kind in ["car", "truck", "bus", "van", "dog", "cat", "tram", "train"]),
        "\n".join(
            f"{n}.0 s: {what}" for n, what in enumerate(["car brakes", "light red", "walker starts", "car stops"])
        ),
        "\n".join(f"{n}. a {kind}" for n, kind in enumerate(KINDS)),
        "\n".join(f"{n / 10:.1f}; {n * 3}; {n * 7}" for n in range(60)),
        "No, no, no, no: it stops.",
        "",
        "The same twice. The same twice.",
        "[" + ",".join(f'{{"label": "car", "bbox_2d": [{n}, {n * 7 % 90}, 3, 4]}}' for n in range(5)) + "]",
    ],
)
def test_a_long_answer_is_none(text: str) -> None:
    assert find_loop(text) is None
