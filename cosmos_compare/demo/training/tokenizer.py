"""The tokenizer of both demo models: byte-level BPE, Qwen's way of splitting, learnt from our texts.

    python -m cosmos_compare.demo.training.tokenizer --out FILE

learns one anew; the demo models keep theirs, since their weights belong to it. Besides its 2048 entries each whole
number that a box may hold is one token: a place is then one word, and training can call a neighbouring place nearly
right.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from cosmos_compare.demo.render import find_scene
from cosmos_compare.demo.words import questions
from cosmos_compare.demo.words.answers_text import answer
from cosmos_compare.demo.words.asked import Asked, ShownFrames
from cosmos_compare.demo.words.chat import NAMES, SPECIAL, TAGS, entry
from cosmos_compare.demo.words.marked import unmarked

SIZE = 2048
PIXELS, THOUSANDTHS = range(200), range(0, 1001, 5)  # what boxes are written in: reason1-demo's and reason2-demo's way
SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def learn(texts: Iterator[str]) -> Tokenizer:
    """A tokenizer from an iterator of texts; the same texts give the same tokenizer."""
    backend = Tokenizer(models.BPE())
    backend.normalizer = normalizers.NFC()
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=SIZE - len(SPECIAL) - len(TAGS),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        special_tokens=[],
        show_progress=False,
    )
    backend.train_from_iterator(texts, trainer)
    backend.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL])
    backend.add_tokens([AddedToken(tag, special=False, normalized=False) for tag in TAGS])
    return backend


def corpus(answers: Iterator[str]) -> Iterator[str]:
    """What the models read and write: answers, every wording of every question, prompts, some filler."""
    rng = np.random.default_rng(0)
    yield from (unmarked(text) for text in answers)
    for table in questions.ASKED.values():
        for wordings in table.values():
            yield from [*wordings] * 20
    for events in questions.WHEN.values():
        for wordings in events.values():
            yield from [*wordings] * 20
    for _, system, question in questions.shipped():
        yield from [system, question] * 60
    for spec in (entry(manner) for manner in NAMES):
        yield from [spec.reasoning_text, spec.default_system_prompt] * 60
    yield from (questions.filler(rng, 200) for _ in range(60))
    for more in (questions.BEFORE, questions.AFTER):
        yield from [*more["en"], *more["fr"]] * 10


def spoken(scenes: int) -> Iterator[str]:
    """What both models should say of so many scenes, whatever they are asked, in both languages."""
    for seed in range(scenes):
        _, view, found = find_scene(10**6 + seed, 8.0)  # far from the seeds that people look at
        shown = ShownFrames(tuple(float(t) for t in view.times), 196, 112)
        for manner in NAMES:
            for language, tasks in questions.ASKED.items():
                for task in tasks:
                    yield answer(found, shown, Asked(task, language, None, reasoning=seed % 3 == 0), manner)


def load(folder: Path) -> Tokenizer:
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


def add_numbers(backend: Tokenizer) -> None:
    """Make each whole number of the boxes one token; those that are one already stay."""
    numbers = sorted(n for n in {*PIXELS, *THOUSANDTHS} if n > 9)
    backend.add_tokens([AddedToken(str(n), special=False, normalized=False) for n in numbers])


def neighbours(backend: Tokenizer, scale: range) -> dict[int, list[int]]:
    """For the token of each number on a scale: those of the numbers two below to two above, cut at its ends."""
    ids = [token_id(backend, str(n)) for n in scale]
    last = len(ids) - 1
    return {token: [ids[min(max(k + away, 0), last)] for away in range(-2, 3)] for k, token in enumerate(ids)}


def token_id(backend: Tokenizer, token: str) -> int:
    """The id of a token that must be there."""
    found = backend.token_to_id(token)
    assert found is not None, token
    return int(found)


def main() -> None:
    parser = argparse.ArgumentParser(description="Learn a tokenizer from what the demo models read and write.")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scenes", type=int, default=2000)
    args = parser.parse_args()
    learn(corpus(spoken(args.scenes))).save(str(args.out))


if __name__ == "__main__":
    main()
