"""Texts go through one function; without a catalogue they stay as they are."""

from __future__ import annotations

import json
import pickle
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cosmos_compare import language
from cosmos_compare.errors import CompareError

FRENCH = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

msgid "{n} of {total} rated"
msgstr "{n} sur {total} notées"

msgid "is cut: {n:,} bytes"
msgstr "est coupé : {n:,} octets"

msgid "{name}: {why}."
msgstr "{name} : {why} !"

msgid "no such file"
msgstr "fichier absent"

msgid "{n} pair"
msgid_plural "{n} pairs"
msgstr[0] "{n} paire"
msgstr[1] "{n} paires"
"""


def _forget() -> None:
    for remembered in (language.languages, language._catalogue, language._forms, language._from_form):
        remembered.cache_clear()


@pytest.fixture
def french(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A small catalogue, and a reader who speaks it."""
    (tmp_path / "fr").mkdir()
    (tmp_path / "fr" / "cosmos_compare.po").write_text(FRENCH, encoding="utf-8")
    monkeypatch.setattr(language, "FOLDER", tmp_path)
    _forget()
    before = language._choose
    language.speak(lambda: "fr")
    yield
    language.speak(before)
    _forget()


def test_english_is_the_text_itself() -> None:
    assert language.t("{n} of {total} rated", n=1, total=2) == "1 of 2 rated"
    assert language.t("100 % {sure}") == "100 % {sure}", "a text without blanks is not a template"
    assert [language.tn("{n} pair", "{n} pairs", n) for n in (1, 2)] == ["1 pair", "2 pairs"]


def test_another_language_comes_from_its_catalogue(french: None) -> None:
    assert language.t("{n} of {total} rated", n=1, total=2) == "1 sur 2 notées"
    assert [language.tn("{n} pair", "{n} pairs", n) for n in (0, 1, 2)] == ["0 paire", "1 paire", "2 paires"]
    assert language.t("Not in the catalogue") == "Not in the catalogue"


def test_numbers_and_moments_are_those_of_the_language(french: None) -> None:
    assert language.number(1234567.891, ",.2f") == "1\u202f234\u202f567,89"
    assert language.number(0.125, ".1%") == "12,5\u00a0%"
    assert language.t("{share:.0%} of {n:,} in {seconds} s", share=0.5, n=2000, seconds=1.5) == (
        "50\u00a0% of 2\u202f000 in 1,5 s"
    )
    assert language.t("{flag} {year} {name:.3}", flag=True, year=2026, name="1,234.5") == "True 2026 1,2"
    assert language.moment("2026-11-26T09:05:59Z") == "26/11/2026 09:05"
    with language.speaking("en"):
        assert language.number(1234.5, ",.1f") == "1,234.5"
        assert language.moment("2026-11-26T09:05:59Z") == "2026-11-26 09:05"


def test_a_text_is_english_where_it_is_stored_and_french_where_it_is_read(french: None) -> None:
    """One that was made in a French session, nested too, must not bring French into a run on disk."""
    why = language.Text("is cut: {n:,} bytes", n=12000)
    whole = language.Text("{name}: {why}.", name="a.mp4", why=why)
    assert whole == "a.mp4: is cut: 12,000 bytes."
    assert json.dumps([whole]) == '["a.mp4: is cut: 12,000 bytes."]'
    assert str(whole) == f"{whole}" == language.t(whole) == "a.mp4 : est coupé : 12\u202f000 octets !"
    assert pickle.loads(pickle.dumps(whole)) == whole and str(pickle.loads(pickle.dumps(whole))) == str(whole)
    assert str(whole.changed(str.upper)) == str(whole).upper() and whole.changed(str.upper) == whole.upper()
    error = CompareError("{name}: {why}.", "no such file", name="{x}", why=ValueError(why))
    assert str(error) == "{x} : est coupé : 12\u202f000 octets ! fichier absent"
    assert (error.message, error.hint) == ("{x}: is cut: 12,000 bytes.", "no such file")


def test_what_was_stored_in_english_is_told_again(french: None) -> None:
    assert language.retold("no such file") == "fichier absent"
    assert language.retold("a.mp4: is cut: 12,000 bytes.") == "a.mp4 : est coupé : 12\u202f000 octets !"
    assert language.retold("Something else") == "Something else"
    assert language.retold("") == ""


def test_a_thread_speaks_what_it_was_told_and_no_other_hears_it(french: None) -> None:
    heard = []

    def say() -> None:
        heard.append(language.t("no such file"))

    with language.speaking("en"):
        assert language.t("no such file") == "no such file"
        other = threading.Thread(target=say)
        other.start()
        other.join()
    assert heard == ["fichier absent"] and language.t("no such file") == "fichier absent"


def test_the_environment_says_the_language_of_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    assert language.of_environment() == "en"
    monkeypatch.setenv("COSMOS_COMPARE_LANG", "fr_CA.UTF-8")
    assert language.known(language.of_environment()) == "fr"
    assert language.known("xx") == language.known("") == ""


def test_a_language_without_a_catalogue_counts_as_english(french: None) -> None:
    language.speak(lambda: "xx")
    assert language.current() == "en"
