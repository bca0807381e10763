"""The Results and Scorecard pages: what they say in each state. Charts are drawn in test_browser_rating."""

from __future__ import annotations

from pathlib import Path

import pytest
from rating_pages import ONE, TWO, open_page, rate, sent, write_pairs

from cosmos_compare.paths import outputs_folder
from cosmos_compare.ratings import scorecard
from cosmos_compare.ratings.pairs import Pair


@pytest.fixture
def outputs() -> Path:
    return outputs_folder()


@pytest.fixture
def pairs(outputs: Path, scenarios: Path) -> list[Pair]:
    return write_pairs(outputs, scenarios, 3)


def test_without_models_to_compare_the_page_says_what_to_do() -> None:
    assert "Run a comparison, then rate it" in open_page("results").info[0].value


def test_without_ratings_it_says_so_and_shows_what_is_unrated(pairs: list[Pair]) -> None:
    said = sent(open_page("results"))
    assert "No rater has marked both" in said and "Rated are 0 of 3 pairs on disk" in said


def test_findings_say_their_n_and_that_three_scenarios_are_not_enough(outputs: Path, pairs: list[Pair]) -> None:
    for pair in pairs:
        rate(outputs, pair, "anna")
    said = sent(open_page("results"))
    assert "3 judgements" in said and "3 scenarios, 21 pairs of marks" in said
    assert "Not enough evidence" in said and "8 are the fewest that can reach .01" in said
    assert "p = .250" in said


def test_hints_stand_below_with_how_far_people_bear_them_out(outputs: Path, pairs: list[Pair]) -> None:
    rate(outputs, pairs[0], "anna")
    page = open_page("results")
    assert "not proven" not in sent(page)
    panel = next(one for one in page.expander if one.label == "Hints against people's marks")
    page.session_state["results_hints"] = True
    page.run()
    assert not page.exception and panel.label and "not proven: n = " in sent(page)


def test_a_slice_changes_what_is_counted_and_stays_in_the_link(outputs: Path, pairs: list[Pair]) -> None:
    for pair in pairs[:2]:
        rate(outputs, pair, "anna")
    rate(outputs, pairs[0], "bert", verdict="a")
    page = open_page("results")
    assert "3 judgements" in sent(page)
    page.multiselect("only_raters").set_value(["bert"]).run()
    assert "1 judgement ·" in sent(page)
    assert "1 judgement ·" in sent(open_page("results", only_raters="bert"))
    page.multiselect("only_raters").set_value([]).run()
    page.multiselect("only_scenarios").set_value(["scene_1"]).run()
    assert "1 judgement ·" in sent(page)
    page.multiselect("only_scenarios").set_value([]).run()
    page.toggle("only_blind").set_value(True).run()
    assert "3 judgements" in sent(page)


def test_a_bad_row_is_named_with_its_line_and_costs_itself_only(outputs: Path, pairs: list[Pair]) -> None:
    rate(outputs, pairs[0], "anna")
    path = outputs / "scorecard.csv"
    path.write_text(path.read_text("utf-8-sig").replace('"1"', '"7"', 1), "utf-8-sig")
    page = open_page("results")
    assert "Line 2 is left out" in page.warning[0].value
    assert "0 judgements" in sent(page)


def test_a_scorecard_that_can_not_be_read_is_named(outputs: Path, pairs: list[Pair]) -> None:
    (outputs / "scorecard.csv").mkdir()
    for name in ("results", "scorecard"):
        assert "scorecard.csv" in open_page(name).error[0].value


def test_new_ratings_show_at_once(outputs: Path, pairs: list[Pair]) -> None:
    rate(outputs, pairs[0], "anna")
    page = open_page("results")
    rate(outputs, pairs[1], "anna")
    assert "2 judgements" in sent(page.run())


def test_the_scorecard_shows_what_teams_keep(outputs: Path, pairs: list[Pair]) -> None:
    rate(outputs, pairs[0], "anna", a=(2, 1, 0, None, 2, 2, 2), notes="Late.\nBut seen.")
    table = open_page("scorecard").dataframe[0].value
    row = table[table["model"] == pairs[0].a.model].iloc[0]
    assert [row[name] for name in ("objects", "spatial", "temporal", "risk")] == ["✅", "🟡", "❌", ""]
    assert row["objects found"] == "car" and row["time_s"] == 1.5 and row["notes"] == "Late.\nBut seen."
    assert set(table["risk stated"]) == {"", "high"}


def test_a_rater_sees_others_rows_only_for_what_they_rated_themselves(outputs: Path, pairs: list[Pair]) -> None:
    rate(outputs, pairs[0], "anna")
    rate(outputs, pairs[0], "bert")
    rate(outputs, pairs[1], "bert")
    page = open_page("rate", rater="anna")
    page.switch_page("pages/scorecard.py").run()
    assert "2 rows of other raters" in page.info[0].value
    table = page.dataframe[0].value
    assert sorted(set(zip(table["scenario"], table["rater"], strict=True))) == [
        ("scene_0", "anna"),
        ("scene_0", "bert"),
    ]


def test_filters_of_the_scorecard(outputs: Path, pairs: list[Pair]) -> None:
    for pair in pairs:
        rate(outputs, pair, "anna")
    page = open_page("scorecard")
    page.multiselect("only_models").set_value([pairs[0].a.model]).run()
    page.multiselect("only_scenarios").set_value(["scene_2"]).run()
    assert len(page.dataframe[0].value) == 1
    assert len(scorecard.read(outputs).lines) == 6


def test_of_three_models_two_are_compared_at_a_time(outputs: Path, scenarios: Path) -> None:
    texts = {ONE: "A car.", TWO: "A bus.", "third": "A van."}
    pairs = write_pairs(outputs, scenarios, 1, texts)
    assert len(pairs) == 3
    rate(outputs, pairs[0], "anna")
    page = open_page("results")
    assert page.selectbox("two_models").options[0] == f"{pairs[0].a.model} and {pairs[0].b.model}"
    assert "1 judgement ·" in sent(page)
    page.selectbox("two_models").select_index(1).run()
    assert "0 judgements ·" in sent(page)
