"""From frames and messages to what a model takes in. Right clocks for both architectures live here.

A prompt is read in two parts: the prefix, up to and with the video, and the question. The split lies
behind a control token, where no tokenizer joins anything, so the ids are those of the whole text; and the costly
part, the prefix, can be kept when only the question changes.
"""

import re
from dataclasses import dataclass
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from cosmos_compare.engines.base import Cancelled, Request
from cosmos_compare.engines.local.chat_template import ChatTemplate, never
from cosmos_compare.engines.local.libraries import VideoMetadata, smart_resize, torch
from cosmos_compare.errors import CompareError
from cosmos_compare.language import N_
from cosmos_compare.prompts import Messages
from cosmos_compare.records.schema import Vision

TICKS_PER_SECOND = 1000
CHECK = N_("Use the original checkpoint's tokenizer and processor files.")
VIDEO = "<|vision_start|><|video_pad|><|vision_end|>"
_PADS = re.compile(r"(?:<\|video_pad\|>){2,}")

_templates: "WeakKeyDictionary[Any, ChatTemplate]" = WeakKeyDictionary()  # each goes with its processor


@dataclass(frozen=True)
class PromptText:
    """A prompt before the frames are put in; `prefix` ends with the place of the video."""

    prefix: str
    question: str


class Prefix(NamedTuple):
    """The prefix of a prompt as tensors, and as text with its `video_tokens` in short."""

    tensors: dict[str, Any]
    rendered: str
    video_tokens: int


@dataclass(frozen=True)
class Inputs:
    """A request as tensors, with the prompt as the model reads it. The first `prefix_tokens` ids are the prefix.

    `size` is the height and width in pixels of what the model sees where its processor `resized` the frames again,
    None where that can't be told.
    """

    tensors: dict[str, Any]
    rendered_prompt: str
    prompt_tokens: int
    video_tokens: int | None
    prefix_tokens: int
    resized: bool = False
    size: tuple[int, int] | None = None


def prepare(processor: Any, vision: Vision, request: Request) -> Inputs:
    """The whole way from a request to tensors. Raises as `render` and `look` do."""
    text = render(processor, vision, request)
    return join(processor, look(processor, vision, request, text), text)


def render(processor: Any, vision: Vision, request: Request, cancelled: Cancelled = never) -> PromptText:
    """Put the messages into the model's template.

    Raises `CompareError` when a text holds one of the model's control tokens or the template fails, `Stopped` once
    `cancelled` says so.
    """
    refuse_control_tokens(processor, request)
    text = template_of(processor).render(conversation(request.messages), cancelled, request.switches)
    place = VIDEO
    if vision.video_token == "bare":
        text, place = text.replace(VIDEO, "<|video_pad|>"), "<|video_pad|>"
    before, video, question = text.partition(place)
    return PromptText(before + video, question)


def check_prompt(processor: Any) -> None:
    """Raises `CompareError` for a checkpoint whose tokens or template have no place for a video and a question."""
    known = processor.tokenizer.get_vocab()
    lacking = [token for token in ("<|vision_start|>", "<|video_pad|>", "<|vision_end|>") if token not in known]
    if lacking:
        raise CompareError(
            "Its tokenizer does not know {token}, so it can't be shown a video.", CHECK, token=lacking[0]
        )
    if not hasattr(processor, "video_processor"):
        raise CompareError("It has no video processor, so it can't be shown a video.", CHECK)
    text = template_of(processor).render(conversation(Messages("Be brief.", "What happens?")))
    for part in (VIDEO, "What happens?"):
        if part not in text:
            raise CompareError(
                "Its chat template leaves out {part}, so it can't be asked about a video.", CHECK, part=part
            )


def template_of(processor: Any) -> ChatTemplate:
    """The template of a processor, with the process that renders it. Raises `CompareError` when it has none."""
    text = processor.chat_template
    if isinstance(text, dict):
        text = text.get("default")
    if not isinstance(text, str) or not text.strip():
        raise CompareError("It has no chat template (chat_template.jinja, or in tokenizer_config.json).", CHECK)
    found = _templates.get(processor)
    if found is None:
        found = _templates[processor] = ChatTemplate(text, dict(processor.tokenizer.special_tokens_map))
    return found


def look(processor: Any, vision: Vision, request: Request, text: PromptText, device: Any = "cpu") -> Prefix:
    """The prefix and the frames as tensors: the processor runs once and may neither sample nor resize again.

    Pixels are normalised on `device`. Raises `ValueError` when the frames are not of a size that the model can
    take unchanged.
    """
    _check_size(vision, request)
    tensors = dict(
        processor(
            text=[text.prefix],
            videos=[_on(request.images, device)],
            video_metadata=[frame_metadata(request)],
            do_sample_frames=False,
            do_resize=False,
            cap_pixels_per_frame=False,
            device=device,
            return_tensors="pt",
        )
    )
    ids = tensors["input_ids"]
    pad = processor.tokenizer.convert_tokens_to_ids("<|video_pad|>")
    return Prefix(tensors, shorten_pads(_decode(processor, ids)), int((ids == pad).sum()))


def join(processor: Any, prefix: Prefix, text: PromptText) -> Inputs:
    """Put the question behind a prefix as `look` gave it; the prefix's tensors stay as they are."""
    question = processor.tokenizer(text.question, add_special_tokens=False, return_tensors="pt")["input_ids"]
    ids = torch.cat([prefix.tensors["input_ids"], question], dim=1)
    tensors = prefix.tensors | {
        "input_ids": ids,
        "attention_mask": torch.ones_like(ids),
        # 0 is text, 2 is video; without them the positions are wrong and nothing says so.
        "mm_token_type_ids": torch.nn.functional.pad(prefix.tensors["mm_token_type_ids"], (0, question.shape[1])),
    }
    rendered = prefix.rendered + _decode(processor, question)
    return Inputs(tensors, rendered, ids.shape[1], prefix.video_tokens, prefix.tensors["input_ids"].shape[1])


def _decode(processor: Any, ids: torch.Tensor) -> str:
    return str(processor.tokenizer.decode(ids[0], skip_special_tokens=False, clean_up_tokenization_spaces=False))


def shorten_pads(prompt: str) -> str:
    """Write `<|video_pad|>×96` for 96 of them in a row: the prompt stays exact and readable."""
    return _PADS.sub(lambda match: f"<|video_pad|>×{len(match[0]) // len('<|video_pad|>')}", prompt)


def _on(images: np.ndarray, device: Any) -> Any:
    """The frames on a GPU from the start: rearranged on a processor, they take longer than all the vision tower."""
    if torch.device(device).type == "cpu":
        return images
    pinned = torch.empty(images.shape, dtype=torch.uint8, pin_memory=True)
    pinned.numpy()[:] = images
    return pinned.to(device, non_blocking=True)


def conversation(messages: Messages) -> list[dict[str, Any]]:
    turns: list[dict[str, Any]] = []
    if messages.system:
        turns.append({"role": "system", "content": [{"type": "text", "text": messages.system}]})
    # Media before text: the order both models were taught.
    content = [{"type": "video"}, {"type": "text", "text": messages.user}]
    return [*turns, {"role": "user", "content": content}]


def frame_metadata(request: Request) -> VideoMetadata:
    """The times of the frames on a clock of milliseconds.

    Without it the processors assume 24 fps, and a wrong clock changes the answer. Reason2 reads
    `frames_indices / fps`, the true time of each frame also at a variable rate; Reason1 reads
    `len(frames_indices) / total_num_frames × fps`, the rate of the sampling grid.
    """
    return VideoMetadata(
        fps=float(TICKS_PER_SECOND),
        frames_indices=[round(second * TICKS_PER_SECOND) for second in request.times.seconds],
        total_num_frames=round(len(request.images) * request.step * TICKS_PER_SECOND),
    )


def refuse_control_tokens(processor: Any, request: Request) -> None:
    tokens = {token.content for token in processor.tokenizer.added_tokens_decoder.values() if token.special}
    for token in sorted(tokens | set(processor.tokenizer.all_special_tokens)):
        if token in request.messages.system or token in request.messages.user:
            raise CompareError(
                "The prompt contains {token}, which steers the model.", "Take it out of the text.", token=token
            )


def _check_size(vision: Vision, request: Request) -> None:
    # A second resize would go unnoticed and change the answer, so upstream's own function must leave these alone.
    height, width = request.images.shape[1:3]
    pixels = height * width
    if smart_resize(height, width, factor=vision.factor, min_pixels=pixels, max_pixels=pixels) != (height, width):
        raise ValueError(f"frames of {height}×{width} are not a multiple of {vision.factor}")
    if len(request.images) % 2:
        raise ValueError(f"{len(request.images)} frames; the models look at pairs")
