"""What a model is to this program: an entry of the model list, with how it sees and how it draws. Data, never code."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from cosmos_compare.records.base import Count, FilePath, Line, Record, Side, Size, Text
from cosmos_compare.records.served import Server

BoxConvention = Literal["pixels", "thousandths", "unknown"]


class Sampling(Record):
    """How tokens are drawn. Temperature 0 is greedy; `top_k` 0 means no limit."""

    temperature: float = Field(default=0.0, ge=0, le=100, description="0 always takes the likeliest token")
    top_p: float = Field(default=1.0, ge=0, le=1, description="draw from the likeliest tokens up to this share")
    top_k: Count = Field(default=0, description="draw from so many tokens; 0 means no limit")
    presence_penalty: float = Field(default=0.0, ge=-100, le=100, description="taken from tokens that came already")
    repetition_penalty: float = Field(default=1.0, gt=0, le=100, description="divides tokens that came already")
    seed: int = Field(default=42, ge=0, lt=2**64, description="of the draw")
    max_new_tokens: Size = Field(default=4096, description="the answer is cut after so many tokens")


class Vision(Record):
    """How a model's frames are sized and timed.

    `budget` says what the token budget limits: `per_frame` is qwen-vl-utils' rule (an even share of the
    total for each frame), `whole_video` is Qwen3-VL's (time × height × width).
    """

    added_later: ClassVar[frozenset[str]] = frozenset({"temporal_patch", "resized_again"})

    factor: int = Field(ge=1, le=1024, description="height and width are multiples of this: patch × merge, pixels")
    temporal_patch: int = Field(default=2, ge=1, le=64, description="frames that one visual token looks at")
    budget: Literal["per_frame", "whole_video"] = Field(description="what the token budget limits")
    max_video_tokens: Size = Field(description="visual tokens of the whole clip, at most")
    min_frame_tokens: Size = Field(default=4, description="smaller frames are enlarged to this many tokens")
    max_frame_tokens: Size = Field(default=768, description="ceiling of one frame; `per_frame` budgets only")
    frame: tuple[Side, Side] | None = Field(
        default=None,
        description="height and width of every frame, pixels, whatever the clip's shape, instead of the rules above",
    )
    clock: Literal["overlay", "text", "unknown"] = Field(
        description="how the model is told the time: a drawn band on request, text between the frames, or not known "
        "here: whatever its processor makes of the frames' times"
    )
    resized_again: bool = Field(
        default=False, description="the checkpoint's own processor resizes the frames to what the model takes"
    )
    video_token: Literal["as_rendered", "bare"] = Field(
        default="as_rendered",
        description="`bare` drops the outer vision_start/vision_end pair round the frames of the prompt",
    )


class ModelSpec(Record):
    """One entry of the model list."""

    added_later: ClassVar[frozenset[str]] = frozenset({"reasoning_switch", "memory_bytes", "licence", "server"})

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", description="in commands and folders")
    label: Line = Field(description="what pages call it")
    source: FilePath = Field(description="Hub id, folder, or the addresses of its servers")
    revision: Line | None = Field(default=None, description="commit of the Hub, or a fingerprint of a folder")
    dtype: Literal["bfloat16", "float16", "float32"] = Field(default="bfloat16", description="of the weights on a GPU")
    demo: bool = Field(default=False, description="small, trained on rendered scenes: no judge of real ones")
    gated: bool = Field(default=False, description="whether the Hub asks for a login")
    size_bytes: Count | None = Field(default=None, description="weights on disk")
    memory_bytes: Count | None = Field(
        default=None, description="weights that are loaded, where the files hold more: a generator beside the reasoner"
    )
    licence: Line = Field(default="", description="of the weights")
    sampling: Sampling = Field(default=Sampling(), description="the model's own values")
    sampling_reasoning: Sampling | None = Field(default=None, description="those with reasoning, where they differ")
    vision: Vision = Field(description="how frames are sized and timed")
    reasoning_in: Literal["system", "user"] = Field(description="the turn that asks for reasoning")
    reasoning_text: Text = Field(default="", description="what asks for it; empty where it can't be asked for")
    reasoning_switch: str = Field(
        default="",
        pattern=r"^([A-Za-z][A-Za-z0-9_]{0,63})?$",
        description="the variable of the chat template that switches reasoning on and off, where there is one",
    )
    boxes: BoxConvention = Field(description="what the coordinates in answers count")
    default_system_prompt: Text = Field(default="", description="where the prompt has none")
    note: str = Field(default="", description="a remark for people")
    server: Server | None = Field(default=None, description="how it is asked, where its weights are on a server")

    def recorded(self) -> ModelSpec:
        """The entry as a run keeps it: of servers host and port, and nothing of how they are reached."""
        if self.server is None:
            return self
        kept = {name: getattr(self.server, name) for name in ("like", "served_name", "unverified")}
        return self.model_copy(update={"source": ",".join(self.server.hosts), "server": Server(**kept)})
