"""Budget: how large a model's frames are. Pure arithmetic; knows nothing of pixels.

The rules are upstream's, stated here because their modules import torch and `cosmos-compare frames` must not;
tests compare them with qwen-vl-utils and transformers.
"""

import math

from cosmos_compare.errors import CompareError
from cosmos_compare.language import Text
from cosmos_compare.records.schema import Vision

MAX_RATIO = 200


def frame_size(
    vision: Vision, n_frames: int, height: int, width: int, max_video_tokens: int | None = None
) -> tuple[int, int]:
    """(height, width) at the model, in pixels, of each of `n_frames` frames of `height` × `width`.

    `max_video_tokens` replaces the model's own budget, and must then suffice: a model's own rule may exceed
    its budget on long clips, because a frame never gets less than `min_frame_tokens`.
    Raises `CompareError` for a side ratio above 200 and for a budget that these frames can't meet.
    """
    if max(height, width) > MAX_RATIO * min(height, width):
        raise CompareError(
            "The clip is {width}×{height} pixels; the models take sides of a ratio up to {most}.",
            "Crop the clip.",
            width=width,
            height=height,
            most=MAX_RATIO,
        )
    budget = vision.max_video_tokens if max_video_tokens is None else max_video_tokens
    rule = _per_frame if vision.budget == "per_frame" else _whole_video
    size = vision.frame or rule(vision, n_frames, height, width, budget)
    needed = video_tokens(vision, n_frames, *size)
    if needed == 0 or (max_video_tokens is not None and needed > max_video_tokens):
        least = Text(" at least {needed:,}", needed=needed) if needed else Text(" more")
        raise CompareError(
            "max_video_tokens is {budget:,}, and {n_frames} frames of {width}×{height} need{least}.",
            "Raise it, or take fewer frames.",
            budget=budget,
            n_frames=n_frames,
            width=width,
            height=height,
            least=least,
            field="max_video_tokens",
        )
    return size


def video_tokens(vision: Vision, n_frames: int, height: int, width: int) -> int:
    """Visual tokens of `n_frames` frames that are `height` × `width` at the model."""
    steps = math.ceil(n_frames / vision.temporal_patch)
    return steps * (height // vision.factor) * (width // vision.factor)


def _per_frame(vision: Vision, n_frames: int, height: int, width: int, budget: int) -> tuple[int, int]:
    """qwen-vl-utils 0.0.14, `fetch_video`: each frame gets an even share of the total, within two bounds."""
    factor = vision.factor
    token = factor * factor
    least = vision.min_frame_tokens * token
    share = budget * token / n_frames * vision.temporal_patch
    most = max(min(vision.max_frame_tokens * token, share), int(least * 1.05))
    rows, columns = _nearest(height, factor), _nearest(width, factor)
    if rows * columns > most:
        shrink = math.sqrt(height * width / most)
        return _below(height / shrink, factor), _below(width / shrink, factor)
    if rows * columns < least:
        enlarge = math.sqrt(least / (height * width))
        return _above(height * enlarge, factor), _above(width * enlarge, factor)
    return rows, columns


def _whole_video(vision: Vision, n_frames: int, height: int, width: int, budget: int) -> tuple[int, int]:
    """transformers' `Qwen3VLVideoProcessor`: time × height × width within bounds of the whole video."""
    factor, patch = vision.factor, vision.temporal_patch
    token = factor * factor
    least, most = vision.min_frame_tokens * token, budget * patch * token
    if min(height, width) < factor:
        scale = max(factor / height, factor / width)
        height, width = int(height * scale), int(width * scale)
    rows, columns = round(height / factor) * factor, round(width / factor) * factor
    frames = round(n_frames / patch) * patch
    if frames * rows * columns > most:
        shrink = math.sqrt(n_frames * height * width / most)
        return max(factor, _below(height / shrink, factor)), max(factor, _below(width / shrink, factor))
    if frames * rows * columns < least:
        enlarge = math.sqrt(least / (n_frames * height * width))
        return _above(height * enlarge, factor), _above(width * enlarge, factor)
    return rows, columns


def _nearest(length: float, factor: int) -> int:
    return max(factor, round(length / factor) * factor)


def _below(length: float, factor: int) -> int:
    return math.floor(length / factor) * factor


def _above(length: float, factor: int) -> int:
    return math.ceil(length / factor) * factor
