"""The sizes of frames are upstream's, to the pixel."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from videos import REASON1, REASON2

from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.errors import CompareError
from cosmos_compare.records.schema import Vision
from cosmos_compare.video.budget import frame_size, video_tokens

# isort: split
# After our libraries module: it makes an ill-matched torchvision importable.
import qwen_vl_utils.vision_process as qwen
from transformers.models.qwen3_vl import video_processing_qwen3_vl as qwen3

SIDES = st.integers(1, 4400)
COUNTS = st.integers(1, 400).map(lambda half: 2 * half)
BUDGETS = st.integers(16, 60_000)


@pytest.fixture
def path_route(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """qwen-vl-utils' route for a path, with a reader of ours in its table: its own need libraries that are gone."""

    def read(element: dict[str, str]) -> tuple[torch.Tensor, dict[str, object], float]:
        count, height, width = map(int, element["video"].split("x"))
        return torch.empty((count, 3, height, width), dtype=torch.uint8, device="meta"), {}, 4.0

    monkeypatch.setitem(qwen.VIDEO_READER_BACKENDS, "sized", read)
    monkeypatch.setattr(qwen, "FORCE_QWENVL_VIDEO_READER", "sized")
    qwen.get_video_reader_backend.cache_clear()
    yield
    qwen.get_video_reader_backend.cache_clear()


def per_frame_upstream(count: int, height: int, width: int, tokens: int) -> tuple[int, int]:
    element = {"video": f"{count}x{height}x{width}", "total_pixels": tokens * 28 * 28}
    return tuple(qwen.fetch_video(element, image_patch_size=14).shape[-2:])


def whole_video_upstream(count: int, height: int, width: int, tokens: int) -> tuple[int, int]:
    limits = {"min_pixels": 4096, "max_pixels": tokens * 2 * 32 * 32}
    return qwen3.smart_resize(count, height, width, temporal_factor=2, factor=32, **limits)


def test_forty_wide_frames_have_the_sizes_that_upstream_gives_them() -> None:
    assert frame_size(REASON1, 40, 1080, 1920) == (420, 728)
    assert frame_size(REASON2, 40, 1080, 1920) == (320, 608)


@pytest.mark.usefixtures("path_route")
@pytest.mark.parametrize("count", [2, 4, 20, 32, 40, 240, 768])
@pytest.mark.parametrize(
    ("height", "width"),
    [(1080, 1920), (1920, 1080), (360, 640), (2160, 3840), (560, 1008), (390, 960), (100, 101), (16, 16), (1, 1)],
)
def test_reason1_equals_qwen_vl_utils_on_a_path(count: int, height: int, width: int) -> None:
    assert frame_size(REASON1, count, height, width) == per_frame_upstream(count, height, width, 8192)


@pytest.mark.usefixtures("path_route")
@pytest.mark.parametrize(("height", "width"), [(10, 2000), (2000, 10), (30, 2400), (7, 700), (20, 20)])
@pytest.mark.parametrize("tokens", [16, 500, 8192, 50_000])
def test_reason1_equals_qwen_vl_utils_at_the_edges(height: int, width: int, tokens: int) -> None:
    vision = REASON1.model_copy(update={"max_video_tokens": tokens})
    for count in (2, 10, 100):
        expected = per_frame_upstream(count, height, width, tokens)
        assert frame_size(vision, count, height, width) == expected


@settings(max_examples=400, deadline=None)
@given(count=COUNTS, height=SIDES, width=SIDES, tokens=BUDGETS, least=st.integers(1, 256))
def test_reason1_equals_upstreams_rule_at_any_size(
    count: int, height: int, width: int, tokens: int, least: int
) -> None:
    assume(max(height, width) <= 200 * min(height, width))
    vision = REASON1.model_copy(update={"max_video_tokens": tokens, "min_frame_tokens": least})
    low, total = least * 784, tokens * 784
    high = max(min(768 * 784, total / count * 2), int(low * 1.05))
    expected = qwen.smart_resize(height, width, factor=28, min_pixels=low, max_pixels=high)
    if 0 in expected:  # upstream would go on with an empty picture
        with pytest.raises(CompareError, match="max_video_tokens"):
            frame_size(vision, count, height, width)
    else:
        assert frame_size(vision, count, height, width) == expected


@settings(max_examples=400, deadline=None)
@given(count=COUNTS, height=SIDES, width=SIDES, tokens=BUDGETS)
def test_reason2_equals_transformers_at_any_size(count: int, height: int, width: int, tokens: int) -> None:
    assume(max(height, width) <= 200 * min(height, width))
    vision = REASON2.model_copy(update={"max_video_tokens": tokens})
    assert frame_size(vision, count, height, width) == whole_video_upstream(count, height, width, tokens)


@pytest.mark.parametrize("vision", [REASON1, REASON2])
@pytest.mark.parametrize(("height", "width"), [(10, 2001), (2001, 10)])
def test_a_ribbon_is_refused_as_upstream_refuses_it(vision: Vision, height: int, width: int) -> None:
    with pytest.raises(CompareError, match="200"):
        frame_size(vision, 40, height, width)
    with pytest.raises(ValueError, match="200"):
        qwen.smart_resize(height, width, factor=28)


@pytest.mark.parametrize("vision", [REASON1, REASON2])
def test_a_budget_that_these_frames_cannot_meet_is_an_error_of_that_field(vision: Vision) -> None:
    with pytest.raises(CompareError, match="16, and 40 frames of 1920×1080 need at least") as caught:
        frame_size(vision, 40, 1080, 1920, max_video_tokens=16)
    assert caught.value.field == "max_video_tokens"


@settings(max_examples=200, deadline=None)
@given(count=COUNTS, height=SIDES, width=SIDES, tokens=BUDGETS, vision=st.sampled_from([REASON1, REASON2]))
def test_a_given_budget_is_kept_or_refused(count: int, height: int, width: int, tokens: int, vision: Vision) -> None:
    try:
        size = frame_size(vision, count, height, width, max_video_tokens=tokens)
    except CompareError:
        return
    assert 0 < video_tokens(vision, count, *size) <= tokens
    assert size[0] % vision.factor == size[1] % vision.factor == 0


@pytest.mark.parametrize(("height", "width"), [(360, 640), (640, 360), (480, 480), (1080, 2560)])
def test_a_model_with_a_size_of_its_own_gets_every_clip_at_that_size(height: int, width: int) -> None:
    vision = Vision(factor=28, budget="per_frame", max_video_tokens=8192, clock="overlay", frame=(112, 196))
    assert frame_size(vision, 32, height, width) == (112, 196)
    with pytest.raises(CompareError, match="448"):
        frame_size(vision, 32, height, width, max_video_tokens=400)


def test_tokens_are_counted_by_pairs_of_frames() -> None:
    assert video_tokens(REASON1, 40, 420, 728) == 20 * 15 * 26
    assert video_tokens(REASON2, 40, 320, 608) == 20 * 10 * 19


def test_a_picture_that_would_vanish_is_an_error_where_upstream_crashes() -> None:
    with pytest.raises(CompareError, match="100 frames of 5999×30 need more"):
        frame_size(REASON1, 100, 30, 5999)
