"""The orchestration: what determines a key, and what a run records."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import write_clip

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.compare import Comparison, plan_comparison, start
from cosmos_compare.engines.load import load_engine
from cosmos_compare.engines.revision import ANSWER_REVISION
from cosmos_compare.errors import CompareError
from cosmos_compare.jobs import ModelPool
from cosmos_compare.records.schema import Clip, ModelSpec, Prompt, Run, Settings
from cosmos_compare.runs.store import Store
from cosmos_compare.video import frame_cache
from cosmos_compare.video.frame_cache import FrameCache
from cosmos_compare.video.frames import Frames, SamplingCancelledError

PROMPT = Prompt(name="p", system_prompt="Watch {scenario}.", user_prompt="What happens in {duration} s?")
SETTINGS = Settings(fps=2, max_new_tokens=4)


@pytest.fixture
def comparison(clip: Path, specs: dict[str, ModelSpec]) -> Comparison:
    return plan_comparison(clip, PROMPT, SETTINGS, [specs["reason1-tiny"], specs["reason2-tiny"]])


def test_the_same_request_has_the_same_key(comparison: Comparison, clip: Path, tmp_path: Path) -> None:
    again = tmp_path / "elsewhere.webm"
    again.write_bytes(clip.read_bytes())
    spec = comparison.specs[0]
    same = plan_comparison(again, PROMPT, SETTINGS, comparison.specs, scenario=comparison.clip.scenario)
    assert same.key(spec) == comparison.key(spec)
    assert len(comparison.key(spec)) == 64


def test_a_label_does_not_change_the_key_and_other_weights_do(comparison: Comparison) -> None:
    spec = comparison.specs[0]
    assert comparison.key(spec.model_copy(update={"label": "Another", "note": "x"})) == comparison.key(spec)
    assert comparison.key(spec.model_copy(update={"revision": "other"})) != comparison.key(spec)


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": PROMPT.model_copy(update={"user_prompt": "Why?"})},
        {"prompt": PROMPT.model_copy(update={"reasoning": True})},
        {"settings": SETTINGS.model_copy(update={"seed": 1})},
        {"settings": SETTINGS.model_copy(update={"timestamp": True})},
        {"versions": {"transformers": "5.99.0"}},
    ],
)
def test_whatever_determines_the_answer_changes_the_key(comparison: Comparison, change: dict[str, object]) -> None:
    if "versions" in change:
        change = {"versions": comparison.versions | {"transformers": "5.99.0"}}
    other = replace(comparison, **change)  # type: ignore[arg-type]
    assert all(other.key(spec) != comparison.key(spec) for spec in comparison.specs)


def test_other_rules_of_our_own_change_the_key(comparison: Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
    before = [comparison.key(spec) for spec in comparison.specs]
    monkeypatch.setattr("cosmos_compare.compare.ANSWER_REVISION", ANSWER_REVISION + 1)
    assert not set(before) & {comparison.key(spec) for spec in comparison.specs}


def test_a_run_of_before_says_that_older_rules_made_it(comparison: Comparison, tmp_path: Path) -> None:
    pool, store = ModelPool(load_engine), Store(tmp_path / "outputs")
    run = start(comparison, pool, store, FrameCache())[0].outcome()
    pool.close()
    assert run.answer_revision == ANSWER_REVISION
    older = run.model_dump(mode="json", exclude={"answer_revision"})
    assert Run.model_validate(older).answer_revision == 1 < ANSWER_REVISION


def test_another_clip_changes_the_key(comparison: Comparison, tmp_path: Path) -> None:
    other = write_clip(tmp_path / "square.webm", seconds=2.5)
    changed = plan_comparison(other, PROMPT, SETTINGS, comparison.specs)
    assert changed.key(comparison.specs[0]) != comparison.key(comparison.specs[0])


def test_a_run_holds_all_that_made_the_answer(comparison: Comparison, tmp_path: Path) -> None:
    pool, store = ModelPool(load_engine), Store(tmp_path / "outputs")
    runs = [job.outcome() for job in start(comparison, pool, store, FrameCache())]
    pool.close()
    for run, spec in zip(runs, comparison.specs, strict=True):
        assert run.key == comparison.key(spec) and run.id.endswith(run.key[:8])
        assert store.load(run.id) == run
        assert run.model == spec and run.prompt == PROMPT and run.settings == SETTINGS
        prompt = run.answer.rendered_prompt
        assert prompt and "Watch square." in prompt and "What happens in 2.0 s?" in prompt
        assert {"torch", "transformers", "cosmos-compare", "python"} <= run.environment.versions.keys()
        assert run.answer.video_tokens and run.answer.prompt_tokens
        assert run.answer.video_tokens < run.answer.prompt_tokens
    assert runs[0].frames == runs[1].frames, "one decode, the same frames"


def test_all_who_wait_for_a_clip_hear_how_far_it_is(comparison: Comparison) -> None:
    cache, first, second = FrameCache(), [], []
    waiting: list[threading.Thread] = []

    def get(shares: list[float]) -> None:
        cache.get(comparison.clip, SETTINGS, comparison.specs, on_progress=shares.append)

    def begin(share: float) -> None:
        """At the first frame somebody else asks for the same."""
        first.append(share)
        if not waiting:
            waiting.append(threading.Thread(target=get, args=(second,)))
            waiting[0].start()
            while not any(len(entry.watchers) == 2 for entry in cache._entries.values()):
                pass

    cache.get(comparison.clip, SETTINGS, comparison.specs, on_progress=begin)
    waiting[0].join()
    assert first == sorted(first)
    assert first[-1] == 1.0
    assert second[-1] == 1.0
    assert set(second) <= set(first)


def test_clips_of_a_batch_leave_room_for_somebody_who_waits(
    comparison: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    """64 at once would take the memory of 64 decoders, and a new question the time of all of them."""
    monkeypatch.setattr(frame_cache.os, "cpu_count", lambda: 2)
    real, at_once, most = frame_cache.sample_frames, [0], [0]
    go, full, counting = threading.Event(), threading.Barrier(3), threading.Lock()

    def slow(clip: Clip, settings: Settings, *more: object) -> Frames:
        with counting:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        if settings.start is not None and not go.is_set():
            full.wait(30)
            assert go.wait(30)
        with counting:
            at_once[0] -= 1
        return real(clip, settings, comparison.specs)

    monkeypatch.setattr(frame_cache, "sample_frames", slow)
    cache = FrameCache()
    batch = [SETTINGS.model_copy(update={"start": number / 100}) for number in range(1, 7)]
    with ThreadPoolExecutor(6) as pool:
        patient = [pool.submit(cache.get, comparison.clip, each, comparison.specs, patient=True) for each in batch]
        full.wait(30)
        cache.get(comparison.clip, SETTINGS, comparison.specs)
        assert most == [3] and not any(each.done() for each in patient)
        go.set()
        assert all(each.result(30) for each in patient)
    assert most == [3]


def test_clips_are_decoded_once_and_the_oldest_leave_first(comparison: Comparison, clip: Path) -> None:
    probe = FrameCache()
    frames = probe.get(comparison.clip, SETTINGS, comparison.specs)
    assert probe.get(comparison.clip, SETTINGS, comparison.specs) is frames
    size = sum(array.nbytes for array in frames.images.values())
    cache = FrameCache(max_bytes=2 * size)
    seeds = [SETTINGS.model_copy(update={"start": start}) for start in (None, 0.01, 0.02)]
    first = cache.get(comparison.clip, seeds[0], comparison.specs)
    cache.get(comparison.clip, seeds[1], comparison.specs)
    assert cache.get(comparison.clip, seeds[0], comparison.specs) is first
    cache.get(comparison.clip, seeds[2], comparison.specs)
    assert cache.get(comparison.clip, seeds[0], comparison.specs) is first, "used more lately than the second"
    # Another seed of the draw asks for the same frames.
    assert cache.get(comparison.clip, seeds[0].model_copy(update={"seed": 9}), comparison.specs) is first


def test_a_job_stopped_before_its_turn_decodes_and_loads_nothing(comparison: Comparison, tmp_path: Path) -> None:
    pool, store, gate = ModelPool(load_engine), Store(tmp_path / "outputs"), threading.Event()
    for spec in comparison.specs:
        pool.submit(spec, lambda get_engine, job: gate.wait(30))
    jobs = start(comparison, pool, store, FrameCache())
    for job in jobs:
        job.stop()
    gate.set()
    runs = [job.outcome() for job in jobs]
    assert [(run.answer.finish, run.answer.error, run.answer.raw) for run in runs] == [("cancelled", None, "")] * 2
    assert runs[0].frames == comparison.planned
    assert pool.loaded() == []
    pool.close()


def test_stop_reaches_a_clip_that_is_being_decoded(comparison: Comparison) -> None:
    looks = iter([False, False, True])
    with pytest.raises(SamplingCancelledError):
        FrameCache().get(comparison.clip, SETTINGS, comparison.specs, lambda: next(looks))


def test_two_entries_with_the_same_weights_are_told_apart(clip: Path, tiny: dict[str, Path], tmp_path: Path) -> None:
    """The check of a comparison with itself: both runs can end in the same second."""
    folder = tiny["reason1-tiny"]
    pair = plan_comparison(clip, PROMPT, SETTINGS, resolve_models([f"a={folder}", f"b={folder}"]))
    pool, store = ModelPool(load_engine), Store(tmp_path / "outputs")
    one, two = (job.outcome() for job in start(pair, pool, store, FrameCache()))
    pool.close()
    assert one.id != two.id and one.answer.raw == two.answer.raw
    assert store.load(one.id) == one and store.load(two.id) == two


def test_a_budget_that_can_not_be_met_is_wrong_input(clip: Path, specs: dict[str, ModelSpec]) -> None:
    with pytest.raises(CompareError) as caught:
        plan_comparison(
            clip,
            PROMPT,
            SETTINGS.model_copy(update={"max_video_tokens": 16}),
            [specs["reason1-tiny"], specs["reason2-tiny"]],
        )
    assert caught.value.field == "max_video_tokens"
