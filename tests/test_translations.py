"""Every text that people read is in every catalogue, whole; and none is shown that goes by the catalogues."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
import translations
from babel.messages.catalog import Message
from conftest import ROOT

CATALOGUES = {path.parent.name: path for path in translations.catalogues()}
HELP = "run python tools/translations.py, translate what it names, and run it again"
# What Streamlit shows of its arguments; a text that starts with a colon is an icon.
SHOWN = {
    *("button", "caption", "checkbox", "code_input", "download_button", "error", "expander", "file_uploader"),
    *("form_submit_button", "header", "info", "markdown", "metric", "multiselect", "number_input", "page_link"),
    *("popover", "progress", "radio", "segmented_control", "select_slider", "selectbox", "slider", "spinner"),
    *("subheader", "success", "text", "text_area", "text_input", "title", "toast", "toggle", "warning", "write"),
}
SHOWN_KEYWORDS = {"label", "help", "placeholder", "text", "alt"}
WORDS = re.compile(r"[A-Za-zÀ-ÿ]{2,}")
NAMES = {"CSV", "JSONL", "Excel", "Markdown", "cosmos", "compare", "UTC", "UTC ·"}  # the same in every language
EXAMPLES = {"anna", "car", "my_prompt", "my_study", "/home/me/clips"}  # of what may be typed


def blanks(text: str) -> set[str]:
    """The named blanks of a text, with how each is written."""
    return {f"{name}!{conversion}:{form}" for _, name, form, conversion in string.Formatter().parse(text) if name}


def messages(path: Path) -> Iterator[Message]:
    return (message for message in translations.read(path) if message.id)


def test_there_is_french() -> None:
    assert "fr" in CATALOGUES


@pytest.mark.parametrize("name", CATALOGUES)
def test_a_catalogue_holds_exactly_what_the_code_says(name: str) -> None:
    texts = {text if isinstance(text, str) else text[0] for text in translations.said()}
    there = {m.id if isinstance(m.id, str) else m.id[0] for m in messages(CATALOGUES[name])}
    assert (texts - there, there - texts) == (set(), set()), HELP


@pytest.mark.parametrize("name", CATALOGUES)
def test_every_text_is_translated_and_none_is_a_guess(name: str) -> None:
    found = list(messages(CATALOGUES[name]))
    assert [m.id for m in found if m.fuzzy] == []
    assert translations.untranslated(translations.read(CATALOGUES[name])) == [], HELP


@pytest.mark.parametrize("name", CATALOGUES)
def test_a_translation_has_the_blanks_of_its_text(name: str) -> None:
    """A blank that is missing loses a number, one too many ends the page; a plural may spell its one thing out."""
    for message in messages(CATALOGUES[name]):
        if isinstance(message.id, str):
            assert blanks(str(message.string)) == blanks(message.id), message.id
            continue
        one, many = message.id
        assert blanks(message.string[-1]) == blanks(many), many
        assert blanks(message.string[0]) <= blanks(one) | blanks(many), one


@pytest.mark.parametrize("name", CATALOGUES)
def test_a_catalogue_has_the_plurals_of_its_language(name: str) -> None:
    catalogue = translations.read(CATALOGUES[name])
    plural = [m.string for m in messages(CATALOGUES[name]) if m.pluralizable]
    assert plural and {len(forms) for forms in plural} == {catalogue.num_plurals}


@pytest.mark.parametrize("name", CATALOGUES)
def test_a_catalogue_is_written_as_the_script_writes_it(name: str, tmp_path: Path) -> None:
    """Another order or other breaks would make every change a conflict."""
    again = tmp_path / name / "cosmos_compare.po"
    again.parent.mkdir()
    translations.write(translations.read(CATALOGUES[name]), again)
    assert again.read_text(encoding="utf-8") == CATALOGUES[name].read_text(encoding="utf-8"), HELP


def test_french_is_set_as_french_is() -> None:
    """Two-part signs after a space that doesn't break, guillemets with such spaces inside."""
    wrong = re.compile(r"[^\s\d:/.][;!?](?=\s|$)| [;:!?»](?=\s|$)|« |“|”|(?<=\w)'(?=\w)")
    for message in messages(CATALOGUES["fr"]):
        for text in message.string if isinstance(message.string, tuple) else (message.string,):
            prose = re.sub(r"`[^`]*`|--?\w[\w-]*|{.*?}", "x", text)
            prose = prose.replace("x\u00a0!", "")
            assert not (found := wrong.search(prose)), f"{found[0]!r} in {text}"


def test_texts_are_written_out_where_they_are_said() -> None:
    """An f-string is another text each time: no catalogue can hold it. Its blanks are named instead."""
    for path in translations.sources():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        saying = translations.ours_in(tree) & {*translations.SPOKEN, "tn"}
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and translations.name_of(call) in saying:
                plural = translations.name_of(call) == "tn"
                where = slice(0, 2) if plural else translations.SPOKEN[translations.name_of(call)]
                for argument in call.args[where]:
                    assert not isinstance(argument, ast.JoinedStr | ast.BinOp), f"{path.name}:{argument.lineno}"
                    # One text may be a variable that `N_` knows; of two no catalogue would know, and they stay English.
                    assert not plural or [*translations.literals(argument)], f"{path.name}:{argument.lineno}"


def shown_literals(path: Path) -> Iterator[tuple[int, str]]:
    """Texts written out in calls of Streamlit, and f-strings between its tags, that no catalogue knows."""
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(call, ast.Call) or translations.name_of(call) not in SHOWN:
            continue
        named = [keyword.value for keyword in call.keywords if keyword.arg in SHOWN_KEYWORDS]
        first = [] if translations.name_of(call) == "page_link" else call.args[:1]
        for node in [*first, *named]:
            pieces = node.values if isinstance(node, ast.JoinedStr) else [node]
            texts = [piece.value for piece in pieces if isinstance(piece, ast.Constant)]
            yield from ((node.lineno, text) for text in texts if isinstance(text, str))


def html_words(path: Path) -> Iterator[tuple[int, str]]:
    """Words between the tags of HTML that is written in the code, and in what screen readers read of it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if not isinstance(node, ast.JoinedStr | ast.Constant) or node in inside:
            continue
        pieces = node.values if isinstance(node, ast.JoinedStr) else [node]
        text = "".join(str(p.value) if isinstance(p, ast.Constant) else "\0" for p in pieces)
        if re.match(r"\s*<[a-z]", text):
            words = re.findall(r'(?:title|aria-label|placeholder|alt)="([^"]+)"', text)
            yield from ((node.lineno, word) for word in [*words, *re.sub(r"<[^>]*(>|$)|&\w+;", "\0", text).split("\0")])


def test_pages_show_no_text_that_goes_by_the_catalogues() -> None:
    found = []
    for path in [ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "cosmos_compare" / "ui").rglob("*.py")]:
        for line, text in [*shown_literals(path), *html_words(path)]:
            plain = text.strip()
            if WORDS.search(plain) and plain not in NAMES | EXAMPLES and not plain.startswith(":material"):
                found.append(f"{path.relative_to(ROOT).as_posix()}:{line} {plain}")
    assert found == [], "say it through language.t"
