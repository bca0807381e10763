"""Worker processes that render clips on the fly, each into a slot of shared memory, for a trainer to fetch.

They must be started before CUDA is: a forked process cannot use it.
"""

import multiprocessing
import queue
from dataclasses import dataclass
from multiprocessing import shared_memory
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from cosmos_compare.demo.answers_text import Manner
from cosmos_compare.demo.camera import ASPECT
from cosmos_compare.demo.observe import observe, prune
from cosmos_compare.demo.picture import Painter
from cosmos_compare.demo.samples import (
    ANSWER,
    BUCKETS,
    FPS,
    FRAMES,
    SIGNALS,
    Sample,
    Speech,
    clip_times,
    coverage,
    sample,
    signals,
)
from cosmos_compare.demo.sampling import sample_scene

RENDER = (448, 256)  # drawn twice as large as reason2 sees it
SIZES: dict[Manner, tuple[int, int]] = {"driver": (196, 112), "analyst": (224, 128)}
META = 5  # start of the answer, length, first frame, stride, pairs
TRAINING, VALIDATION = 1, 2  # seed spaces; clips that people render have their own


def layout() -> dict[str, tuple[tuple[int, ...], Any]]:
    """What a slot holds: name → shape and type."""
    parts: dict[str, tuple[tuple[int, ...], Any]] = {
        "coverage": ((FRAMES, 28, 8), np.uint8),
        "cell_boxes": ((FRAMES, 28, 4), np.uint8),
        "signals": ((FRAMES, len(SIGNALS)), np.float16),
        "stored": ((1,), np.int32),
    }
    for manner, (width, height) in SIZES.items():
        parts[f"frames_{manner}"] = ((FRAMES, height, width, 3), np.uint8)
        for k, bucket in enumerate(BUCKETS):
            parts[f"ids_{manner}_{k}"] = ((bucket.each, bucket.length), np.int16)
            parts[f"weights_{manner}_{k}"] = ((bucket.each, ANSWER), np.uint8)
            parts[f"meta_{manner}_{k}"] = ((bucket.each, META), np.int32)
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
    """Render one clip with its samples into `out`. The same seed gives the same bytes."""
    rng = np.random.default_rng(seed)
    while True:
        scene = sample_scene(rng, duration=float(rng.integers(16, 33)) / FPS)
        times = clip_times(scene)
        scene = prune(scene, times)
        view = observe(scene, times)
        made: dict[tuple[Manner, int], list[Sample]] = {}
        for manner, size in SIZES.items():
            for k, bucket in enumerate(BUCKETS):
                found: list[Sample] = []
                for _ in range(8 * bucket.each):
                    one = sample(rng, speech, manner, scene, view, size, bucket)
                    found += [one] if one else []
                    if len(found) == bucket.each:
                        break
                made[manner, k] = found
        if all(made.values()):
            break
    for (manner, k), found in made.items():
        ids, weights, meta = (out[f"{part}_{manner}_{k}"] for part in ("ids", "weights", "meta"))
        ids[:], weights[:] = 0, 0
        for row in range(BUCKETS[k].each):
            s = found[row % len(found)]
            ids[row, : len(s.ids)], weights[row, : len(s.weights)] = s.ids, s.weights
            meta[row] = (s.start, len(s.ids), s.first, s.stride, s.pairs)
    painter = Painter(scene, *RENDER, smooth=bool(rng.random() < 0.5), aspect=ASPECT)
    quality = int(rng.integers(30, 90)) if rng.random() < 0.5 else None
    for n, t in enumerate(times):
        image = painter.frame(float(t))
        if quality:  # what a codec takes away; JPEG takes more, and differently in each frame
            image = _through_jpeg(image, quality)
        image = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
        for manner, size in SIZES.items():
            out[f"frames_{manner}"][n] = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    out["coverage"][: len(times)], out["cell_boxes"][: len(times)] = coverage(scene, view)
    out["signals"][: len(times)] = signals(scene, view)
    out["stored"][0] = len(times)


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
        """(slot, number of the validation clip or −1), or None when none is ready in time."""
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
