"""Texts for elements that render Markdown: none of them may open anything. A browser test shows what is drawn."""

from __future__ import annotations

import ast

import pytest
from conftest import ROOT

from cosmos_compare.ui.shared.plain import plain


@pytest.mark.parametrize(
    "text",
    [
        "clip_one.mp4: unknown key 'modles'",
        "end (0.5 s) must be after start (1 s), at 12:30:15.",
        "wrong.yaml: no such file. Check the folder!",
        "scenario_01, driving-2 + reasoning",
        "name it: --object car, from 12:34:56",
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
        ("5:100: x", "5:\u2060100: x"),
        ("a -- b ~= c", "a -\u2060- b \\~\u2060= c"),
        ("a\u202eb", "a\N{REPLACEMENT CHARACTER}b"),
    ],
)
def test_what_would_open_something_is_escaped(text: str, escaped: str) -> None:
    assert plain(text) == escaped


MESSAGES = {f"st.{kind}" for kind in ("error", "info", "warning", "caption", "toast", "markdown", "write")}


def is_ours(node: ast.expr) -> bool:
    """Whether a text is written in the program: a constant, one from the catalogue with numbers, or an escaped one."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.JoinedStr):
        return all(is_ours(part.value if isinstance(part, ast.FormattedValue) else part) for part in node.values)
    if isinstance(node, ast.IfExp):
        return is_ours(node.body) and is_ours(node.orelse)
    if isinstance(node, ast.BinOp):
        return is_ours(node.left) and is_ours(node.right)
    if isinstance(node, ast.Call):
        return "plain" in ast.unparse(node.func) or ast.unparse(node.func) in {"t", "tn"}
    return False


def test_no_page_gives_a_text_of_others_to_markdown() -> None:
    """An error, a name or a part of a link went into `st.error` as it was, and loaded pictures from other hosts."""
    for path in [*(ROOT / "cosmos_compare" / "ui").rglob("*.py"), *(ROOT / "pages").glob("*.py")]:
        if path.name == "plain.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            where, name = f"{path.relative_to(ROOT)}:{node.lineno}", ast.unparse(node.func)
            assert name not in MESSAGES or is_ours(node.args[0]), f"{where}: {name} needs ui/shared/plain.py"
