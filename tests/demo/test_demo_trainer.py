"""Batches of training: that each answer's token stands behind the place that predicts it, and that all the indices
of frames, pairs and tokens agree."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from cosmos_compare.demo.training.architecture import REASON1, REASON2, TOKENS  # noqa: E402
from cosmos_compare.demo.training.ring import Ring  # noqa: E402
from cosmos_compare.demo.training.samples import BUCKETS, Speech  # noqa: E402
from cosmos_compare.demo.training.text_layers import question_masks  # noqa: E402
from cosmos_compare.demo.training.tokenizer import PIXELS, THOUSANDTHS, add_numbers, load, neighbours, token_id  # noqa: E402
from cosmos_compare.demo.training.trainer import Trainer  # noqa: E402
from cosmos_compare.demo.training.workers import make_clip, slot_bytes, views  # noqa: E402
from cosmos_compare.demo.words.chat import PAD  # noqa: E402

HELD_OUT = 2
ARCHITECTURES = pytest.mark.parametrize("arch", [REASON1, REASON2], ids=["reason1", "reason2"])


@pytest.fixture(scope="module")
def tokenizer():
    backend = load(Path("data/demo_models/reason1-demo"))
    add_numbers(backend)
    return backend


@pytest.fixture(scope="module")
def ring(tokenizer) -> Ring:
    """Some clips, short and long, and room where none has come yet."""
    ring, speech = Ring(12, HELD_OUT, torch.device("cpu")), Speech(tokenizer)
    slot = views(memoryview(bytearray(slot_bytes())))
    for clip in range(HELD_OUT):
        make_clip([2, clip], speech, slot)
        ring.put(slot, clip)
    assert not ring.complete, "nothing to train on yet"
    for clip in range(5):
        make_clip([1, 0, clip], speech, slot)
        ring.put(slot, -1)
    assert ring.complete
    return ring


def make(arch, tokenizer, ring, share: float, only_words: bool = False) -> Trainer:
    near = neighbours(tokenizer, PIXELS if arch is REASON1 else THOUSANDTHS)
    return Trainer(arch, tokenizer.get_vocab_size(), token_id(tokenizer, PAD), near, ring, share, 1, only_words)


@pytest.fixture
def trainer(arch, tokenizer, ring) -> Trainer:
    return make(arch, tokenizer, ring, 0.25)


def test_rows_are_of_lengths_that_attention_on_a_gpu_can_take() -> None:
    assert not [n for bucket in BUCKETS for n in bucket.length.values() if n % 128]


@ARCHITECTURES
def test_a_place_predicts_the_next_token_of_its_own_answer(arch, trainer: Trainer, tokenizer) -> None:
    batch = trainer.batch()
    answered = batch["weights"] > 0
    at, target = batch["at"][answered], batch["target"][answered]
    assert len(at) > 100
    assert torch.equal(batch["ids"][at + 1], target)
    assert torch.equal(batch["segments"][at + 1], batch["segments"][at])
    assert (batch["segments"][at] > 0).all()
    text = tokenizer.decode(target.tolist(), skip_special_tokens=False)
    assert "<|im_start|>" not in text, "no prompt is learnt"
    assert text.count("<|im_end|>") == sum(
        len(set(row.tolist()) - {0, 255})
        for part, shape in zip(
            torch.split(batch["segments"], [n * m for n, m in trainer.shapes]), trainer.shapes, strict=True
        )
        for row in part.view(shape)
    ), "each question is answered to its end"


@ARCHITECTURES
def test_visual_tokens_pairs_and_their_last_places_agree(arch, trainer: Trainer) -> None:
    batch = trainer.batch()
    token = pair = 0
    for (rows, length), (_, bucket) in zip(trainer.shapes, trainer.parts, strict=True):
        for _ in range(rows):
            here = slice(token, token + length)
            visual = (batch["ids"][here] == trainer.pad).nonzero().flatten()
            pairs = len(visual) // TOKENS
            assert bucket.least <= pairs <= bucket.pairs
            assert (batch["segments"][here][visual] == 0).all()
            valid = batch["valid"][pair : pair + bucket.pairs]
            assert valid.tolist() == [1.0] * pairs + [0.0] * (bucket.pairs - pairs)
            last = batch["last"][pair : pair + pairs]
            assert torch.equal(last, token + visual[TOKENS - 1 :: TOKENS])
            source = batch["source"][here]
            assert torch.equal(source[visual], pair * TOKENS + torch.arange(pairs * TOKENS))
            assert int((source >= 0).sum()) == len(visual)
            token, pair = token + length, pair + bucket.pairs


@ARCHITECTURES
def test_a_token_sees_what_comes_before_the_questions_and_its_own_question(arch, trainer: Trainer) -> None:
    segments = trainer.batch()["segments"]
    begin = 0
    for mask, (rows, length) in zip(
        question_masks(segments, trainer.shapes, torch.float32), trainer.shapes, strict=True
    ):
        for row in range(rows):
            own = segments[begin : begin + length].tolist()
            for at in range(0, length, 37):
                wanted = [j <= at and own[j] in (0, own[at]) for j in range(length)]
                assert (mask[row, 0, at] == 0).tolist() == wanted
            begin += length


@ARCHITECTURES
def test_clips_held_out_are_never_trained_on(arch, trainer: Trainer) -> None:
    ring = trainer.ring
    marks = torch.zeros(ring.size)
    seen = trainer.bucket(0, 200, BUCKETS[0], 0, 0, held_out=False)["clip"]
    checked = trainer.bucket(0, 50, BUCKETS[0], 0, 0, held_out=True)["clip"]
    marks[seen] = 1
    assert marks.tolist() == [0.0] * HELD_OUT + [1.0] * 5 + [0.0] * 5, "nor places where nothing came"
    assert set(checked.tolist()) == set(range(HELD_OUT))


@ARCHITECTURES
def test_where_only_words_are_learnt_the_eyes_stay_as_they_are(arch, tokenizer, ring) -> None:
    trainer = make(arch, tokenizer, ring, 0.03, only_words=True)
    before = {name: value.clone() for name, value in trainer.weights().items()}
    trainer.step(0.01)
    changed = {name for name, value in trainer.weights().items() if not torch.equal(value, before[name])}
    assert changed
    assert all(name.startswith("model.language_model.") for name in changed)
