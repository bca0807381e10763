"""Tokens to text while they come: a character is shown when all its bytes are there."""

import time
from typing import Any

from cosmos_compare.engines.base import OnText
from cosmos_compare.engines.local.libraries import BaseStreamer, torch

_UNFINISHED = "\N{REPLACEMENT CHARACTER}"


def end_ids(model: Any, tokenizer: Any) -> list[int]:
    """The ids that end an answer: the checkpoint's own, else its tokenizer's."""
    ids = model.generation_config.eos_token_id
    if ids is None:
        ids = tokenizer.eos_token_id
    return [] if ids is None else [ids] if isinstance(ids, int) else list(ids)


class TextStream(BaseStreamer):  # type: ignore[misc]
    """Collects the generated ids, notes when the first came, and passes on each new piece of text."""

    def __init__(self, tokenizer: Any, on_text: OnText) -> None:
        self.tokenizer = tokenizer
        self.on_text = on_text
        self.ids: list[int] = []
        self.first_at: float | None = None
        self._prompt_passed = False
        self._start = 0  # ids before this one are shown and need no second look
        self._shown = ""  # text of the ids from `_start` on that was passed on

    def put(self, value: torch.Tensor) -> None:
        """`generate` hands over the prompt first, then one id at a time."""
        if not self._prompt_passed:
            self._prompt_passed = True
            return
        self.add(int(value))

    def add(self, token: int) -> None:
        """Take the next id of the answer."""
        if self.first_at is None:
            self.first_at = time.perf_counter()
        self.ids.append(token)
        text = self._decode(self.ids[self._start :])
        if not text.endswith(_UNFINISHED):
            self._pass_on(text)
            if text.endswith("\n"):
                self._start, self._shown = len(self.ids), ""

    def end(self) -> None:
        self._pass_on(self._decode(self.ids[self._start :]))

    def text(self) -> str:
        """All the text, decoded at once."""
        return self._decode(self.ids)

    def _pass_on(self, text: str) -> None:
        if len(text) > len(self._shown):
            self.on_text(text[len(self._shown) :])
            self._shown = text

    def _decode(self, ids: list[int]) -> str:
        return str(self.tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))
