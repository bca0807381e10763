"""From frames and messages to what any checkpoint of the library takes in, by its own processor.

The frames are given with their true times, and never sampled again. Where the family says so they are resized again to
what the model takes; what the processor makes of the times is the model's own affair, and not known here.
"""

import re
from collections.abc import Iterator
from typing import Any

from cosmos_compare.engines.base import Cancelled, Request
from cosmos_compare.engines.local.inputs import (
    CHECK,
    TICKS_PER_SECOND,
    Inputs,
    conversation,
    frame_metadata,
    refuse_control_tokens,
    template_of,
)
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.errors import CompareError
from cosmos_compare.language import Text
from cosmos_compare.prompts import Messages
from cosmos_compare.records.schema import Vision

QUESTION = "What happens?"
PIXELS = ("pixel_values_videos", "pixel_values")
PLACES = ("video_token_id", "image_token_id", "video_token_index", "image_token_index")


def check_any_prompt(processor: Any) -> None:
    """Raises `CompareError` for a checkpoint that has no way to show a video or to ask a question."""
    if getattr(processor, "video_processor", None) is None:
        raise CompareError("It has no video processor, so it can't be shown a video.", CHECK)
    template = template_of(processor)
    asked = conversation(Messages("", QUESTION))
    text, without = template.render(asked), template.render([{**asked[0], "content": asked[0]["content"][1:]}])
    if QUESTION not in text or text == without:
        part = Text("the video") if QUESTION in text else QUESTION
        raise CompareError("Its chat template leaves out {part}, so it can't be asked about a video.", CHECK, part=part)


def prepare_any(processor: Any, config: Any, vision: Vision, request: Request, cancelled: Cancelled) -> Inputs:
    """The whole way from a request to tensors. Raises `CompareError` as `inputs.render` does, and what the processor
    raises."""
    refuse_control_tokens(processor, request)
    text = template_of(processor).render(conversation(request.messages), cancelled, request.switches)
    tokenizer = processor.tokenizer
    # Templates write the token that begins a text themselves, where the model knows one.
    begun = bool(tokenizer.bos_token) and text.startswith(tokenizer.bos_token)
    clock = frame_metadata(request)
    clock.height, clock.width = request.images.shape[1:3]
    clock.duration = clock.total_num_frames / TICKS_PER_SECOND
    tensors = dict(
        processor(
            text=[text],
            videos=[request.images],
            video_metadata=[clock],
            do_sample_frames=False,
            return_metadata=True,  # some write the times from it, and leave it to the caller to ask for it
            return_mm_token_type_ids="mm_token_type_ids" in processor.model_input_names,
            return_tensors="pt",
            **({} if vision.resized_again else {"do_resize": False}),
            **({"add_special_tokens": False} if begun else {}),
        )
    )
    tensors = {name: value for name, value in tensors.items() if isinstance(value, torch.Tensor)}
    ids = tensors["input_ids"][0]
    places = {getattr(config, name) for name in PLACES if getattr(config, name, None) is not None}
    count = ids.shape[0]
    return Inputs(
        tensors,
        rendered_prompt=_shortened(tokenizer, ids),
        prompt_tokens=count,
        video_tokens=sum(int((ids == place).sum()) for place in places) or None,
        prefix_tokens=count,
        resized=vision.resized_again,
        size=_size(processor, tensors),
    )


def _shortened(tokenizer: Any, ids: torch.Tensor) -> str:
    """The prompt as text, with `<image>×81` for 81 of a control token in a row."""
    text = str(tokenizer.decode(ids, skip_special_tokens=False, clean_up_tokenization_spaces=False))
    special = [token.content for token in tokenizer.added_tokens_decoder.values()]
    if not special:
        return text
    run = re.compile(f"({'|'.join(map(re.escape, sorted(special, key=len, reverse=True)))})\\1+")
    return run.sub(lambda match: f"{match[1]}×{len(match[0]) // len(match[1])}", text)


def _size(processor: Any, tensors: dict[str, Any]) -> tuple[int, int] | None:
    """Height and width in pixels of the frames as the processor made them; None for forms that are not known."""
    return next(_sizes(processor, tensors), None)


def _sizes(processor: Any, tensors: dict[str, Any]) -> Iterator[tuple[int, int]]:
    patch = getattr(processor.video_processor, "patch_size", None)
    grid = tensors.get("video_grid_thw")
    if isinstance(patch, int) and grid is not None:
        yield int(grid[0][1]) * patch, int(grid[0][2]) * patch
    for name in PIXELS:
        pixels = tensors.get(name)
        if isinstance(pixels, torch.Tensor) and pixels.ndim >= 4 and pixels.shape[-3] == 3:
            yield int(pixels.shape[-2]), int(pixels.shape[-1])
