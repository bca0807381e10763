"""The language of a session: a link, the choice in the sidebar, this browser's memory, the browser's own language."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest
from app_support import ROOT, html
from streamlit.testing.v1 import AppTest

from cosmos_compare.language import t
from cosmos_compare.ui.shared import language_choice


def opened(page: str = "pages/results.py", **query: str) -> AppTest:
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).switch_page(page)
    for name, value in query.items():
        test.query_params[name] = value
    test.run()
    assert not test.exception, test.exception
    return test


def chosen(test: AppTest) -> str:
    return str(test.session_state[language_choice.WIDGET])


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What the browser tells: its cookies and its language."""
    context = SimpleNamespace(cookies={}, locale="en-US")
    monkeypatch.setattr(language_choice, "browser", lambda: context)
    return context


def test_a_link_asks_for_a_language_once(told: SimpleNamespace) -> None:
    page = opened(lang="fr")
    assert "Lancez une comparaison" in html(page) and "lang" not in page.query_params
    page.run()
    assert "Lancez une comparaison" in html(page)
    page.button_group(key=language_choice.WIDGET).set_value("en").run()
    assert "Run a comparison" in html(page)
    page.query_params["lang"] = "xx"
    page.run()
    assert "Run a comparison" in html(page), "a language that we lack changes nothing"


def test_a_browser_is_remembered_and_else_its_own_language_counts(told: SimpleNamespace) -> None:
    told.locale = "fr-CA"
    assert chosen(opened()) == "fr"
    told.cookies = {language_choice.COOKIE: "en"}
    assert chosen(opened()) == "en"
    told.cookies, told.locale = {language_choice.COOKIE: "<script>"}, None
    assert chosen(opened()) == "en"


def test_two_sessions_and_the_threads_of_a_server_speak_for_themselves(told: SimpleNamespace) -> None:
    one, other = opened(lang="fr"), opened()
    assert (chosen(one), chosen(other)) == ("fr", "en")
    heard: list[str] = []
    thread = threading.Thread(target=lambda: heard.append(t("Settings")))
    thread.start()
    thread.join()
    assert heard == ["Settings"]
