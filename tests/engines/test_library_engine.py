"""Checkpoints of other architectures answer by the library's own `generate`: as it does, streamed, and told of."""

from __future__ import annotations

import importlib.util
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import checkpoints
import numpy as np
import pytest
from conftest import Made
from engine_requests import GREEDY, make_request

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.engines.base import Request
from cosmos_compare.engines.load import load_engine
from cosmos_compare.engines.local.engine import LocalEngine
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.library_engine import LibraryEngine
from cosmos_compare.engines.local.library_inputs import prepare_any
from cosmos_compare.engines.local.loading import load_model
from cosmos_compare.errors import CompareError
from cosmos_compare.records.schema import Answer, ModelSpec, Sampling
from cosmos_compare.texts.answers import split
from cosmos_compare.video.budget import video_tokens

NAMES = ["edge-tiny", "qwen3_5-tiny", "llava-tiny"]
CLIP = [10.0, 10.25, 10.5, 10.75]
WARM = Sampling(temperature=1.0, top_p=0.95, top_k=50, presence_penalty=0.5, seed=7, max_new_tokens=16)


@pytest.fixture(scope="module")
def engines(successors: Made[Path]) -> Iterator[Made[LibraryEngine]]:
    def load(name: str) -> LibraryEngine:
        (spec,) = resolve_models([f"{name}={successors[name]}"])
        engine = load_engine(spec, lambda: None)
        assert isinstance(engine, LibraryEngine)
        return engine

    loaded = Made(load)
    yield loaded
    for engine in loaded.values():
        engine.close()


@pytest.fixture(params=NAMES)
def engine(request: pytest.FixtureRequest, engines: Made[LibraryEngine]) -> LibraryEngine:
    return engines[request.param]


def answer(engine: LibraryEngine, request: Request) -> Answer:
    return engine.answer(request, lambda text: None, lambda state: None, lambda: False)


def asked(engine: LibraryEngine, seconds: list[float] = CLIP, **more: object) -> Request:
    return make_request(engine.spec, seconds, **more)  # type: ignore[arg-type]


def test_the_text_is_that_of_one_call_of_the_library(engine: LibraryEngine) -> None:
    request = asked(engine)
    inputs = prepare_any(engine.processor, engine.model.config, engine.spec.vision, request, lambda: False)
    with torch.no_grad():
        ids = engine.model.generate(**inputs.tensors, do_sample=False, max_new_tokens=GREEDY.max_new_tokens)
    text = engine.processor.tokenizer.decode(ids[0, inputs.prompt_tokens :], skip_special_tokens=True)
    result = answer(engine, request)
    assert result.raw == text and result.raw
    assert answer(engine, request).raw == text  # an answer does not depend on the one before


def test_it_depends_on_the_video_the_question_and_the_seed(engine: LibraryEngine) -> None:
    texts = [
        answer(engine, asked(engine)).raw,
        answer(engine, asked(engine, seed=1)).raw,
        answer(engine, asked(engine, question="Who is there?")).raw,
    ]
    assert len(set(texts)) == len(texts)
    drawn = [answer(engine, asked(engine, sampling=s)).raw for s in (WARM, WARM, WARM.model_copy(update={"seed": 8}))]
    assert drawn[0] == drawn[1] != drawn[2]


def test_it_says_by_which_way_it_was_written(engine: LibraryEngine) -> None:
    result = answer(engine, asked(engine))
    assert result.path == "generate" and engine.model.config.model_type in result.path_note
    assert (engine.capacity, engine.kept_bytes, engine.note) == (1, 0, result.path_note)
    assert result.preprocess_s and result.first_token_s and result.total_s
    assert 0 < result.preprocess_s < result.first_token_s < result.total_s


def test_text_is_streamed_and_a_stop_keeps_what_was_written(engine: LibraryEngine) -> None:
    request = asked(engine)
    full = answer(engine, request)
    pieces: list[str] = []
    states: list[str] = []
    result = engine.answer(request, pieces.append, states.append, lambda: False)
    opened = "<think>\n" if engine.spec.name != "llava-tiny" else ""  # the template opened it, the model never does
    assert "".join(pieces).removeprefix(opened) == result.raw == full.raw
    assert len(pieces) > 3 and states == ["looking", "writing"]
    pieces.clear()
    stopped = engine.answer(request, pieces.append, lambda state: None, lambda: len(pieces) >= 3)
    assert stopped.finish == "cancelled" and 0 < stopped.new_tokens < full.new_tokens
    assert full.raw.startswith(stopped.raw)
    before = engine.answer(request, print, lambda state: None, lambda: True)
    assert (before.finish, before.raw, before.new_tokens) == ("cancelled", "", 0)


def test_a_patient_answer_gives_way_and_comes_to_the_same_text(engines: Made[LibraryEngine]) -> None:
    """Somebody who waits does not wait for the end of a batch's answer; nor is a stop overheard meanwhile."""
    engine = engines["llava-tiny"]
    now = asked(engine, question="Now?")
    long = replace(asked(engine, sampling=Sampling(max_new_tokens=60)), patient=True)
    expected = [answer(engine, long).raw, answer(engine, now).raw]
    order: list[str] = []
    pieces: list[str] = []
    states: list[str] = []
    begun, asking = threading.Event(), threading.Event()

    def on_text(piece: str) -> None:
        pieces.append(piece)
        begun.set()
        if len(pieces) == 3 and "again" not in states:
            assert asking.wait(30)
            assert wait_until(lambda: engine._turns.wanted)

    def on_state(state: str) -> None:
        states.append(state)
        if state == "again":
            pieces.clear()

    def patient() -> Answer:
        result = engine.answer(long, on_text, on_state, lambda: False)
        order.append("patient")
        return result

    def urgent() -> Answer:
        result = answer(engine, now)
        order.append("urgent")
        return result

    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(patient)
        assert begun.wait(30)
        stopped = threading.Event()
        never_begun = pool.submit(engine.answer, replace(long, patient=True), print, print, stopped.is_set)
        stopped.set()
        assert never_begun.result(30).finish == "cancelled"
        second = pool.submit(urgent)
        asking.set()
        assert second.result(60).raw == expected[1]
        assert first.result(60).raw == expected[0] == "".join(pieces)
    assert order == ["urgent", "patient"]
    assert states == ["looking", "writing", "again", "looking", "writing"]


def wait_until(truth: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 30
    while not truth() and time.monotonic() < deadline:
        time.sleep(0.005)
    return truth()


def test_cut_and_ended_answers_are_told_apart(engines: Made[LibraryEngine]) -> None:
    engine = engines["llava-tiny"]
    cut = answer(engine, asked(engine, sampling=Sampling(max_new_tokens=3)))
    assert (cut.finish, cut.new_tokens) == ("length", 3)
    wild = Sampling(temperature=2.0, seed=1, max_new_tokens=3000)
    ended = answer(engine, asked(engine, sampling=wild))
    assert ended.finish == "stop" and ended.new_tokens < 3000 and "<|im_end|>" not in ended.raw


def test_what_goes_wrong_is_an_answer_and_the_next_one_works(engines: Made[LibraryEngine]) -> None:
    engine = engines["llava-tiny"]
    good = answer(engine, asked(engine)).raw
    for token in ("<|im_end|>", "<video>"):
        failed = answer(engine, asked(engine, question=f"Hi {token}"))
        assert failed.finish == "error" and failed.error and token in failed.error.message and failed.error.hint
    request = asked(engine)
    thin = replace(request, images=np.zeros((4, 1, 7000, 3), np.uint8))
    failed = answer(engines["qwen3_5-tiny"], thin)
    assert failed.error and "can't take these frames (absolute aspect ratio" in failed.error.message
    assert answer(engine, request).raw == good


def test_edge_reads_the_time_of_each_frame_and_sees_its_pixels_unchanged(engines: Made[LibraryEngine]) -> None:
    engine = engines["edge-tiny"]
    request = asked(engine)
    inputs = prepare_any(engine.processor, engine.model.config, engine.spec.vision, request, lambda: False)
    frame = "<|vision_start|><|video_pad|>×28<|vision_end|>"
    times = "".join(f"<{second:.1f} seconds>{frame}" for second in CLIP)
    assert f"user\n{times}What happens?" in inputs.rendered_prompt
    assert inputs.video_tokens == video_tokens(engine.spec.vision, 4, *request.images.shape[1:3]) == 4 * 28
    # (time, row block, column block, row, column, y, x, channel) → frames as they were
    blocks = inputs.tensors["pixel_values_videos"].reshape(4, 4, 7, 2, 2, 16, 16, 3)
    video = blocks.permute(0, 1, 3, 5, 2, 4, 6, 7).reshape(request.images.shape)
    np.testing.assert_array_equal(((video * 0.5 + 0.5) * 255).round().numpy(), request.images)


@pytest.mark.parametrize("name", ["edge-tiny", "qwen3_5-tiny"])
def test_reasoning_is_switched_in_the_template(engines: Made[LibraryEngine], name: str) -> None:
    engine = engines[name]
    assert engine.spec.reasoning_switch == "enable_thinking"
    shown = {}
    for on in (True, False):
        result = answer(engine, replace(asked(engine), switches={"enable_thinking": on}))
        assert result.rendered_prompt is not None
        shown[on] = split(result.raw, result.rendered_prompt)
        assert ("</think>" in result.rendered_prompt) is not on
    assert shown[True].thinking and not shown[True].answer
    assert not shown[False].thinking and shown[False].answer


def test_what_its_own_processor_makes_of_the_frames_is_recorded(engines: Made[LibraryEngine]) -> None:
    llava = answer(engines["llava-tiny"], asked(engines["llava-tiny"]))
    assert (llava.input_height, llava.input_width, llava.video_tokens) == (56, 56, 17)
    other = answer(engines["qwen3_5-tiny"], asked(engines["qwen3_5-tiny"]))
    assert (other.input_height, other.input_width) == (128, 192)  # of 112×196: multiples of 32
    assert engines["llava-tiny"].spec.vision.clock == engines["qwen3_5-tiny"].spec.vision.clock == "unknown"
    edge = answer(engines["edge-tiny"], asked(engines["edge-tiny"]))
    assert (edge.input_height, edge.input_width) == (128, 224)


def test_a_model_that_is_built_meanwhile_changes_nothing(engines: Made[LibraryEngine], tiny: dict[str, Path]) -> None:
    """The library makes tensors without a dtype while it answers; building a model waits between two tokens."""
    engine = engines["edge-tiny"]
    request = asked(engine, sampling=Sampling(max_new_tokens=60))
    alone, built, done = answer(engine, request).raw, [], threading.Event()

    def build() -> None:
        while not done.is_set():
            built.append(load_model(tiny["reason2-tiny"], torch.bfloat16, torch.device("cpu")))

    building = threading.Thread(target=build)
    building.start()
    try:
        assert [answer(engine, request).raw for _ in range(4)] == [alone] * 4
    finally:
        done.set()
        building.join()
    assert built and torch.get_default_dtype() == torch.float32


def test_an_architecture_of_ours_has_our_engine(specs: dict[str, ModelSpec]) -> None:
    engine = load_engine(specs["cosmos3-tiny"], lambda: None)
    assert isinstance(engine, LocalEngine)
    engine.close()


@pytest.mark.skipif(importlib.util.find_spec("num2words") is not None, reason="the package is here")
def test_a_package_that_a_processor_needs_is_named(successors: Made[Path], tmp_path: Path) -> None:
    folder = checkpoints.copy(successors["llava-tiny"], tmp_path / "mine")
    checkpoints.with_json(folder, "processor_config.json", processor_class="SmolVLMProcessor")
    checkpoints.with_json(folder, "tokenizer_config.json", processor_class="SmolVLMProcessor")
    (spec,) = resolve_models([f"mine={folder}"])
    with pytest.raises(CompareError, match="num2words") as caught:
        load_engine(spec, lambda: None)
    assert "Install what is missing" in caught.value.hint


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{{ messages[0].content }}", ""),
        ("nothing", "leaves out What happens"),
        ("{% for p in messages[0].content %}{{ p.text }}{% endfor %}", "leaves out the video"),
    ],
)
def test_a_template_that_shows_no_video_is_refused_before_the_weights_are_read(
    template: str, words: str, successors: Made[Path], tmp_path: Path
) -> None:
    folder = checkpoints.copy(successors["llava-tiny"], tmp_path / "mine")
    (folder / "chat_template.jinja").write_text(template)
    (spec,) = resolve_models([f"mine={folder}"])
    if not words:
        return load_engine(spec, lambda: None).close()
    with pytest.raises(CompareError, match=words):
        load_engine(spec, lambda: None)
    return None
