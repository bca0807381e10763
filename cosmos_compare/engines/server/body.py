"""A request as a server takes it: the same frames at the same times, drawn in the same way, whatever its defaults are.

Frames go as PNG in one `video_url`, told apart by commas. vLLM reads them under the name of `video/jpeg`, and looks at
the bytes. `media_io_kwargs` carries their times on our clock of milliseconds; without `num_frames: -1` it would take
32 of them, without `total_num_frames` Reason1 would be told another rate, and without `do_resize: false` they would be
resized a second time: each of it silently.
"""

from __future__ import annotations

import base64
import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

import orjson

from cosmos_compare.engines.base import Request
from cosmos_compare.video.png import encode_png

TICKS_PER_SECOND = 1000
KEPT_BYTES = 256 << 20

Body = dict[str, Any]


@dataclass(frozen=True)
class Dialect:
    """How servers differ in what they take. `template` is sent with each request where it is not empty."""

    cap_pixels: bool = True
    template: str = ""


class Encoder:
    """Frames as text, made once for all questions about a clip that is in use, also when they come at once."""

    def __init__(self) -> None:
        self._turns: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    def url(self, request: Request) -> tuple[str, str]:
        """The frames of a request as a data URL, and the SHA-256 of their pixels."""
        digest = hashlib.sha256(repr(request.images.shape).encode() + request.images.tobytes()).hexdigest()
        with self._lock:
            turn = self._turns.setdefault(digest, threading.Lock())
        with turn:
            return self._known(digest) or self._made(request, digest), digest

    def _known(self, digest: str) -> str:
        with self._lock:
            if digest not in self._kept:
                return ""
            self._kept.move_to_end(digest)
            return self._kept[digest]

    def _made(self, request: Request, digest: str) -> str:
        frames = (base64.b64encode(encode_png(image)).decode() for image in request.images)
        url = f"data:video/jpeg;base64,{','.join(frames)}"
        with self._lock:
            self._kept[digest] = url
            while len(self._kept) > 1 and sum(map(len, self._kept.values())) > KEPT_BYTES:
                self._kept.popitem(last=False)
        return url


def body_of(request: Request, url: str, model: str, dialect: Dialect) -> Body:
    """The JSON of a request for the model that a server calls `model`."""
    processor = {"do_resize": False, "do_sample_frames": False}
    if dialect.cap_pixels:
        processor["cap_pixels_per_frame"] = False
    system = [{"role": "system", "content": request.messages.system}] if request.messages.system else []
    content = [{"type": "video_url", "video_url": {"url": url}}, {"type": "text", "text": request.messages.user}]
    body: Body = {
        "model": model,
        "messages": [*system, {"role": "user", "content": content}],
        **_sampling(request),
        "media_io_kwargs": {"video": _clock(request)},
        "mm_processor_kwargs": processor,
        "return_token_ids": True,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if request.switches:
        body["chat_template_kwargs"] = dict(request.switches)
    return body | ({"chat_template": dialect.template} if dialect.template else {})


def encoded(body: Body) -> bytes:
    return orjson.dumps(body)


def _sampling(request: Request) -> Body:
    """Every value, so that none comes from the server's own defaults or the checkpoint's."""
    sampling = request.sampling
    return {
        "n": 1,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k,
        "min_p": 0.0,
        "presence_penalty": sampling.presence_penalty,
        "frequency_penalty": 0.0,
        "repetition_penalty": sampling.repetition_penalty,
        "seed": sampling.seed % 2**63,
        "max_tokens": sampling.max_new_tokens,
    }


def _clock(request: Request) -> Body:
    return {
        "num_frames": -1,
        "fps": float(TICKS_PER_SECOND),
        "frames_indices": [round(second * TICKS_PER_SECOND) for second in request.times.seconds],
        "total_num_frames": round(len(request.images) * request.step * TICKS_PER_SECOND),
        "do_sample_frames": False,
    }
