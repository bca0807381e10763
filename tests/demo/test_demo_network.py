"""The training network against the library's models, through the real processors."""

from pathlib import Path

import numpy as np
import pytest

from cosmos_compare.demo.training import samples
from cosmos_compare.demo.training.architecture import REASON1, REASON2, TOKENS, Architecture
from cosmos_compare.demo.training.network import Network, positions
from cosmos_compare.demo.training.vision_tower import patchify
from cosmos_compare.demo.words import chat
from cosmos_compare.engines.base import Request
from cosmos_compare.prompts import Messages
from cosmos_compare.records.schema import FrameTimes, Sampling, Vision

torch = pytest.importorskip("torch")

from cosmos_compare.demo.training import checkpoint, tokenizer  # noqa: E402
from cosmos_compare.engines.local.inputs import prepare  # noqa: E402
from cosmos_compare.engines.local.positions import follow_own_rule  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = {"driver": ROOT / "data/demo_models/reason1-demo", "analyst": ROOT / "data/demo_models/reason2-demo"}
ARCHITECTURES = pytest.mark.parametrize("arch", [REASON1, REASON2], ids=["reason1", "reason2"])


def vision_of(arch: Architecture) -> Vision:
    first = arch is REASON1
    return Vision(
        factor=2 * arch.patch,
        budget="per_frame",
        max_video_tokens=8192,
        clock="overlay" if first else "text",
        video_token="as_rendered" if first else "bare",
    )


@pytest.fixture
def library(arch, tmp_path):
    """A checkpoint with random weights as training writes it, its processor, and the network it came from."""
    torch.manual_seed(0)
    backend = tokenizer.load(FOLDERS[arch.manner])
    network = Network(arch, backend.get_vocab_size()).eval()
    for parameter in network.parameters():  # large enough that every part shows in the logits
        torch.nn.init.normal_(parameter, std=0.08) if parameter.dim() > 1 else None
    wrapped = checkpoint.transformers.PreTrainedTokenizerFast(
        tokenizer_object=backend, eos_token="<|im_end|>", pad_token="<|endoftext|>"
    )
    weights = {k: v for k, v in network.state_dict().items() if not (arch.tied and k == "lm_head.weight")}
    model = checkpoint.library_model(arch, weights, wrapped)
    return network, model, checkpoint.processor(arch, wrapped), backend


def inputs(arch, processor, frames, step, start, system, question):
    seconds = tuple(start + step * k for k in range(len(frames)))
    messages = Messages(system or chat.entry(arch.manner).default_system_prompt, question)
    request = Request(
        messages, frames, FrameTimes(indices=tuple(range(len(frames))), seconds=seconds), step, Sampling()
    )
    return prepare(processor, vision_of(arch), request), seconds


@ARCHITECTURES
@pytest.mark.parametrize("n", [2, 8, 40])
@pytest.mark.parametrize(("step", "start"), [(0.25, 0.0), (0.5, 1.3), (1.0, 7.25)])
def test_prompts_are_the_processors_token_for_token(arch, library, n, step, start):
    _, _, processor, backend = library
    width, height = arch.frame
    frames = np.zeros((n, height, width, 3), np.uint8)
    made, seconds = inputs(arch, processor, frames, step, start, "You watch.\nNothing else.", "Who is there? Qui ?")
    text = chat.prompt(
        arch.manner, "You watch.\nNothing else.", "Who is there? Qui ?", chat.Video(seconds, TOKENS), False
    )
    assert samples.encode_prompt(samples.Speech(backend), text) == made.tensors["input_ids"][0].tolist()
    assert samples.encode_prompt(samples.Speech(backend), text) == backend.encode(text).ids


@ARCHITECTURES
@pytest.mark.parametrize(("n", "step"), [(4, 1.0), (8, 0.25), (12, 0.5), (40, 0.5), (56, 0.25)])
def test_logits_are_the_librarys(arch, library, n, step):
    """Once the mask of the windows, the order of the patches or a rotary axis is wrong, this fails by far. A row of
    training holds several questions: each must be answered as if it were the only one."""
    network, model, processor, _ = library
    follow_own_rule(model)
    width, height = arch.frame
    frames = np.random.default_rng(0).integers(0, 256, (n, height, width, 3), dtype=np.uint8)
    questions = ["What is there?", "Is it dangerous, and why?", "Boxes."]
    asked = [inputs(arch, processor, frames, step, 0.5, "", question)[0].tensors for question in questions]
    texts = [tensors["input_ids"][0].tolist() for tensors in asked]
    before = max(k for k, token in enumerate(texts[0]) if token == model.config.video_token_id) + 2
    assert len({tuple(text[:before]) for text in texts}) == 1
    row = texts[0][:before] + [token for text in texts for token in text[before:]]
    segments = [0] * before + [number for number, text in enumerate(texts, 1) for _ in text[before:]]
    ids, segment = torch.tensor([row]), torch.tensor([segments])
    with torch.inference_mode():
        expected = [model(**tensors).logits[0] for tensors in asked]
        visual = ids == model.config.video_token_id
        place, source = positions(arch, visual, segment, torch.tensor([2 * step]), torch.tensor([0]))
        # The processors' pixels and ours: the same numbers in the same order.
        mean, std = processor.video_processor.image_mean, processor.video_processor.image_std
        normal = (torch.tensor(frames).float() / 255 - torch.tensor(mean)) / torch.tensor(std)
        patches = patchify(normal.view(n // 2, 2, height, width, 3), arch.patch)
        torch.testing.assert_close(
            patches.reshape(-1, patches.shape[-1]), asked[0]["pixel_values_videos"], rtol=1e-4, atol=1e-5
        )
        # Rows of another shape beside it change nothing.
        small = torch.zeros(9, dtype=torch.long)
        parts = [ids[0, :9], ids[0]], [place[:, 0, :9], place[:, 0]], [source[0, :9], source[0]], [small, segment[0]]
        flat = [torch.cat(both, dim=-1) for both in parts]
        hidden, _ = network(*flat, patches, ((3, 3), (1, len(row))))
        logits = network.lm_head(hidden)[9:]
    for number, whole in enumerate(expected, 1):
        own = torch.tensor([segment in (0, number) for segment in segments])
        assert float(whole.std()) > 0.1
        torch.testing.assert_close(logits[own], whole, rtol=1e-3, atol=2e-4)
