"""The Scorecard page: whose rows, whose names, and what stays when a run is gone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from rating_pages import LABELS, ONE, TWO, open_page, rate, sent, write_pairs

from cosmos_compare.paths import outputs_folder
from cosmos_compare.ratings.names_shown import known_to
from cosmos_compare.ratings.pairs import Pair
from cosmos_compare.ui.results.scorecard_table import FIRST


@pytest.fixture
def outputs() -> Path:
    return outputs_folder()


@pytest.fixture
def pairs(outputs: Path, scenarios: Path) -> list[Pair]:
    return write_pairs(outputs, scenarios, 2)


def test_names_stay_hidden_until_the_queue_is_done_or_they_are_asked_for(outputs: Path, pairs: list[Pair]) -> None:
    """Beside one's own marks they tell which answer was whose, so the next pair would not be blind."""
    rate(outputs, pairs[0], "anna")
    page = open_page("rate", rater="anna").switch_page("pages/scorecard.py").run()
    assert "1 pair of them left" in page.info[0].value
    assert "model" not in page.dataframe[0].value.columns and not page.get("download_button")
    assert not any(name in sent(page) for name in (ONE, TWO, *LABELS.values()))
    next(button for button in page.button if button.label == "Show names").click().run()
    assert set(page.dataframe[0].value["model"]) == {ONE, TWO}
    assert known_to(outputs, "anna") == {ONE, TWO}
    page.switch_page("pages/rate.py").run()
    assert "names known, stored as not blind" in sent(page)


def test_at_the_end_of_the_queue_the_names_are_there(outputs: Path, pairs: list[Pair]) -> None:
    for pair in pairs:
        rate(outputs, pair, "anna")
    page = open_page("rate", rater="anna").switch_page("pages/scorecard.py").run()
    assert set(page.dataframe[0].value["model"]) == {ONE, TWO} and not page.info


def test_what_was_said_stands_first(outputs: Path, pairs: list[Pair]) -> None:
    rate(outputs, pairs[0], "anna")
    assert tuple(open_page("scorecard").dataframe[0].value.columns)[: len(FIRST)] == FIRST


def test_ratings_of_a_deleted_run_stay_and_say_so(outputs: Path, pairs: list[Pair]) -> None:
    rate(outputs, pairs[0], "anna")
    shutil.rmtree(outputs / pairs[0].a.path)
    page = open_page("scorecard")
    rows = page.dataframe[0].value.set_index("run_id")
    assert rows["run"].to_dict() == {pairs[0].a.id: "gone", pairs[0].b.id: "on disk"}
    assert "no longer on disk: 1" in page.warning[0].value
    assert "There is no pair" in open_page("rate", rater="anna", pair=pairs[0].id).warning[0].value


def test_a_raters_name_is_text_wherever_it_stands(outputs: Path, pairs: list[Pair]) -> None:
    """Streamlit's labels are Markdown: a name once became a picture from another host."""
    hostile = "![x](http://evil.example/p.png)"
    for pair in pairs:
        rate(outputs, pair, hostile, notes=hostile)
    page = open_page("rate", rater=hostile).switch_page("pages/scorecard.py").run()
    assert "![x](" not in page.toggle[0].label and "evil" in page.toggle[0].label
    end = open_page("rate", rater=hostile)
    assert "![x](" not in end.success[0].value and "evil" in end.success[0].value
    assert "![x](" not in open_page("rate", rater="anna", pair=hostile).warning[0].value


def test_words_of_your_own_that_can_not_be_read_cost_two_columns_only(
    outputs: Path, pairs: list[Pair], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "lexicon.yaml"
    own.write_text("objects: {rickshaw: tuk-tuk}\n", encoding="utf-8")
    monkeypatch.setenv("COSMOS_COMPARE_LEXICON", str(own))
    rate(outputs, pairs[0], "anna")
    page = open_page("scorecard")
    assert "lexicon.yaml: objects.rickshaw" in page.error[0].value
    assert len(page.dataframe[0].value) == 2
