"""Texts go through one function; without a catalogue they stay as they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cosmos_compare import language

FRENCH = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

msgid "{n} of {total} rated"
msgstr "{n} sur {total} notées"

msgid "{n} pair"
msgid_plural "{n} pairs"
msgstr[0] "{n} paire"
msgstr[1] "{n} paires"
"""


@pytest.fixture
def french(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A small catalogue, and a reader who speaks it."""
    (tmp_path / "fr").mkdir()
    (tmp_path / "fr" / "cosmos_compare.po").write_text(FRENCH, encoding="utf-8")
    monkeypatch.setattr(language, "FOLDER", tmp_path)
    language.languages.cache_clear()
    language._catalogue.cache_clear()
    language.speak(lambda: "fr")
    yield
    language.speak(lambda: language.SOURCE)
    language.languages.cache_clear()
    language._catalogue.cache_clear()


def test_english_is_the_text_itself() -> None:
    assert language.t("{n} of {total} rated", n=1, total=2) == "1 of 2 rated"
    assert language.t("100 % {sure}") == "100 % {sure}", "a text without blanks is not a template"
    assert [language.tn("{n} pair", "{n} pairs", n) for n in (1, 2)] == ["1 pair", "2 pairs"]


def test_another_language_comes_from_its_catalogue(french: None) -> None:
    assert language.t("{n} of {total} rated", n=1, total=2) == "1 sur 2 notées"
    assert [language.tn("{n} pair", "{n} pairs", n) for n in (0, 1, 2)] == ["0 paire", "1 paire", "2 paires"]
    assert language.t("Not in the catalogue") == "Not in the catalogue"


def test_a_language_without_a_catalogue_counts_as_english(french: None) -> None:
    language.speak(lambda: "xx")
    assert language.current() == "en"
