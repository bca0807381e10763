"""The document: its sections in their order, nothing in it that loads or runs, the same bytes for the same input."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import numpy as np
import pytest
from conftest import write_clip
from rating_pages import pairs_in, rate
from report_elements import Elements, assert_loads_nothing
from report_samples import IMPRINT, TRUTH, answer_study, judge_all, material, write_study
from runs_support import make_run

from cosmos_compare.ratings import scorecard
from cosmos_compare.records.schema import AXES
from cosmos_compare.report.document import MOST_BYTES, document
from cosmos_compare.report.pictures import Album, spread
from cosmos_compare.results.report_words import headline, repeatable_words
from cosmos_compare.runs.store import Store

TITLES = (
    "Verdict", "Axes", "What this does not prove", "Scenarios and axes", "Cases", "How it was judged",
    "What the models were given", "Baselines", "Speed, memory and effort", "Left out, failed, cut",
    "Data, and how to make this again", "Confidentiality",
)  # fmt: skip


@pytest.fixture(scope="module")
def pilot(tmp_path_factory: pytest.TempPathFactory, scenarios: Path) -> Path:
    """An outputs folder with three judged scenarios; one clip has a ground truth."""
    folder = tmp_path_factory.mktemp("pilot")
    study = write_study(folder, scenarios)
    answer_study(study, folder / "outputs")
    judge_all(folder / "outputs", notes="Late.")
    return folder / "outputs"


@pytest.fixture(scope="module")
def page(pilot: Path) -> Elements:
    return Elements(document(material(pilot)))


def test_the_sections_are_the_twelve_in_their_order(page: Elements) -> None:
    ids = [section["id"] for section in page.all("section") if "aria-labelledby" in section]
    assert ids == [
        "verdict", "axes", "limits", "matrix", "cases", "judging", "inputs", "baselines", "speed", "left-out",
        "downloads", "confidentiality",
    ]  # fmt: skip
    places = [page.text.rindex(f"{number}. {title}") for number, title in enumerate(TITLES, start=1)]
    assert places == sorted(places)


def test_the_verdict_is_the_one_of_results_and_says_that_no_difference_is_shown(pilot: Path, page: Elements) -> None:
    told = material(pilot).told
    assert repeatable_words(told) in page.text and headline(told) in page.text
    assert "6 judgements by 2 raters on 3 scenarios do not show a difference between reason1 and reason2" in page.text
    assert "Counted are all ratings." in page.text and "anna, bert" in page.text
    assert "Every interval contains zero" in page.text
    assert "show that" not in page.text


def test_nothing_is_loaded_and_nothing_runs(page: Elements) -> None:
    assert_loads_nothing(page)
    assert "default-src 'none'" in str(page.all("meta"))


def test_each_axis_has_a_chart_with_a_title_and_words(page: Elements) -> None:
    charts = [one for one in page.all("svg") if one["aria-labelledby"].startswith("axis-")]
    assert [one["aria-labelledby"].split("-")[1] for one in charts[:7]] == [f"{axis}" for axis in AXES]
    ids = {attributes.get("id") for _, attributes in page.found}
    assert all(set(one["aria-labelledby"].split()) <= ids and one["role"] == "img" for one in page.all("svg"))


def test_each_cell_of_the_matrix_leads_to_a_case(page: Elements) -> None:
    ids = {attributes.get("id") for _, attributes in page.found}
    links = [link["href"] for link in page.all("a") if str(link["href"]).startswith("#case-")]
    assert len(links) == 3 * 8
    assert {link[1:] for link in links} == {"case-1", "case-2", "case-3"} <= ids


def test_ids_are_unique(page: Elements) -> None:
    ids = [attributes["id"] for _, attributes in page.found if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_the_same_input_gives_the_same_bytes_but_for_the_day(pilot: Path) -> None:
    first, again = document(material(pilot)), document(material(pilot))
    assert first == again
    later = document(material(pilot, imprint=IMPRINT._replace(made="2031-01-01")))
    assert later.replace(b"2031-01-01", b"2026-11-26") == first
    assert later.count(b"2031-01-01") == 1


def test_the_files_inside_are_those_that_their_hashes_name(pilot: Path, page: Elements) -> None:
    files = {
        link["download"]: base64.b64decode(link["href"].split(",", 1)[1])
        for link in page.all("a")
        if "download" in link
    }
    assert list(files) == ["scorecard.csv", "numbers.json", "numbers.csv"]
    assert all(hashlib.sha256(data).hexdigest() in page.text for data in files.values())
    assert len(files["scorecard.csv"].decode("utf-8-sig").splitlines()) == 1 + 12
    assert json.loads(files["numbers.json"])["judged_pairs"] == 6
    assert "cosmos-compare report out.html" in page.text
    kept = scorecard.read(pilot)
    (pilot.parent / "copy").mkdir()
    (pilot.parent / "copy" / "scorecard.csv").write_bytes(files["scorecard.csv"])
    assert scorecard.read(pilot.parent / "copy").columns == kept.columns  # the file inside is a scorecard again


def test_a_new_rating_changes_the_hash(pilot: Path, page: Elements, tmp_path: Path) -> None:
    hash_of = re.search(r"made from: ([0-9a-f]{64})", page.text)
    assert hash_of
    rate(pilot, pairs_in(pilot)[0], "zoe")
    try:
        assert hash_of[1] not in document(material(pilot)).decode()
    finally:
        scorecard.undo(pilot, "zoe", "2026-11-23T11:00:00Z")


def test_no_path_of_this_machine_is_told(pilot: Path) -> None:
    """A report is mailed: where a clip or a model lies at home is nobody's business."""
    html = document(material(pilot)).decode()
    assert str(pilot.parent) not in html
    assert "segment.webm" not in html and str(Path.home()) + "/" not in html


def test_a_run_that_is_gone_costs_its_text_and_nothing_else(pilot: Path, tmp_path: Path, scenarios: Path) -> None:
    outputs = tmp_path / "outputs"
    answer_study(write_study(tmp_path, scenarios), outputs)
    judge_all(outputs)
    store = Store(outputs)
    store.delete(store.rows()[0])
    page = Elements(document(material(outputs)))
    assert "This run is no longer on disk." in page.text
    assert "1 judged answer is no longer on disk" in page.text
    assert "6 judgements by 2 raters" in page.text


def test_many_long_answers_stay_below_the_limit_of_an_e_mail(tmp_path: Path, scenarios: Path) -> None:
    outputs = tmp_path / "outputs"
    store, noise = Store(outputs), np.random.default_rng(1).integers(0, 255, (2, 280, 560, 3), np.uint8)
    for number in range(120):
        for model in ("model-a", "model-b"):
            run = make_run(
                scenario=f"s{number}", model=model, raw="<&>" * 20_000, key=f"{number:04x}{model[-1]}" + "0" * 59,
                created=f"20261122T12{number // 60:02}{number % 60:02}Z",
            )  # fmt: skip
            store.save(run, noise)
    judge_all(outputs, ("anna",), arms=("model-a", "model-b"))
    html = document(material(outputs))
    assert len(html) < MOST_BYTES
    page = Elements(html)
    assert len([one for one in page.all("details") if one.get("class") == "case-fold"]) == 120
    assert "more characters in the run" in page.text


def test_pictures_end_where_their_bytes_do(pilot: Path) -> None:
    store = Store(pilot)
    run = store.load(store.rows()[0])
    assert len(Album(1).strip(store.folder(run), run)) == min(8, len(run.frames.seconds))
    none = Album(1, 0)
    assert none.strip(store.folder(run), run) == []
    assert none.left_out == 2


def test_frames_are_spread_over_the_clip() -> None:
    assert list(spread(28, 8)) == [0, 4, 8, 12, 15, 19, 23, 27]
    assert list(spread(3, 8)) == [0, 1, 2]
    assert list(spread(2, 2)) == [0, 1]


def test_the_truth_and_the_times_are_drawn(tmp_path: Path) -> None:
    clips = tmp_path / "clips"
    for number in range(2):
        (clips / f"s{number}").mkdir(parents=True)
        write_clip(clips / f"s{number}" / "segment.webm", seconds=1.5)
        (clips / f"s{number}" / "ground_truth.yaml").write_text(TRUTH, encoding="utf-8")
    answer_study(write_study(tmp_path, clips), tmp_path / "outputs")
    judge_all(tmp_path / "outputs")
    page = Elements(document(material(tmp_path / "outputs")))
    assert "0.4 s to 0.9 s: a pedestrian steps out" in page.text
    assert "0.5 s: A car brakes at 0.5 s" in page.text
    assert "Majority: the commonest risk in the ground truths is “high”, in 2 of 2 (100%) clips." in page.text
    bars = [one for one in page.all("rect") if "truth" in str(one["class"])]
    assert len(bars) == 2


def test_aided_judgements_are_counted_and_limit_what_is_shown(tmp_path: Path, scenarios: Path) -> None:
    outputs = tmp_path / "outputs"
    answer_study(write_study(tmp_path, scenarios), outputs)
    pairs = pairs_in(outputs)
    for pair, aided in zip(pairs, (True, False, False), strict=True):
        rate(outputs, pair, "anna", aided=aided)
    text = Elements(document(material(outputs))).text
    assert "1 judgement was aided" in text and "blind, aided" in text
    assert "they are not independent of it" in text
