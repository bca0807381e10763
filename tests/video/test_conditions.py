"""Controls made from decoded frames: what is shown, at which times, and what is recorded of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from videos import REASON1, REASON2, evenly, number_of, numbered, spec, write_video

from cosmos_compare.errors import CompareError
from cosmos_compare.records.schema import Condition, Settings
from cosmos_compare.video.clips import probe
from cosmos_compare.video.frame_cache import FrameCache
from cosmos_compare.video.frames import Frames, plan_frames, sample_frames

ONE, TWO = spec("reason1", REASON1), spec("reason2", REASON2)
CONTROLS: tuple[Condition, ...] = ("blank", "frozen", "shuffled", "reversed", "swapped")


def scenario(root: Path, name: str, first: int, count: int = 40, size: tuple[int, int] = (128, 96)) -> Path:
    """A scenario whose frames show the numbers from `first` on, ten a second."""
    (root / name).mkdir()
    images = [numbered(first + k, *size) for k in range(count)]
    return write_video(root / name / "segment.mp4", evenly(count, 10), rate=10, images=images, size=size)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("clips")
    return {name: scenario(root, name, first) for name, first in (("a", 0), ("b", 50), ("c", 100))}


def sample(video: Path, condition: Condition, **fields: float) -> Frames:
    return sample_frames(probe(video), Settings(condition=condition, **fields), [ONE, TWO])


def numbers(frames: Frames) -> list[int]:
    return [number_of(image) for image in frames.for_model(TWO)]


def test_each_control_shows_what_its_name_says(clips: dict[str, Path]) -> None:
    clip = numbers(sample(clips["a"], "clip"))
    assert numbers(sample(clips["a"], "frozen")) == clip[:1] * 16
    assert numbers(sample(clips["a"], "reversed")) == clip[::-1]
    assert (sample(clips["a"], "blank").for_model(TWO) == 128).all()
    shuffled = numbers(sample(clips["a"], "shuffled"))
    assert shuffled != clip
    assert sorted(shuffled) == clip


@pytest.mark.parametrize("condition", CONTROLS)
def test_the_times_stay_and_the_record_says_what_was_shown(clips: dict[str, Path], condition: Condition) -> None:
    """`indices` stay those of the request, so that an answer to a control pairs with the one to the clip."""
    plain, control = sample(clips["a"], "clip"), sample(clips["a"], condition)
    assert (control.times.indices, control.times.seconds) == (plain.times.indices, plain.times.seconds)
    assert plain.times.shown is None
    assert control.times.shown is not None
    if condition == "blank":
        assert control.times.shown == ()
    else:
        first = 0 if control.times.shown_from is None else {"b": 50, "c": 100}[control.times.shown_from.scenario]
        assert numbers(control) == [first + index for index in control.times.shown]
    assert control.times.warnings[-1].startswith("Control: ")
    assert plan_frames(probe(clips["a"]), Settings(condition=condition)).times == control.times


@pytest.mark.parametrize("condition", CONTROLS)
def test_the_drawn_time_is_that_of_the_place_and_not_of_the_frame(clips: dict[str, Path], condition: Condition) -> None:
    plain, control = sample(clips["a"], "clip", timestamp=True), sample(clips["a"], condition, timestamp=True)
    assert (plain.for_model(ONE)[:, -28:] == control.for_model(ONE)[:, -28:]).all()


def test_a_shuffle_is_the_clips_own_and_the_same_for_ever(clips: dict[str, Path]) -> None:
    orders = [sample(clips[name], "shuffled").times.shown for name in "abc"]
    assert len(set(orders)) == 3
    assert orders == [sample(clips[name], "shuffled").times.shown for name in "abc"]
    two = sample(clips["a"], "shuffled", max_frames=2)
    assert two.times.shown == two.times.indices[::-1], "an order that changes nothing is no shuffle"


def test_a_swap_draws_another_scenario_and_records_which(clips: dict[str, Path], tmp_path: Path) -> None:
    frames = sample(clips["a"], "swapped")
    assert frames.times.shown_from is not None
    other = clips[frames.times.shown_from.scenario]
    assert frames.times.shown_from.sha256 == probe(other).sha256
    assert (frames.for_model(TWO) == sample(other, "clip").for_model(TWO)).all()
    assert frames.clip == probe(clips["a"])
    alone = scenario(tmp_path, "alone", 0)
    with pytest.raises(CompareError, match="no other scenario lies beside it") as caught:
        sample(alone, "swapped")
    assert caught.value.field == "condition"


def test_a_copy_of_the_clip_itself_is_no_other_scenario(tmp_path: Path) -> None:
    first = scenario(tmp_path, "first", 0)
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy/segment.mp4").write_bytes(first.read_bytes())
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/segment.mp4").write_bytes(b"no video")
    with pytest.raises(CompareError, match="no other scenario"):
        sample(first, "swapped")
    scenario(tmp_path, "second", 50)
    shown = sample(first, "swapped").times.shown_from
    assert shown is not None
    assert shown.scenario == "second"


@pytest.mark.parametrize(("count", "expected"), [(60, "at the same second"), (8, "over the whole of it")])
def test_a_swap_of_another_length_or_shape_keeps_size_and_pictures(tmp_path: Path, count: int, expected: str) -> None:
    first = scenario(tmp_path, "first", 0)
    scenario(tmp_path, "other", 100, count, size=(96, 128))
    plain, frames = sample(first, "clip"), sample(first, "swapped")
    assert frames.size_for(TWO) == plain.size_for(TWO)
    assert frames.times.shown is not None
    if expected == "at the same second":
        assert frames.times.shown == plain.times.indices
    else:
        assert (frames.times.shown[0], frames.times.shown[-1]) == (0, 7)
    height, width = frames.size_for(TWO)
    edges: Sequence[np.ndarray] = frames.for_model(TWO)[:, :, [0, -1]]
    assert np.max(edges) == 0, "a tall picture in a wide place has bars beside it"
    inner = frames.for_model(TWO)[:, :, round(width / 2 - height * 3 / 8) + 2 : round(width / 2 + height * 3 / 8) - 2]
    assert [number_of(image) for image in inner] == [100 + index for index in frames.times.shown]


def test_a_cache_never_takes_one_condition_for_another(clips: dict[str, Path], tmp_path: Path) -> None:
    cache, clip = FrameCache(), probe(clips["a"])
    seen = {
        condition: cache.get(clip, Settings(condition=condition), [TWO]).for_model(TWO).tobytes()
        for condition in ("clip", *CONTROLS)
    }
    assert len(set(seen.values())) == 6
    first = scenario(tmp_path, "first", 0)
    scenario(tmp_path, "second", 50)
    before = cache.get(probe(first), Settings(condition="swapped"), [TWO])
    (tmp_path / "second/segment.mp4").unlink()
    scenario(tmp_path, "third", 100)
    after = cache.get(probe(first), Settings(condition="swapped"), [TWO])
    assert before.times.shown_from != after.times.shown_from


def test_controls_decode_no_more_than_they_show(clips: dict[str, Path]) -> None:
    def asked(condition: Condition) -> int:
        calls: list[bool] = []
        settings = Settings(condition=condition)
        sample_frames(probe(clips["a"]), settings, [TWO], cancelled=lambda: bool(calls.append(True)))
        return len(calls)

    assert (asked("blank"), asked("frozen")) == (0, 1)
