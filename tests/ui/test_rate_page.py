"""The states of the Rate page. The form itself is a component, which only a browser runs: see test_browser_rating."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from rating_pages import LABELS, linked, open_page, pairs_in, rate, sent, told, write_pairs

from cosmos_compare.paths import outputs_folder
from cosmos_compare.ratings.pairs import Pair
from cosmos_compare.records.schema import Prompt
from cosmos_compare.runs.store import Store


@pytest.fixture
def outputs() -> Path:
    return outputs_folder()


@pytest.fixture
def pairs(outputs: Path, scenarios: Path) -> list[Pair]:
    return write_pairs(outputs, scenarios, 3)


def test_without_pairs_the_page_says_what_to_do(scenarios: Path) -> None:
    assert "Run a comparison, then rate it" in open_page("rate", rater="anna").info[0].value


def test_the_name_is_asked_once_and_kept_in_the_link(pairs: list[Pair]) -> None:
    page = open_page("rate")
    page.text_input("rater_name").input(" anna   b ")
    page.button[0].click().run()
    assert [field.key for field in page.text_input] == ["rate_find"]
    assert linked(page, "rater") == "anna b"
    assert linked(page, "pair") == pairs[0].id


@pytest.mark.parametrize("name", ["", "   ", "a" * 81, "a\u202eb"])
def test_a_name_that_can_not_be_one_is_asked_for_again(pairs: list[Pair], name: str) -> None:
    page = open_page("rate", rater=name)
    assert page.text_input("rater_name")
    page.text_input("rater_name").input(name)
    page.button[0].click().run()
    assert page.error and page.text_input("rater_name")


def test_before_saving_nothing_that_is_sent_tells_the_models(pairs: list[Pair]) -> None:
    page = open_page("rate", rater="anna")
    assert "▇▇▇" in sent(page)
    assert told(sent(page) + str(page.query_params)) == []


def test_where_answers_agree_waits_for_the_marks_or_is_asked_for_and_remembered(
    outputs: Path, pairs: list[Pair]
) -> None:
    page = open_page("rate", rater="anna", pair=pairs[0].id)
    assert 'class=\\"lanes' in sent(page) and "contrast" not in sent(page)
    page.button("rate_aids").click().run()
    assert "contrast" in sent(page) and told(sent(page)) == []
    assert "contrast" in sent(open_page("rate", rater="anna", pair=pairs[0].id))  # seen is seen, after a reload too
    assert "contrast" not in sent(open_page("rate", rater="bert", pair=pairs[0].id))
    rate(outputs, pairs[1], "bert")
    assert "contrast" in sent(open_page("rate", rater="bert", pair=pairs[1].id))


def test_names_come_at_the_end_of_the_queue_and_not_before(outputs: Path, pairs: list[Pair]) -> None:
    """Revealed after each pair, the manner of the answers told the model in every later one."""
    rate(outputs, pairs[0], "anna")
    rate(outputs, pairs[1], "anna")
    page = open_page("rate", rater="anna", pair=pairs[0].id)
    assert told(sent(page)) == [] and "rated" in sent(page) and "names shown" not in sent(page)
    rate(outputs, pairs[2], "anna")
    named = sent(open_page("rate", rater="anna", pair=pairs[0].id))
    assert all(label in named for label in LABELS.values()) and told(named)


def test_the_queue_begins_with_what_this_rater_has_not_rated(outputs: Path, pairs: list[Pair]) -> None:
    rate(outputs, pairs[0], "anna")
    rate(outputs, pairs[1], "bert")
    assert linked(open_page("rate", rater="anna"), "pair") == pairs[1].id
    assert linked(open_page("rate", rater="bert"), "pair") == pairs[0].id


def test_when_all_are_rated_the_page_leads_on(outputs: Path, pairs: list[Pair]) -> None:
    for pair in pairs:
        rate(outputs, pair, "anna")
    page = open_page("rate", rater="anna")
    assert page.success[0].value == "anna has rated all 3 pairs."


def test_open_mode_shows_names_and_says_so(pairs: list[Pair]) -> None:
    page = open_page("rate", rater="anna", names="shown")
    assert "names shown" in sent(page) and LABELS["Cosmos-Reason1-7B"] in sent(page)
    page.toggle("names_shown").set_value(False).run()
    assert "names known, stored as not blind" in sent(page)  # they were seen a moment ago
    assert told(sent(page)) == []


def test_after_a_rating_with_names_no_pair_of_these_models_is_blind(outputs: Path, pairs: list[Pair]) -> None:
    """Rated on Compare, where the names stand: later pairs of the two models were still saved as blind."""
    rate(outputs, pairs[0], "anna", blind=False)
    page = open_page("rate", rater="anna")
    assert linked(page, "pair") == pairs[1].id
    assert "names known, stored as not blind" in sent(page) and told(sent(page)) == []
    assert "names known" not in sent(open_page("rate", rater="bert"))


def test_a_link_to_a_pair_that_is_gone_says_so_and_takes_the_next(pairs: list[Pair]) -> None:
    page = open_page("rate", rater="anna", pair="x~y")
    assert "There is no pair" in page.warning[0].value
    assert linked(page, "pair") == pairs[0].id


def test_a_run_that_can_not_be_read_is_named_without_its_folder(outputs: Path, pairs: list[Pair]) -> None:
    """Its folder carries the model's name."""
    (outputs / pairs[0].a.path / "analysis.json").write_text("{")
    page = open_page("rate", rater="anna", pair=pairs[0].id)
    assert page.error[0].value.startswith("An answer of this pair can't be read.")
    next(button for button in page.button if button.label == "Skip").click().run()
    assert linked(page, "pair") == pairs[1].id and not page.error
    page = open_page("rate", rater="anna", pair=pairs[0].id)
    assert told(sent(page)) == []


def test_a_scorecard_that_can_not_be_read_is_named(outputs: Path, pairs: list[Pair]) -> None:
    (outputs / "scorecard.csv").mkdir()
    assert "can't be read" in open_page("rate", rater="anna").error[0].value


def test_a_video_that_has_moved_leaves_the_frames(outputs: Path, tmp_path: Path, scenarios: Path) -> None:
    moved = tmp_path / "clips" / "scene"
    moved.mkdir(parents=True)
    (moved / "segment.webm").write_bytes((scenarios / "scene_0" / "segment.webm").read_bytes())
    write_pairs(outputs, tmp_path / "clips", 1)
    (moved / "segment.webm").unlink()
    page = open_page("rate", rater="anna")
    assert page.caption[0].value.startswith("The video is no longer where it was")
    assert "2 frames" in sent(page) and len(pairs_in(outputs)) == 1


def change_record(outputs: Path, pair: Pair, **clip: object) -> None:
    """Both runs of a pair with other facts of their clip."""
    for row in (pair.a, pair.b):
        path = outputs / row.path / "analysis.json"
        record = json.loads(path.read_text(encoding="utf-8"))
        record["clip"].update(clip)
        path.write_text(json.dumps(record), encoding="utf-8")


@pytest.mark.parametrize("path", ["x" * 8000, "nul\0inside", "", "/", "\ud800"])
def test_a_clips_path_that_is_none_leaves_the_page_standing(outputs: Path, pairs: list[Pair], path: str) -> None:
    change_record(outputs, pairs[0], path=path)
    page = open_page("rate", rater="anna", pair=pairs[0].id)
    said = [element.value for element in (*page.caption, *page.error)]
    assert any("no longer where it was" in words or "can't be read" in words for words in said)
    assert not open_page("results").exception and not open_page("scorecard").exception


def test_runs_without_frames_can_be_rated(outputs: Path, pairs: list[Pair]) -> None:
    for row in (pairs[0].a, pairs[0].b):
        shutil.rmtree(outputs / row.path / "artifacts")
    assert "2 frames" in sent(open_page("rate", rater="anna", pair=pairs[0].id))


def answers_of_arms(outputs: Path, pairs: list[Pair], repeats: int = 1) -> tuple[str, str]:
    """A second prompt version of the first model on each clip; returns the ids of both arms."""
    store, ids = Store(outputs), set()
    for pair in pairs:
        run = store.load(pair.a)
        for repeat in range(repeats):
            for number, question in enumerate(("What happens? You are Cosmos-Reason1.", "What is the risk?")):
                if (number, repeat) == (0, 0):
                    continue
                changed = {
                    "id": f"20261125T1{number}000{repeat}Z-{run.key[:8]}",
                    "prompt": Prompt(name="driving", user_prompt=question),
                    "settings": run.settings.model_copy(update={"repeat": repeat}),
                    "answer": run.answer.model_copy(update={"raw": f"A car, {number}, {repeat}."}),
                }
                store.save(run.model_copy(update=changed), np.full((2, 28, 56, 3), 120, np.uint8))
    for row in store.rows():
        if row.model == pairs[0].a.model:
            ids.add(row.arm.id)
    one, other = sorted(ids)
    return one, other


def test_two_arms_of_a_link_are_rated_blind_their_repeats_by_number(outputs: Path, pairs: list[Pair]) -> None:
    one, other = answers_of_arms(outputs, pairs, repeats=2)
    page = open_page("rate", rater="anna", a=one, b=other)
    assert "0 of 6 pairs rated" in sent(page) and told(sent(page) + str(page.query_params)) == []
    page.toggle("rate_repeats").set_value(False).run()
    assert "0 of 3 pairs rated" in sent(page)
    assert "0 of 3 pairs rated" in sent(open_page("rate", rater="anna"))  # unasked, only the two models are compared


def test_arms_that_are_not_here_are_said_and_the_queue_goes_on(pairs: list[Pair]) -> None:
    page = open_page("rate", rater="anna", a="000000000000", b="111111111111")
    assert "are not here" in page.warning[0].value and linked(page, "pair") == pairs[0].id


def test_another_prompt_is_chosen_and_never_joins(outputs: Path, scenarios: Path, pairs: list[Pair]) -> None:
    for pair in pairs[:2]:
        for row in (pair.a, pair.b):
            run = Store(outputs).load(row)
            other = {"id": f"20261125T100000Z-{run.key[:8]}", "prompt": Prompt(name="risk", user_prompt="How risky?")}
            Store(outputs).save(run.model_copy(update=other), np.full((2, 28, 56, 3), 120, np.uint8))
    page = open_page("rate", rater="anna")
    assert "0 of 3 pairs rated" in sent(page)
    choice = page.selectbox("rate_comparison")
    assert [label.split(" ")[0] for label in choice.options] == ["driving", "risk"]
    choice.select_index(1).run()
    assert "0 of 2 pairs rated" in sent(page) and "How risky?" in sent(page)


def test_disputed_pairs_are_ones_own_rated_pairs(outputs: Path, pairs: list[Pair]) -> None:
    for pair in pairs:
        rate(outputs, pair, "bert", verdict="a")
    rate(outputs, pairs[1], "anna", verdict="b")
    page = open_page("rate", rater="anna", state="disputed")
    assert linked(page, "pair") == pairs[1].id and "raters disagree" in sent(page)
    assert "No such pair" in open_page("rate", rater="carl", state="disputed").sidebar.caption[0].value
