"""The tokens of a prompt without a look at its frames: their number, size and times are all that it depends on."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cosmos_compare.engines.base import Cancelled, Request
from cosmos_compare.engines.local.chat_template import never
from cosmos_compare.engines.local.inputs import VIDEO, frame_metadata, render, shorten_pads, template_of
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.loading import UNLOADABLE, load_processor
from cosmos_compare.errors import CompareError
from cosmos_compare.records.schema import Vision


@dataclass(frozen=True)
class PromptIds:
    """A prompt as the model reads it: the ids of its tokens, and its text with the pads in short."""

    ids: tuple[int, ...]
    rendered: str
    video_tokens: int


class PromptCounter:
    """Makes prompts of a model with the small files of its checkpoint: tokenizer, template, processor."""

    def __init__(self, folder: Path, vision: Vision) -> None:
        """Raises `CompareError` for a folder that no prompt can be made with."""
        try:
            self._processor: Any = load_processor(folder)
        except UNLOADABLE as error:
            what = (str(error).splitlines() or [type(error).__name__])[0]
            raise CompareError(
                "{folder}: no prompt can be made with it ({what:.200}).", folder=folder, what=what
            ) from error
        self._vision = vision

    def count(self, request: Request, cancelled: Cancelled = never) -> PromptIds:
        """The prompt of a request, as `inputs.prepare` makes it. Raises as `inputs.render` does."""
        text = render(self._processor, self._vision, request, cancelled)
        tokenizer, video = self._processor.tokenizer, self._processor.video_processor
        time, (height, width) = len(request.images), request.images.shape[1:3]
        patches = time // video.temporal_patch_size, height // video.patch_size, width // video.patch_size
        shown = {"video_grid_thw": torch.tensor([patches]), "video_metadata": [frame_metadata(request)]}
        frames = self._processor.replace_video_token(shown, 0)
        prefix = text.prefix.replace(self._processor.video_token, frames, 1)
        ids = [*tokenizer(prefix, add_special_tokens=False)["input_ids"]]
        ids += tokenizer(text.question, add_special_tokens=False)["input_ids"]
        pad = tokenizer.convert_tokens_to_ids("<|video_pad|>")
        return PromptIds(tuple(ids), shorten_pads(self.decode(ids, special=True)), ids.count(pad))

    def decode(self, ids: list[int], *, special: bool = False) -> str:
        """Ids as text, without the control tokens unless `special`."""
        return str(
            self._processor.tokenizer.decode(ids, skip_special_tokens=not special, clean_up_tokenization_spaces=False)
        )

    def bare_template(self) -> str:
        """The model's own chat template without the pair of tokens round the video, for servers that keep it where
        `video_token` is `bare`; empty where the template is as it is to be."""
        text = template_of(self._processor).text
        return text.replace(VIDEO, "<|video_pad|>") if self._vision.video_token == "bare" and VIDEO in text else ""
