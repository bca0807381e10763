"""A checkpoint whose chat template opens the think block, as Thinking checkpoints do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_requests import make_request

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.engines.local.engine import LocalEngine
from cosmos_compare.texts.answers import split


@pytest.fixture(scope="module")
def thinking(tiny: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalEngine]:
    folder = tmp_path_factory.mktemp("thinking") / "model"
    shutil.copytree(tiny["reason2-tiny"], folder)
    template = folder / "chat_template.jinja"
    plain = template.read_text(encoding="utf-8")
    opened = plain.replace("<|im_start|>assistant\\n", "<|im_start|>assistant\\n<think>\\n")
    opened = opened.replace("<|im_start|>assistant\n", "<|im_start|>assistant\n<think>\n")
    assert opened != plain
    template.write_text(opened, encoding="utf-8")
    (spec,) = resolve_models([f"thinking={folder}"])
    engine = LocalEngine(spec, folder)
    yield engine
    engine.close()


def test_what_is_written_is_reasoning_while_it_comes_and_when_it_was_cut(thinking: LocalEngine) -> None:
    """The live text and the saved one were shown as the answer: no tag stood in them."""
    pieces: list[str] = []
    request = make_request(thinking.spec, [0.0, 0.5])
    answer = thinking.answer(request, pieces.append, lambda state: None, lambda: False)
    assert answer.rendered_prompt is not None and answer.rendered_prompt.endswith("<think>\n")
    assert answer.finish == "length" and answer.raw
    live, saved = split("".join(pieces)), split(answer.raw, answer.rendered_prompt)
    assert (live.answer, live.thinking) == (saved.answer, saved.thinking) == ("", True)
    assert live.reasoning == saved.reasoning == answer.raw.strip()
