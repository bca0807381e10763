"""Training samples: rows of questions about a window, the clips they are about, and how clips are drawn."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cosmos_compare.demo import render
from cosmos_compare.demo.training import tokenizer, workers
from cosmos_compare.demo.training.samples import ASK, BEFORE, BUCKETS, COORDINATE, TIME, Speech, window
from cosmos_compare.demo.training.tokenizer import load
from cosmos_compare.demo.training.workers import SIZES, UNUSED, make_clip, slot_bytes, views
from cosmos_compare.demo.words.marked import unmarked
from cosmos_compare.demo.world.camera import ASPECT
from cosmos_compare.demo.world.observe import observe

torch = pytest.importorskip("torch")

from cosmos_compare.demo.training.trainer import pick_places  # noqa: E402

KINDS = ("pedestrian", "cyclist", "car", "truck", "vehicle", "light", "crosswalk")


@pytest.fixture(scope="module")
def speech() -> Speech:
    return Speech(load(Path("data/demo_models/reason1-demo")))


@pytest.fixture
def slot():
    memory = bytearray(slot_bytes())
    return views(memoryview(memory))


def row_of(slot, manner: str, bucket: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    ids, segments, weights = (slot[f"{part}_{manner}_{bucket}"][0] for part in ("ids", "segments", "weights"))
    used = segments != UNUSED
    return ids[used], segments[used], weights[used]


@pytest.mark.parametrize("manner", ["driver", "analyst"])
@pytest.mark.parametrize("number", [0, 2, 3])
def test_a_row_holds_whole_questions_with_their_answers(speech: Speech, manner, number) -> None:
    scene, _, _ = render.find_scene(3, 8.0)
    view = observe(scene, np.arange(0.0, 8.0, 0.25), ASPECT)
    rng, bucket = np.random.default_rng(0), BUCKETS[number]
    found = [window(rng, speech, scene, view, SIZES, bucket) for _ in range(40)]
    rows = [one.rows[manner] for one in found if one]
    assert len(rows) > 5
    times = coordinates = 0
    for row in rows:
        assert len(row.ids) == len(row.segments) == len(row.weights) <= bucket.length[manner]
        assert row.segments[0] == BEFORE
        assert row.segments.max() >= ASK
        assert (np.diff(row.segments.astype(int)) >= 0).all()
        assert speech.tokenizer.decode(row.ids[row.segments == BEFORE], skip_special_tokens=False).endswith(
            "<|vision_end|>"
        )
        boxes = 0
        for question in range(1, row.segments.max() + 1):
            own = row.segments == question
            text = speech.tokenizer.decode(row.ids[own], skip_special_tokens=False)
            asked, said = text.split("<|im_end|>\n<|im_start|>assistant\n")
            assert asked.strip()
            assert said.endswith("<|im_end|>")
            boxes += "bbox_2d" in said
            answered = speech.tokenizer.decode(row.ids[own][row.weights[own] > 0], skip_special_tokens=False)
            assert answered == said, "only the answer is learnt, all of it"
        assert boxes <= 3, "in English, in French, and a prompt file's: the same answer is not asked for again"
        for weight, form in ((TIME, r"[\d. s]*"), (COORDINATE, r"[\d ]*")):
            words = speech.tokenizer.decode(row.ids[row.weights == weight])
            assert re.fullmatch(form, words), words
        times, coordinates = times + (row.weights == TIME).sum(), coordinates + (row.weights == COORDINATE).sum()
    assert times
    assert coordinates


def test_long_clips_have_windows_of_every_length_and_short_ones_none_of_the_longest(speech: Speech, slot) -> None:
    seen = set()
    for count in range(8):
        make_clip([1, 0, count], speech, slot)
        stored = int(slot["stored"][0])
        long = stored >= 2 * BUCKETS[-1].least
        seen.add(long)
        assert slot["holds"].tolist() == [1, 1, 1, 1, int(long)]
        if long:
            first, stride, pairs = slot[f"window_{len(BUCKETS) - 1}"][0]
            assert 17 <= pairs <= 32
            assert first + stride * (2 * pairs - 1) < stored
    assert seen == {True, False}


def test_frames_of_one_colour_name_nothing(speech: Speech, slot, monkeypatch) -> None:
    monkeypatch.setattr(workers, "PLAIN", 1.0)
    make_clip([1, 0, 0], speech, slot)
    stored = slot["stored"][0]
    for manner in SIZES:
        frames = slot[f"frames_{manner}"][:stored]
        assert (frames == frames[0, 0, 0]).all()
        ids, _, weights = row_of(slot, manner, 1)
        said = speech.tokenizer.decode(ids[weights > 1]).lower()
        denied = re.sub(r"\b(?:no|not|non|none)\b[^.]*", "", said)
        assert not [kind for kind in KINDS if re.search(rf"\b(?:a|an|the) {kind}", denied)], said
    assert not slot["coverage"][:stored].any()


def test_only_clips_that_hold_a_window_are_drawn() -> None:
    holds = torch.tensor([0.0, 1, 0, 1, 1, 0])
    drawn = pick_places(holds, 4000)
    assert set(drawn.tolist()) == {1, 3, 4}
    assert torch.bincount(drawn, minlength=6)[[1, 3, 4]].min() > 1100


def test_a_worker_that_ends_stops_the_training(tmp_path) -> None:
    script = (
        "from cosmos_compare.demo.training.workers import Crew\n"
        f"crew = Crew.start(workers=1, slots=1, tokenizer={str(tmp_path / 'missing.json')!r}, validation=0)\n"
        "crew.processes[0].join()\n"
        "try:\n    crew.fetch(None)\nfinally:\n    crew.stop()\n"
    )  # in a process of its own, since workers are forked before there are threads
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)
    assert done.stderr.strip().endswith("RuntimeError: ForkProcess-1 ended while rendering.")


def test_the_same_texts_give_the_same_tokenizer_and_it_gives_them_back() -> None:
    first, again = (tokenizer.learn(tokenizer.corpus(tokenizer.spoken(3))) for _ in range(2))
    assert first.to_str() == again.to_str()
    assert first.get_vocab_size() == tokenizer.SIZE
    for text in tokenizer.spoken(1):
        assert first.decode(first.encode(unmarked(text)).ids, skip_special_tokens=False) == unmarked(text)
