"""Worker processes that render clips on the fly, each into a slot of shared memory, for a trainer to fetch.

They must be started before CUDA is: a forked process cannot use it.
"""

import math
import multiprocessing
import queue
from dataclasses import dataclass
from multiprocessing import shared_memory
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from cosmos_compare.demo.training.samples import BUCKETS, FRAMES, Bucket, Speech, Window, window
from cosmos_compare.demo.training.signals import FPS, SIGNALS, clip_times, coverage, signals
from cosmos_compare.demo.words.asked import Manner
from cosmos_compare.demo.world.camera import ASPECT, PIXEL
from cosmos_compare.demo.world.observe import Observation, observe, prune
from cosmos_compare.demo.world.picture import Painter
from cosmos_compare.demo.world.scene import Scene
from cosmos_compare.demo.world.scenes import sample_scene

RENDER = (448, 256)  # of a 16:9 clip, twice as large as reason2 sees it; other shapes have as many pixels
SIZES: dict[Manner, tuple[int, int]] = {"driver": (196, 112), "analyst": (224, 128)}
OTHER = 0.35  # of the clips come from a camera of another shape
SHAPES = (0.5, 2.5)  # of which width over height lies between these; every frame is squeezed to the models' size
SHORT, LONG = (24, 32), (33, FRAMES)  # stored frames of a clip
SHARE_LONG = 0.3  # of the clips
UNUSED = 255  # the segment of places after the last question
PLAIN = 0.015  # of the clips show nothing at all: what is said about them names nothing
TRAINING, VALIDATION = 1, 2  # seed spaces; clips that people render have their own


def layout() -> dict[str, tuple[tuple[int, ...], Any]]:
    """What a slot holds: name → shape and type."""
    parts: dict[str, tuple[tuple[int, ...], Any]] = {
        "coverage": ((FRAMES, 28, 8), np.uint8),
        "cell_boxes": ((FRAMES, 28, 4), np.uint8),
        "signals": ((FRAMES, len(SIGNALS)), np.float16),
        "stored": ((1,), np.int32),
        "holds": ((len(BUCKETS),), np.float32),  # 1 where there are windows of this bucket
    }
    for manner, (width, height) in SIZES.items():
        parts[f"frames_{manner}"] = ((FRAMES, height, width, 3), np.uint8)
    for k, bucket in enumerate(BUCKETS):
        parts[f"window_{k}"] = ((bucket.each, 3), np.int32)  # first frame, stride, pairs
        for manner in SIZES:
            shape = (bucket.each, bucket.length[manner])
            parts[f"ids_{manner}_{k}"] = (shape, np.int16)
            parts[f"segments_{manner}_{k}"] = parts[f"weights_{manner}_{k}"] = (shape, np.uint8)
    return parts


def views(buffer: Any) -> dict[str, NDArray[Any]]:
    """The parts of one slot as arrays over its memory."""
    arrays, place = {}, 0
    for name, (shape, kind) in layout().items():
        size = int(np.prod(shape)) * np.dtype(kind).itemsize
        arrays[name] = np.frombuffer(buffer, kind, int(np.prod(shape)), place).reshape(shape)
        place += (size + 15) // 16 * 16
    return arrays


def slot_bytes() -> int:
    return sum((int(np.prod(s)) * np.dtype(k).itemsize + 15) // 16 * 16 for s, k in layout().values())


def make_clip(seed: list[int], speech: Speech, out: dict[str, NDArray[Any]]) -> None:
    """Render one clip with its questions into `out`. The same seed gives the same.

    What the clip has no use for stays as it was: buckets that `holds` denies, frames after `stored`.
    """
    rng = np.random.default_rng(seed)
    aspect = ASPECT if rng.random() > OTHER else PIXEL * float(np.exp(rng.uniform(*np.log(SHAPES))))
    shade = _shade(rng) if rng.random() < PLAIN else None
    least, most = LONG if rng.random() < SHARE_LONG else SHORT
    while True:
        duration = float(rng.integers(least, most + 1)) / FPS
        scene = sample_scene(rng, duration=duration) if shade is None else _nothing(rng, duration, shade)
        times = clip_times(scene)
        scene = prune(scene, times, aspect=aspect)
        view = observe(scene, times, aspect)
        fitting = [k for k, bucket in enumerate(BUCKETS) if bucket.fits(len(times))]
        found = {k: _windows(rng, speech, scene, view, BUCKETS[k]) for k in fitting}
        if all(found.values()):
            break
    out["holds"][:] = [k in found for k in range(len(BUCKETS))]
    for k, windows in found.items():
        for number in range(BUCKETS[k].each):
            _put_window(windows[number % len(windows)], k, number, out)
    _put_frames(
        rng, Painter(scene, *drawn_size(aspect), smooth=bool(rng.random() < 0.5), aspect=aspect), times, shade, out
    )
    out["coverage"][: len(times)], out["cell_boxes"][: len(times)] = coverage(scene, view)
    out["signals"][: len(times)] = signals(scene, view)
    out["stored"][0] = len(times)


def _put_window(window: Window, k: int, number: int, out: dict[str, NDArray[Any]]) -> None:
    """As the window `number` of bucket `k`."""
    out[f"window_{k}"][number] = (window.first, window.stride, window.pairs)
    for manner, row in window.rows.items():
        for part, rest in (("ids", 0), ("segments", UNUSED), ("weights", 0)):
            place, values = out[f"{part}_{manner}_{k}"][number], getattr(row, part)
            place[: len(values)], place[len(values) :] = values, rest


def _put_frames(
    rng: np.random.Generator,
    painter: Painter,
    times: NDArray[np.float64],
    shade: NDArray[np.uint8] | None,
    out: dict[str, NDArray[Any]],
) -> None:
    """Frames at these times as each model sees them; all of one colour if there is a `shade`."""
    quality = int(rng.integers(30, 90)) if rng.random() < 0.5 else None
    for n, t in enumerate(times):
        image = painter.frame(float(t))
        if shade is not None:
            image[:] = shade
        elif quality:  # what a codec takes away; JPEG takes more, and differently in each frame
            image = _through_jpeg(image, quality)
        image = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
        for manner, size in SIZES.items():
            out[f"frames_{manner}"][n] = cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def _shade(rng: np.random.Generator) -> NDArray[np.uint8]:
    """A colour, more often a grey."""
    shade = rng.integers(0, 256, 3) if rng.random() < 0.3 else np.full(3, rng.integers(0, 256))
    return shade.astype(np.uint8)


def drawn_size(aspect: float) -> tuple[int, int]:
    """The size at which a clip of this shape is drawn: its own shape, since bodies are drawn with square pixels."""
    width, height = RENDER
    narrower = math.sqrt(aspect / ASPECT)
    return round(width * narrower), round(height / narrower)


def _nothing(rng: np.random.Generator, duration: float, shade: NDArray[np.uint8]) -> Scene:
    """The scene that is told of frames of one colour."""
    night = bool(shade.mean() < 80)
    return sample_scene(rng, "empty", duration, ego="wait", place="country", weather="fog", night=night, parking=False)


def _windows(rng: np.random.Generator, speech: Speech, scene: Scene, view: Observation, bucket: Bucket) -> list[Window]:
    """Windows of one shape, as many as there is room for, or fewer when most of what is drawn is unclear."""
    found: list[Window] = []
    for _ in range(12 * bucket.each):
        one = window(rng, speech, scene, view, SIZES, bucket)
        found += [one] if one else []
        if len(found) == bucket.each:
            break
    return found


def _through_jpeg(image: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


@dataclass
class Crew:
    """The worker processes and their slots. `fetch` gives a filled slot, `release` hands it back."""

    memory: shared_memory.SharedMemory
    slots: list[dict[str, NDArray[Any]]]
    free: Any
    ready: Any
    processes: list[Any]

    @classmethod
    def start(cls, workers: int, slots: int, tokenizer: str, validation: int) -> "Crew":
        context = multiprocessing.get_context("fork")
        size = slot_bytes()
        memory = shared_memory.SharedMemory(create=True, size=size * slots)
        assert memory.buf is not None
        arrays = [views(memory.buf[k * size : (k + 1) * size]) for k in range(slots)]
        free, ready = context.Queue(), context.Queue()
        for k in range(slots):
            free.put(k)
        crew = cls(memory, arrays, free, ready, [])
        for number in range(workers):
            process = context.Process(
                target=_work, args=(number, workers, tokenizer, validation, arrays, free, ready), daemon=True
            )
            process.start()
            crew.processes.append(process)
        return crew

    def fetch(self, timeout: float | None) -> tuple[int, int] | None:
        """(slot, number of the validation clip or −1), or None when none is ready in time.

        Raises RuntimeError when a worker has ended: its traceback stands above, and the others would be too few.
        """
        if dead := [process.name for process in self.processes if not process.is_alive()]:
            raise RuntimeError(f"{', '.join(dead)} ended while rendering.")
        try:
            found: tuple[int, int] = self.ready.get(timeout=timeout) if timeout else self.ready.get_nowait()
        except queue.Empty:
            return None
        return found

    def release(self, slot: int) -> None:
        self.free.put(slot)

    def stop(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.join()
        self.slots.clear()
        self.memory.unlink()


def _work(
    number: int,
    workers: int,
    tokenizer: str,
    validation: int,
    slots: list[dict[str, NDArray[Any]]],
    free: Any,
    ready: Any,
) -> None:
    """First this worker's share of the validation clips, then training clips without end."""
    cv2.setNumThreads(1)
    speech = Speech(Tokenizer.from_file(tokenizer))
    for clip in range(number, validation, workers):
        slot = free.get()
        make_clip([VALIDATION, clip], speech, slots[slot])
        ready.put((slot, clip))
    count = 0
    while True:
        slot = free.get()
        make_clip([TRAINING, number, count], speech, slots[slot])
        ready.put((slot, -1))
        count += 1
