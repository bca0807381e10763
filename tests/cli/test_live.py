"""Streams in a terminal: lines come early, and model text can't steer the terminal."""

from cosmos_compare.cli.live import LINE, lines
from cosmos_compare.cli.terminal import harmless


def test_lines_are_whole_and_long_ones_do_not_wait_for_their_end() -> None:
    stream = lines(iter(["A car", " brakes.\nThe", " ego", " slows " + "on and " * 30]))
    assert next(stream) == "A car brakes."
    early = next(stream)
    assert early.startswith("The ego slows on and") and len(early) <= LINE
    rest = [early, *stream]
    assert " ".join(rest).split() == ["The", "ego", "slows", *["on", "and"] * 30]


def test_a_word_longer_than_a_line_stays_whole() -> None:
    assert list(lines(iter(["x" * 300]))) == ["x" * 300]


def test_escape_sequences_of_a_model_reach_no_terminal() -> None:
    assert harmless("a\x1b]0;title\x07b\r\n\tc\x9b2J") == "a\ufffd]0;title\ufffdb\ufffd\n\tc\ufffd2J"
