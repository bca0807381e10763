"""Training samples: windows of a clip, questions about each, and what the model is to read and say, in tokens.

Runs in many worker processes; knows NumPy and the tokenizer, not torch.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from cosmos_compare.demo.training.signals import CELLS
from cosmos_compare.demo.words import questions
from cosmos_compare.demo.words.answers_text import answer
from cosmos_compare.demo.words.asked import AnswerForm, Asked, Manner, ShownFrames, Task
from cosmos_compare.demo.words.chat import END, PAD, START, Video, prompt
from cosmos_compare.demo.words.claims import CLAIMS
from cosmos_compare.demo.words.marked import CLOSE, OPEN
from cosmos_compare.demo.words.phrases import Language
from cosmos_compare.demo.words.prose import OWN
from cosmos_compare.demo.world.fact_records import SceneFacts
from cosmos_compare.demo.world.facts import facts
from cosmos_compare.demo.world.observe import Observation
from cosmos_compare.demo.world.scene import KINDS, Array, Scene

FRAMES = 64  # stored of a clip at most
ANSWER = 288  # tokens of an answer at most, with its end
TASKS: dict[Task, int] = {
    "describe": 14, "objects": 14, "risk": 10, "action": 12, "ego": 7, "when": 14, "present": 22, "timeline": 9,
    "boxes": 30, "report": 7, "summary": 14, "count": 10, "side": 9, "why": 6, "critical": 5, "scene": 8, "keys": 14,
    "beyond": 7,
}  # fmt: skip
FRENCH, OTHER_LANGUAGE = 0.36, 0.09  # of the questions; of the answers that are asked for in the other language
SHORT: dict[AnswerForm, tuple[float, tuple[Task, ...]]] = {
    "word": (0.25, ("risk", "action", "ego", "critical", "scene", "present")),
    "sentence": (0.2, ("describe", "risk", "action", "objects")),
}  # how often these tasks are asked for in short
SCENE = ("weather", "day", "place", "light")
HEAVY, COORDINATE, TIME = 3, 8, 6  # weights of tokens that only the video tells; 1 for words of the form
ASK = 3  # questions about a window at least; there are as many as find room in a row
DRAWS = 48  # of questions for a row at most
BEFORE = 0  # the segment of what stands before the questions; the questions count from 1


@dataclass(frozen=True)
class Bucket:
    """Windows of one shape: pairs of frames at least and at most, tokens of a row for each model, how many windows
    are made of a clip, and how many a step takes."""

    least: int
    pairs: int
    length: dict[Manner, int]
    each: int
    windows: int

    def fits(self, stored: int) -> bool:
        """Whether a clip of so many stored frames is long enough."""
        return stored >= 2 * self.least


# Rows of n · 128 tokens: with a mask, cuDNN's attention can give NaN for some other lengths (pytorch #196678).
BUCKETS = (
    Bucket(2, 5, {"driver": 640, "analyst": 768}, 2, 9),
    Bucket(6, 10, {"driver": 768, "analyst": 896}, 2, 9),
    Bucket(11, 16, {"driver": 1024, "analyst": 1152}, 2, 10),
    Bucket(2, 10, {"driver": 1024, "analyst": 1152}, 1, 3),  # room for a long system turn
    Bucket(17, 32, {"driver": 1408, "analyst": 1536}, 2, 4),
)


@dataclass(frozen=True)
class SampleRow:
    """What one model reads of a window: all up to its frames, then questions, each with its answer.

    All three have one entry a token: its id, its segment (`BEFORE`, or the number of the question) and its weight in
    the loss, 0 for what is not answered. No question sees another one.
    """

    ids: NDArray[np.int16]
    segments: NDArray[np.uint8]
    weights: NDArray[np.uint8]


@dataclass(frozen=True)
class Window:
    """Some frames of a clip, and what each model is asked about them."""

    first: int  # index of the first frame
    stride: int  # stored frames from one shown to the next
    pairs: int
    rows: dict[Manner, SampleRow]


@dataclass
class Speech:
    """Tokens of texts, remembered where they come again."""

    tokenizer: Tokenizer
    known: dict[str, list[int]] = field(default_factory=dict)

    def encode(self, text: str) -> list[int]:
        if text not in self.known:
            if len(self.known) > 20000:
                self.known.clear()
            self.known[text] = self.tokenizer.encode(text).ids
        return self.known[text]


def frame_numbers(rng: np.random.Generator, stored: int, bucket: Bucket) -> NDArray[np.int64] | None:
    """Which stored frames are shown: a start, a rate and an even number, as the program offers them."""
    stride = int(rng.choice([1, 2, 4, 3], p=[0.4, 0.27, 0.28, 0.05]))
    most = min(stored // stride // 2, bucket.pairs)
    if most < bucket.least:
        return None
    n = 2 * (most if rng.random() < 0.5 else int(rng.integers(bucket.least, most + 1)))
    slack = stored - ((n - 1) * stride + 1)
    first = 0 if rng.random() < 0.35 else int(rng.integers(0, slack + 1))
    return first + stride * np.arange(n)


def window(
    rng: np.random.Generator,
    speech: Speech,
    scene: Scene,
    view: Observation,
    sizes: dict[Manner, tuple[int, int]],
    bucket: Bucket,
) -> Window | None:
    """A window of a clip with its questions, or None when what was drawn is unclear or its texts are too long."""
    frames = frame_numbers(rng, len(view.times), bucket)
    found = None if frames is None else facts(scene, view, frames)
    if found is None or frames is None:
        return None
    rows: dict[Manner, SampleRow] = {}
    for manner, size in sizes.items():
        made = _row(rng, speech, manner, found, view.times[frames], size, bucket)
        if made is None:
            return None
        rows[manner] = made
    return Window(int(frames[0]), int(frames[1] - frames[0]), len(frames) // 2, rows)


def _row(
    rng: np.random.Generator,
    speech: Speech,
    manner: Manner,
    found: SceneFacts,
    times: Array,
    size: tuple[int, int],
    bucket: Bucket,
) -> SampleRow | None:
    """As many questions about a window as find room, or None when they are fewer than `ASK`."""
    # A window may begin anywhere in a longer clip. Reason1 has no clock: it counts from its first frame.
    begin = float(times[0]) if rng.random() < 0.7 else float(rng.integers(0, 200)) / 10
    offset = begin if manner == "analyst" else 0.0
    seconds = tuple(offset + float(t - times[0]) for t in times)
    video, shown = Video(seconds, CELLS[0] * CELLS[1]), ShownFrames(seconds, *size)
    name, system = _system(rng, len(times))
    reasoning = bool(rng.random() < 0.22)
    ids: list[int] = []
    segments: list[int] = []
    weights: list[int] = []
    known: set[tuple[Asked, bool]] = set()
    number = misses = 0
    for _ in range(DRAWS):
        asked, question, shipped = _question(rng, found, name, reasoning)
        if (asked, shipped) in known:  # the same once more, in other words, would teach little
            continue
        before, end, rest = prompt(manner, system, question, video, reasoning).rpartition(END)
        if not ids:
            ids = encode_prompt(speech, before + end)
            segments, weights = [BEFORE] * len(ids), [0] * len(ids)
        asks = speech.encode(rest)
        words, heavy = encode_answer(speech, answer(found, shown, asked, manner))
        if len(words) > ANSWER or len(ids) + len(asks) + len(words) > bucket.length[manner]:
            misses += 1
            if misses == 3:
                break
            continue
        known.add((asked, shipped))
        number += 1
        ids += asks + words
        segments += [number] * (len(asks) + len(words))
        weights += [0] * len(asks) + heavy
    if number < ASK:
        return None
    return SampleRow(np.array(ids, np.int16), np.array(segments, np.uint8), np.array(weights, np.uint8))


def _question(
    rng: np.random.Generator, found: SceneFacts, name: str | None, reasoning: bool
) -> tuple[Asked, str, bool]:
    """What is asked, its words, and whether they are a prompt file's; `name` is the file whose system turn it is."""
    shipped = {file: question for file, _, question in questions.shipped()}
    if (own := name is not None and rng.random() < 0.4) or rng.random() < 0.15:
        file = name if own and name else list(shipped)[int(rng.integers(len(shipped)))]
        return Asked(questions.SHIPPED.get(file, "describe"), "en", None, reasoning), shipped[file], True
    spoken: Language = "fr" if rng.random() < FRENCH else "en"
    language: Language = spoken
    if rng.random() < OTHER_LANGUAGE:
        language = "en" if spoken == "fr" else "fr"
    task = _pick(rng, list(TASKS), list(TASKS.values()))
    if task == "describe" and language == spoken and rng.random() < 0.2:
        return Asked("describe", language, None, reasoning), questions.chatter(rng, language), False
    about = _about(rng, task, found)
    if task in ("count", "side") and about is None:  # nothing of it is clear here
        task = "scene"
        about = _about(rng, task, found)
    keys = questions.draw_keys(rng, spoken) if task == "keys" else ()
    form: AnswerForm = "free"
    for short, (share, tasks) in SHORT.items():
        if task in tasks and rng.random() < share:
            form = short
    asked = Asked(task, language, about, reasoning, form, keys)
    return asked, questions.ask(rng, asked, spoken), False


def _about(rng: np.random.Generator, task: Task, found: SceneFacts) -> str | None:
    """What a question of this task is about, of what is clear here; yes and no equally often."""
    if task == "when" and rng.random() < 0.7:
        happened: list[str] = [event.what for event in found.events]
        happened += [own for own, ways in OWN.items() if found.ego in ways and found.ego_frame is not None]
        events = [about for about in questions.FACTS["when"]["en"] if about]
        return _any(rng, happened if happened and rng.random() < 0.75 else events)
    if task == "present":
        seen = {seen.kind for seen in found.objects}
        truth: dict[str, bool | None] = {kind: kind in seen for kind in KINDS}
        truth |= {claim: holds(found) for claim, holds in CLAIMS.items()}
        wanted = bool(rng.random() < 0.5)
        return _any(rng, [about for about, holds in truth.items() if holds is wanted])
    if task == "count":
        clear = {about: number for about, number in found.counts.items() if number is not None}
        some = [about for about, number in clear.items() if number]
        return _any(rng, some if some and rng.random() < 0.7 else list(clear)) if clear else None
    if task == "side":
        places = [kind for kind, place in found.sides.items() if place is not None]
        absent = [kind for kind in KINDS if kind not in found.sides]
        options = places if places and rng.random() < 0.75 else absent
        return _any(rng, options) if options else None
    if task == "scene":
        return _any(rng, SCENE)
    return None


def _any(rng: np.random.Generator, options: Sequence[str]) -> str:
    return options[int(rng.integers(len(options)))]


def _pick(rng: np.random.Generator, options: list[Task], weights: list[int]) -> Task:
    chance = np.array(weights, float)
    return options[int(rng.choice(len(chance), p=chance / chance.sum()))]


def _system(rng: np.random.Generator, frames: int) -> tuple[str | None, str]:
    """The system turn: none, that of a prompt file, with its name, or words about anything, now and then very many."""
    chance = rng.random()
    if chance < 0.33:
        return None, ""
    if chance < 0.75:
        name, system, _ = questions.shipped()[int(rng.integers(len(questions.shipped())))]
        return name, system
    long = frames <= 14 and rng.random() < 0.5
    return None, questions.filler(rng, int(rng.integers(150, 420) if long else rng.integers(3, 90)))


def encode_prompt(speech: Speech, text: str) -> list[int]:
    """Token ids; runs of visual tokens are put in by number, as they would be by the tokenizer."""
    pad, out = speech.encode(PAD), []
    for k, piece in enumerate(text.split(START)):
        if k:
            run, end, rest = piece.partition(END)
            out += speech.encode(START) + pad * (len(run) // len(PAD)) + speech.encode(end)
            piece = rest
        if piece:
            out += speech.encode(piece)
    return out


def encode_answer(speech: Speech, text: str) -> tuple[list[int], list[int]]:
    """Token ids of the answer with its end, and a weight for each."""
    spans, plain, depth = [], [], 0
    for char in text:
        if char == OPEN:
            depth += 1
        elif char == CLOSE:
            depth -= 1
        else:
            plain.append(char)
            spans.append(depth)
    encoding = speech.tokenizer.encode("".join(plain))
    weights = [(1, HEAVY, COORDINATE, TIME)[max(spans[a:b], default=0)] for a, b in encoding.offsets]
    end = speech.encode("<|im_end|>")
    return encoding.ids + end, [*weights, HEAVY]
