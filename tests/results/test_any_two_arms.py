"""Any two arms: two prompts of one model, a clip and its control, more than two at once; and plans recorded before."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rating_samples import run_row
from runs_support import make_run

from cosmos_compare.cli import main
from cosmos_compare.errors import CompareError
from cosmos_compare.ratings import scorecard
from cosmos_compare.ratings.arms import ArmChoice, arms_of_pair, choice, labels, parse_arm, two_arms
from cosmos_compare.ratings.judgement import judge
from cosmos_compare.ratings.pairs import Pair, find_pair, find_pairs, make_pair
from cosmos_compare.ratings.queue import of_arms
from cosmos_compare.records.schema import AXES, FrameTimes, Prompt
from cosmos_compare.results import many_arms, plans
from cosmos_compare.results.evidence import Slice, load
from cosmos_compare.results.report import report
from cosmos_compare.runs.index import list_runs
from cosmos_compare.runs.store import Store

ONE, TWO = "model-a", "model-b"
PROMPTS = (Prompt(name="driving", user_prompt="What happens?"), Prompt(name="short", user_prompt="What? Be short."))
A, B = ArmChoice(ONE), ArmChoice(TWO)
OLD = ArmChoice(ONE, PROMPTS[0].version, False)
NEW = ArmChoice(ONE, PROMPTS[1].version, False)


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    """Eight scenarios: both models on clip and blank with one prompt, the first with a second prompt, too."""
    store, frames, number = Store(tmp_path), np.zeros((2, 28, 28, 3), np.uint8), 0
    for scenario in range(8):
        for model, prompt, condition in [
            (ONE, 0, "clip"),
            (TWO, 0, "clip"),
            (ONE, 0, "blank"),
            (TWO, 0, "blank"),
            (ONE, 1, "clip"),
        ]:
            number += 1
            run = make_run(
                scenario=f"s{scenario}",
                model=model,
                prompt=PROMPTS[prompt],
                raw=f"Answer {number}.",
                key=f"{number:08x}{'a' * 56}",
                created=f"20261122T1245{number:02}Z",
            )
            store.save(
                run.model_copy(update={"settings": run.settings.model_copy(update={"condition": condition})}), frames
            )
    return tmp_path


def rate(outputs: Path, pairs: Sequence[Pair], a: int, b: int, rater: str = "anna") -> None:
    for pair in pairs:
        marks = (dict.fromkeys(AXES, a), dict.fromkeys(AXES, b))
        verdict = "a" if a > b else "b" if b > a else "tie"
        rows = judge(pair, rater, *marks, verdict, blind=True, left=pair.a.id, created="2026-11-23T10:00:00Z")
        scorecard.append(outputs, rows)


def test_two_prompts_of_one_model_are_a_pair(outputs: Path) -> None:
    """ "Both runs are by model-a": two versions of a prompt could not be compared."""
    pairs = find_pairs(list_runs(outputs), (OLD, NEW))
    assert len(pairs) == 8
    assert all(pair.a.prompt_name == "driving" and pair.b.prompt_name == "short" for pair in pairs)
    assert make_pair(pairs[0].a, pairs[0].b).id == pairs[0].id
    assert find_pair(list_runs(outputs), pairs[3].id).scenario == "s3"


def test_a_report_about_two_prompts_counts_their_pairs_only(outputs: Path) -> None:
    rows = list_runs(outputs)
    rate(outputs, find_pairs(rows, (OLD, NEW)), 0, 1)
    rate(outputs, find_pairs(rows, (A, B)), 1, 2, rater="bo")
    found = load(outputs)
    prompts = report(found, (OLD, NEW))
    assert prompts.models[0].startswith(f"{ONE} · driving") and prompts.models[1].startswith(f"{ONE} · short")
    assert (prompts.difference.value, prompts.difference.scenarios, prompts.raters) == (1, 8, ("anna", "bo"))
    assert (prompts.judged_pairs, prompts.coverage["rated"].sum(), prompts.speed["compared"].tolist()) == (8, 8, [8, 8])
    models = report(found, (A, B))
    assert (models.judged_pairs, models.difference.value) == (8, 1)
    assert {frozenset(two) for two in found.comparisons} == {frozenset((A, B)), frozenset((OLD, NEW))}
    assert found.models == [(ONE, TWO)]


def test_controls_are_no_clips(outputs: Path) -> None:
    """A rating of blank clips says nothing of the models on their clips."""
    blank = (A._replace(condition="blank"), B._replace(condition="blank"))
    rate(outputs, find_pairs(list_runs(outputs), blank), 2, 0)
    found = load(outputs)
    assert report(found, (A, B)).judged_pairs == 0
    on_blank = report(found, blank)
    assert (on_blank.judged_pairs, on_blank.difference.value) == (8, -2)
    assert on_blank.models == (f"{ONE} · blank", f"{TWO} · blank")


def test_a_clip_against_its_control_is_a_difference_of_differences(outputs: Path) -> None:
    """B is one higher on clips and equal on blank ones; of A's own clip and blank, the clip is two higher."""
    rows = list_runs(outputs)
    blank = A._replace(condition="blank")
    rate(outputs, find_pairs(rows, (A, B)), 1, 2)
    rate(outputs, find_pairs(rows, (blank, B._replace(condition="blank"))), 1, 1, rater="bo")
    rate(outputs, find_pairs(rows, (blank, A)), 0, 2, rater="cleo")
    found = many_arms.against_control(load(outputs), (A, B), "blank", Slice())
    assert (found.on_clip.value, found.on_control.value, found.difference.value) == (1, 0, 1)
    assert found.difference.enough and found.of_a.value == 2 and found.of_b.value is None
    words = many_arms.control_sentences(found)
    assert words[0].startswith(f"{TWO} \N{MINUS SIGN} {ONE} is 1.00 larger on the clip than on blank")
    assert any(word.startswith(f"{ONE}: the clip is rated 2.00 higher than blank") for word in words)


def test_a_plan_for_the_clips_is_none_for_their_controls(outputs: Path) -> None:
    """Read "Not decided yet: 12 scenarios are planned" of blank clips, for which nobody had planned any."""
    rows, blank = list_runs(outputs), (A._replace(condition="blank"), B._replace(condition="blank"))
    rate(outputs, find_pairs(rows, (A, B)), 1, 2)
    rate(outputs, find_pairs(rows, blank), 1, 1)
    found = load(outputs)
    alone = many_arms.against_control(found, (A, B), "blank", Slice(), 12)
    assert [each.planned for each in (alone.on_clip, alone.on_control, alone.difference)] == [12, None, None]
    plans.record_plan(outputs, blank, Slice(), 12, 0, "now")
    both = many_arms.against_control(found, (A, B), "blank", Slice(), 12, plans.planner(outputs, Slice()))
    assert [each.planned for each in (both.on_clip, both.on_control, both.difference)] == [12, 12, 12]
    assert both.of_a.planned is None


def test_every_two_of_three_arms(outputs: Path) -> None:
    rows = list_runs(outputs)
    rate(outputs, find_pairs(rows, (A, B)), 0, 2)
    rate(outputs, find_pairs(rows, (OLD, NEW)), 0, 1)
    table = many_arms.every_two_arms(load(outputs), [OLD, NEW, B], Slice())
    assert table["difference"].tolist() == [1, 2, 1]
    assert (table["scenarios"] == 8).all() and (table["p"] < 0.05).all()
    assert many_arms.every_two_arms(load(outputs), [OLD, NEW, ArmChoice("gone")], Slice())["difference"].isna().any()


def test_ratings_of_deleted_runs_count_among_more_arms_as_they_do_between_two(outputs: Path) -> None:
    rows = list_runs(outputs)
    rate(outputs, find_pairs(rows, (A, B)), 0, 2)
    before = many_arms.every_two_arms(load(outputs), [A, B, ArmChoice("gone")], Slice())
    store = Store(outputs)
    for row in rows:
        store.delete(row)
    after = many_arms.every_two_arms(load(outputs), [A, B, ArmChoice("gone")], Slice())
    assert after["difference"].tolist()[0] == before["difference"].tolist()[0] == 2
    assert (after["n"].tolist()[0], after["scenarios"].tolist()[0]) == (56, 8)


def test_arms_as_people_write_them(outputs: Path) -> None:
    rows = list_runs(outputs)
    assert parse_arm("model-a", rows) == A
    assert parse_arm("model-a,prompt=short,reasoning=no", rows) == NEW
    assert parse_arm(f"model-a,prompt={NEW.prompt_version[:8]}", rows).prompt_version == NEW.prompt_version
    assert parse_arm("model-b, condition=blank", rows) == B._replace(condition="blank")
    for wrong in ("model-a,prompt=gone", "model-a,colour=red", "model-a,prompt=", "model-a,reasoning=perhaps"):
        with pytest.raises(CompareError):
            parse_arm(wrong, rows)


@pytest.mark.parametrize("arms", [(A, A), (A, OLD), (ONE, ONE)])
def test_arms_that_overlap_are_refused(arms: tuple[str | ArmChoice, ...]) -> None:
    with pytest.raises(CompareError, match="overlap"):
        two_arms(arms)


def test_what_two_runs_compare() -> None:
    base = run_row("1", ONE, arm_settings_key="x")
    other = base._replace(id="2")
    assert arms_of_pair(base, other._replace(model=TWO)) == (A, B)
    two = arms_of_pair(base, other._replace(arm_settings_key="y", settings_key="z"))
    assert two is not None and two[1].settings_key == "y" and labels(two)[1] == f"{ONE} · settings y"
    for nothing in ({}, {"repeat": 1}, {"model": TWO, "prompt_version": "p9"}, {"model": TWO, "footage_key": "f9"}):
        assert arms_of_pair(base, other._replace(**nothing)) is None
    repeats = (base._replace(repeat=1), other._replace(model=TWO, repeat=1))
    assert arms_of_pair(*repeats) == (A, B)
    assert choice(base.arm) == ArmChoice(*base.arm)


def test_arms_that_differ_in_two_things_are_found_where_they_are_named(outputs: Path) -> None:
    rows = list_runs(outputs)
    arms = (NEW, ArmChoice(TWO, PROMPTS[0].version))
    pair = find_pairs(rows, arms)[0]
    with pytest.raises(CompareError, match="prompt"):
        find_pair(rows, pair.id)
    assert find_pair(rows, pair.id, arms=arms) == pair


@pytest.mark.parametrize(
    "changes",
    [{"settings": {"fps": 8}}, {"settings": {"condition": "reversed"}}, {"settings": {"fps": 8}, "prompt": PROMPTS[1]}],
    ids=["other frames", "a control", "frames and prompt"],
)
def test_what_the_queue_offers_is_what_the_results_count(tmp_path: Path, changes: dict[str, Any]) -> None:
    """The queue paired arms whose settings make other frames, the statistics did not: such ratings counted nowhere."""
    store, images = Store(tmp_path), np.zeros((2, 28, 28, 3), np.uint8)
    for scenario in range(3):
        base = make_run(scenario=f"s{scenario}", raw=f"Base {scenario}.", key=f"{scenario:08x}{'a' * 56}")
        settings = base.settings.model_copy(update=changes["settings"])
        frames = FrameTimes(indices=(0, 2 + scenario), seconds=(0.0, 0.125))
        answer = base.answer.model_copy(update={"raw": f"Other {scenario}."})
        other = {"id": f"{base.id[:-8]}f{base.id[-7:]}", "key": "b" * 64, "frames": frames, "answer": answer}
        store.save(base, images)
        store.save(base.model_copy(update={**other, "prompt": base.prompt, **changes, "settings": settings}), images)
    rows = list_runs(tmp_path)
    arms = list({row.arm: None for row in rows})
    asked = of_arms(rows, arms[0].id, arms[1].id)
    assert asked is not None and {pair.id for pair in asked.pairs} == {pair.id for pair in find_pairs(rows, arms)}
    rate(tmp_path, asked.pairs, 0, 2)
    (two,) = load(tmp_path).comparisons
    assert report(load(tmp_path), two).judged_pairs == 3
    moved = [row._replace(clip_sha256="another file") if row.arm == arms[0] else row for row in rows]
    assert of_arms(moved, arms[0].id, arms[1].id) is None and find_pairs(moved, arms) == []


def test_a_plan_counts_when_it_came_first(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pairs = find_pairs(list_runs(outputs), (A, B))
    said = ["results", "--outputs", str(outputs)]
    assert main([*said, "--planned", "8"]) == 0
    assert "8 scenarios will decide, with p ≤ .05." in capsys.readouterr().err
    rate(outputs, pairs[:7], 0, 1)
    assert main([*said, "--json"]) == 0
    early = json.loads(capsys.readouterr().out)
    assert early["difference"]["planned"] == 8 and not early["claims"]["enough"]
    assert "Not decided yet: 8 scenarios are planned, 7 are rated." in early["sentences"][0]
    rate(outputs, pairs[7:], 0, 0)
    main([*said, "--json", "--models", TWO, ONE])
    assert json.loads(capsys.readouterr().out)["claims"]["enough"]


def test_a_plan_made_after_looking_is_kept_and_does_not_count(outputs: Path) -> None:
    rate(outputs, find_pairs(list_runs(outputs), (A, B))[:2], 0, 1)
    late = plans.record_plan(outputs, (A, B), Slice(), 8, 2, "2026-11-26T00:00:00Z")
    assert plans.counts(late) is None and "2 scenarios were rated before" in plans.plan_words(late)
    kept = plans.read_plans(outputs)
    assert plans.plan_for(kept, (B, A), Slice()) == late
    assert plans.plan_for(kept, (B, A), Slice(blind_only=True)) is None
    assert plans.plan_for(kept, (OLD, NEW), Slice()) is None
    blind = plans.record_plan(outputs, (A, B), Slice(blind_only=True, raters=("bo",)), 12, 0, "2026-11-26T00:00:01Z")
    assert plans.plan_for(plans.read_plans(outputs), (A, B), Slice(raters=("bo",), blind_only=True)) == blind
    assert plans.counts(blind) == 12


def test_a_study_brings_its_planned_number_by_itself(outputs: Path) -> None:
    rows = list_runs(outputs)
    rate(outputs, find_pairs(rows, (OLD, NEW))[:1], 0, 1)
    arms = list({row.arm: None for row in rows if row.condition == "clip"})
    new = plans.record_study(outputs, arms, 8, "2026-11-26T00:00:00Z")
    assert len(new) == 3 and plans.record_study(outputs, arms, 8, "2026-11-26T00:00:01Z") == []
    kept = plans.read_plans(outputs)
    assert plans.counts(plans.plan_for(kept, (A, B), Slice())) == 8
    late = plans.plan_for(kept, (NEW, OLD), Slice())
    assert late is not None and late.rated_before == 1 and plans.counts(late) is None


def test_a_plan_that_can_not_be(outputs: Path) -> None:
    with pytest.raises(CompareError, match="can't be planned"):
        plans.record_plan(outputs, (A, B), Slice(), 0, 0, "now")
    (outputs / plans.NAME).write_text("plans: 3\n", encoding="utf-8")
    with pytest.raises(CompareError, match="no list of plans"):
        plans.read_plans(outputs)


def test_the_command_compares_arms_and_names_slips(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = list_runs(outputs)
    rate(outputs, find_pairs(rows, (A, B)), 0, 1)
    rate(outputs, find_pairs(rows, (OLD, NEW)), 0, 1)
    said = ["results", "--outputs", str(outputs)]
    assert main([*said, "--arms", "model-a,prompt=driving", "model-a,prompt=short"]) == 0
    assert "model-a · short" in capsys.readouterr().out
    assert main([*said, "--arms", "model-a,prompt=driving", "model-a,prompt=short", "model-b"]) == 0
    assert "all pairs read together" in capsys.readouterr().out
    assert main([*said, "--models", ONE, TWO, "--control", "blank", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["on_clip"]["value"] == 1
    for slip in (["--rater", "nobody"], ["--scenario", "s99"], ["--arms", "model-a"], ["--models", ONE, ONE]):
        assert main([*said, *slip]) == 2
    assert "There is no scenario 's99' here." in capsys.readouterr().err
