"""Decoded clips in memory: each is decoded once, also when several models ask at the same time."""

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import nullcontext

from cosmos_compare.records.schema import Clip, ModelSpec, Settings
from cosmos_compare.records.setting_fields import FRAME_FIELDS
from cosmos_compare.video.conditions import swapped_with
from cosmos_compare.video.frames import Frames, sample_frames


class FrameCache:
    """The frames of the clips in use, up to a number of bytes; the least recently used go first."""

    def __init__(self, max_bytes: int = 1 << 30) -> None:
        self.max_bytes = max_bytes
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._lock = threading.Lock()
        self._patient = threading.BoundedSemaphore(max(2, os.cpu_count() or 1))  # decoding for a batch

    def get(
        self,
        clip: Clip,
        settings: Settings,
        specs: Sequence[ModelSpec],
        cancelled: Callable[[], bool] | None = None,
        on_progress: Callable[[float], None] | None = None,
        *,
        patient: bool = False,
    ) -> Frames:
        """The frames of a request; decodes them, or waits for the thread that is decoding the same.

        `on_progress` gets the share done, 0 to 1, whoever decodes. `cancelled` ends the decoding with
        `SamplingCancelledError`; whoever waited for it then decodes anew. Of `patient` ones (a batch) as many are
        decoded at the same time as there are processors: somebody who waits finds room beside them.
        """
        key = _key(clip, settings, specs)
        with self._lock:
            entry = self._entries.setdefault(key, _Entry())
            self._entries.move_to_end(key)
        if on_progress:
            entry.watchers.append(on_progress)
        with self._patient if patient else nullcontext(), entry.decoding:
            if entry.frames is None:
                entry.frames = sample_frames(clip, settings, specs, entry.tell, cancelled)
        entry.watchers.clear()
        self._trim()
        return entry.frames

    def _trim(self) -> None:
        with self._lock:
            total = sum(entry.nbytes for entry in self._entries.values())
            for key in list(self._entries)[:-1]:
                if total <= self.max_bytes:
                    return
                total -= self._entries[key].nbytes
                del self._entries[key]


class _Entry:
    def __init__(self) -> None:
        self.decoding = threading.Lock()
        self.frames: Frames | None = None
        self.watchers: list[Callable[[float], None]] = []

    def tell(self, share: float) -> None:
        for watcher in list(self.watchers):
            watcher(share)

    @property
    def nbytes(self) -> int:
        return sum(array.nbytes for array in self.frames.images.values()) if self.frames else 0


def _key(clip: Clip, settings: Settings, specs: Sequence[ModelSpec]) -> str:
    visions = sorted({spec.vision.model_dump_json() for spec in specs})
    contents = [clip.sha256, swapped_with(clip).sha256] if settings.condition == "swapped" else [clip.sha256]
    return "|".join([*contents, settings.model_dump_json(include=set(FRAME_FIELDS)), *visions])
