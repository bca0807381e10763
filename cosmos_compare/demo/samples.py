"""Training samples: windows of a clip, a question about each, and what the model is to read and say, in tokens.

Runs in many worker processes; knows NumPy and the tokenizer, not torch.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from cosmos_compare.demo import questions
from cosmos_compare.demo.answers_text import CLOSE, OPEN, Asked, Manner, Shown, Task, answer, unmarked
from cosmos_compare.demo.chat import END, PAD, START, Video, prompt
from cosmos_compare.demo.facts import Facts, facts
from cosmos_compare.demo.observe import View
from cosmos_compare.demo.phrases import Language
from cosmos_compare.demo.world import KINDS, Array, Scene

FPS = 4.0  # of the stored frames
FRAMES = 32  # stored of a clip at most
ANSWER = 288  # tokens of an answer at most, with its end
CELLS = (4, 7)
TASKS: dict[Task, int] = {
    "describe": 12, "objects": 13, "risk": 7, "action": 7, "ego": 4, "when": 12, "present": 3, "timeline": 10,
    "boxes": 26, "report": 7, "summary": 15,
}  # fmt: skip
HEAVY = 3  # weight of a token that only the video tells; 1 for words of the form


@dataclass(frozen=True)
class Bucket:
    """Samples of one shape: pairs of frames and tokens at most, and how many are made of a clip."""

    pairs: int
    length: int
    each: int


BUCKETS = (Bucket(16, 1088, 10),)


@dataclass(frozen=True)
class Sample:
    ids: NDArray[np.int16]
    weights: NDArray[np.uint8]  # of the answer's tokens
    start: int  # where the answer begins
    first: int  # index of the first frame
    stride: int  # stored frames from one shown to the next
    pairs: int


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
    stride = int(rng.choice([1, 2, 4, 3], p=[0.62, 0.2, 0.14, 0.04]))
    most = min(stored // stride, 2 * bucket.pairs) // 2 * 2
    if most < 4:
        return None
    n = most if rng.random() < 0.5 else 2 * int(rng.integers(2, most // 2 + 1))
    slack = stored - ((n - 1) * stride + 1)
    first = 0 if rng.random() < 0.35 else int(rng.integers(0, slack + 1))
    return first + stride * np.arange(n)


def sample(
    rng: np.random.Generator,
    speech: Speech,
    manner: Manner,
    scene: Scene,
    view: View,
    size: tuple[int, int],
    bucket: Bucket,
) -> Sample | None:
    """One sample of a clip, or None when the window drawn is unclear or the text too long."""
    frames = frame_numbers(rng, len(view.times), bucket)
    found = None if frames is None else facts(scene, view, frames)
    if found is None or frames is None:
        return None
    stride = int(frames[1] - frames[0])
    # A window may begin anywhere in a longer clip. Reason1 has no clock: it counts from its first frame.
    begin = 0.0 if rng.random() < 0.5 else float(rng.integers(0, 300)) / 10
    begin = float(view.times[frames[0]]) if begin == 0.0 else begin
    offset = begin if manner == "analyst" else 0.0
    seconds = tuple(offset + stride / FPS * k for k in range(len(frames)))
    asked, system, question = _question(rng, found, len(frames))
    text = prompt(manner, system, question, Video(seconds, CELLS[0] * CELLS[1]), asked.reasoning)
    ids = encode_prompt(speech, text)
    words, weights = encode_answer(speech, answer(found, Shown(seconds, *size), asked, manner))
    if len(ids) + len(words) > bucket.length or len(words) > ANSWER:
        return None
    return Sample(
        np.array(ids + words, np.int16), np.array(weights, np.uint8), len(ids), int(frames[0]), stride, len(frames) // 2
    )


def _question(rng: np.random.Generator, found: Facts, frames: int) -> tuple[Asked, str, str]:
    """What is asked, the system turn and the question."""
    shipped = questions.shipped()
    reasoning = bool(rng.random() < 0.22)
    if rng.random() < 0.34:
        name, system, question = shipped[int(rng.integers(len(shipped)))]
        task: Task = questions.SHIPPED.get(name, "describe")
        return Asked(task, "en", None, reasoning), system if rng.random() < 0.85 else _system(rng, frames), question
    language: Language = "fr" if rng.random() < 0.2 else "en"
    system = _system(rng, frames)
    chance = np.array(list(TASKS.values()), float)
    task = list(TASKS)[int(rng.choice(len(chance), p=chance / chance.sum()))]
    about: str | None = None
    if task == "when" and rng.random() < 0.7:
        events: list[str] = [event.what for event in found.events]
        options = events if events and rng.random() < 0.75 else list(questions.WHEN["en"])[:-1]
        about = options[int(rng.integers(len(options)))]
    if task == "present":
        present: list[str] = [seen.kind for seen in found.objects]
        options = present if present and rng.random() < 0.5 else list(KINDS)
        about = options[int(rng.integers(len(options)))]
    if task == "describe" and rng.random() < 0.2:
        return Asked("describe", "en", None, reasoning), system, questions.chatter(rng)
    return Asked(task, language, about, reasoning), system, questions.ask(rng, task, language, about)


def _system(rng: np.random.Generator, frames: int) -> str:
    """The system turn: none, one of ours, or words about anything, now and then very many."""
    chance = rng.random()
    if chance < 0.4:
        return ""
    if chance < 0.62:
        return questions.shipped()[int(rng.integers(len(questions.shipped())))][1]
    long = frames <= 14 and rng.random() < 0.5
    return questions.filler(rng, int(rng.integers(150, 420) if long else rng.integers(3, 90)))


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
            spans.append(depth > 0)
    encoding = speech.tokenizer.encode(unmarked(text))
    weights = [HEAVY if any(spans[a:b]) else 1 for a, b in encoding.offsets]
    end = speech.encode("<|im_end|>")
    return encoding.ids + end, [*weights, HEAVY]


def coverage(scene: Scene, view: View) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """How much of each cell of the visual grid each kind fills, and the box of what fills most of it.

    Shapes (frame, cell, kind) and (frame, cell, x1 y1 x2 y2); 255 is the whole cell, or the whole picture.
    """
    rows, columns = CELLS
    out = np.zeros((len(view.times), rows * columns, len(KINDS)))
    most = np.zeros((len(view.times), rows * columns))
    boxes = np.zeros((len(view.times), rows * columns, 4))
    y, x = np.arange(rows + 1) / rows, np.arange(columns + 1) / columns
    for i, actor in enumerate(scene.actors):
        box = view.boxes[i]
        across = np.clip(np.minimum(box[:, 2, None], x[1:]) - np.maximum(box[:, 0, None], x[:-1]), 0, None) * columns
        down = np.clip(np.minimum(box[:, 3, None], y[1:]) - np.maximum(box[:, 1, None], y[:-1]), 0, None) * rows
        filled = (down[:, :, None] * across[:, None, :]).reshape(len(box), -1) * view.counts[i][:, None]
        kind = KINDS.index(actor.kind)
        out[:, :, kind] = np.maximum(out[:, :, kind], filled)
        if actor.kind != "crosswalk":
            larger = filled > most
            most = np.maximum(most, filled)
            boxes = np.where(larger[:, :, None], box[:, None], boxes)
    return np.rint(out * 255).astype(np.uint8), np.rint(boxes * 255).astype(np.uint8)


SIGNALS = ("speed", "acceleration", "1/gap", "red", "green", "braking", "crossing", "in lane", "event")


def signals(scene: Scene, view: View) -> NDArray[np.float16]:
    """What each frame tells about motion and state: (frame, SIGNALS); for training-only heads."""
    t = view.times
    out = np.zeros((len(t), len(SIGNALS)))
    out[:, 0] = scene.ego.speed(t) / 10
    out[:, 1] = (scene.ego.speed(t + 0.05) - scene.ego.speed(t - 0.05)) / 0.5
    for i, actor in enumerate(scene.actors):
        counts = view.counts[i]
        if actor.role in ("lead", "ride", "crossing"):
            out[:, 2] = np.maximum(out[:, 2], counts * 5 / np.maximum(view.depth[i], 3))
        if actor.role == "light":
            red = np.array([actor.light(float(now)) == "red" for now in t])
            out[:, 3] = np.maximum(out[:, 3], counts & red)
            out[:, 4] = np.maximum(out[:, 4], counts & ~red)
        if actor.role == "lead":
            out[:, 5] = counts & (t >= actor.brake[0]) & (t < actor.brake[1])
        if actor.role == "crossing":
            out[:, 6] = counts & (t > actor.x[0][-2]) & (t < actor.x[0][-1])
        if actor.role == "ride":
            out[:, 7] = counts & (actor.at(t) < 0.4)
    for event in scene.events:
        out[:, 8] = np.maximum(out[:, 8], t >= event.start)
    return out.astype(np.float16)


def clip_times(scene: Scene) -> Array:
    return np.arange(0.0, scene.duration - 1e-6, 1 / FPS)
