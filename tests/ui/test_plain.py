"""Texts for elements that render Markdown: none of them may open anything. A browser test shows what is drawn."""

from __future__ import annotations

import pytest

from cosmos_compare.ui.shared.plain import plain


@pytest.mark.parametrize(
    "text",
    [
        "clip_one.mp4: unknown key 'modles'",
        "end (0.5 s) must be after start (1 s), at 12:30:15.",
        "wrong.yaml: no such file. Check the folder!",
        "scenario_01, driving-2 + reasoning",
    ],
)
def test_what_opens_nothing_stays_as_it_is(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("![x](http://a)", "!\\[x\\](http\u2060://a)"),
        ("# head", "\\# head"),
        ("1. one", "1\\. one"),
        ("two\n\n# lines", "two # lines"),
        ("_x_ a_b", "\\_x\\_ a_b"),
        (":red[x]", ":\u2060red\\[x\\]"),
        ("<img>", "\\<img\\>"),
        ("me@x", "me@\u2060x"),
        ("a\u202eb", "a\N{REPLACEMENT CHARACTER}b"),
    ],
)
def test_what_would_open_something_is_escaped(text: str, escaped: str) -> None:
    assert plain(text) == escaped
