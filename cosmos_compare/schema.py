"""The records: everything on disk is one of these.

All are frozen and refuse unknown fields. `None` in `Settings` means "the model's own default"; the values
that were really used stand in `Answer.sampling`.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from cosmos_compare.setting_fields import BY_NAME

SCHEMA_VERSION = 1

Finish = Literal["stop", "length", "cancelled", "error"]
Reused = Literal["none", "pixels", "features", "prefix"]
AnswerPath = Literal["", "graphs", "eager", "generate"]
RiskLevel = Literal["none", "low", "medium", "high"]
BoxConvention = Literal["pixels", "thousandths"]
Condition = Literal["clip", "blank", "frozen", "shuffled", "reversed", "swapped"]


class Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    added_later: ClassVar[frozenset[str]] = frozenset()

    def determining(self) -> dict[str, Any]:
        """The fields as keys of runs take them: those in `added_later` are left out at their default, so that a new
        field never asks again what was answered before."""
        fields = type(self).model_fields
        values = {name: getattr(self, name) for name in fields}
        return {
            name: value.determining() if isinstance(value, Record) else value
            for name, value in values.items()
            if not (name in self.added_later and value == fields[name].default)
        }


class Clip(Record):
    """A video file as probed: what the container says, with timestamps counted rather than believed."""

    scenario: str = Field(pattern=r"^[^./\\\x00-\x1f][^/\\\x00-\x1f]*$", description="safe as a folder's name")
    path: str
    sha256: str
    codec: str
    fps: float = Field(description="average frames per second, from the timestamps")
    n_frames: int
    duration: float = Field(description="seconds from the first frame shown to the end of the last")
    width: int = Field(description="pixels, after rotation")
    height: int = Field(description="pixels, after rotation")
    rotation: int = Field(description="degrees clockwise that were applied: 0, 90, 180 or 270")
    mirrored: bool = Field(False, description="flipped left to right before it was turned")


class ObjectTruth(Record):
    present: bool
    count_min: int | None = None
    note: str | None = None


class EventTruth(Record):
    label: str
    start: float
    end: float
    critical: bool = False
    tolerance: float | None = Field(None, description="seconds either side within which a time counts")
    source: str | None = None
    note: str | None = None


class RiskTruth(Record):
    # YAML reads a bare `none` as a string but `None`/`~` as null: both mean no risk.
    level: Annotated[RiskLevel, BeforeValidator(lambda value: "none" if value is None else value)]
    reason: str | None = None


class GroundTruth(Record):
    """What a careful person saw in a clip; every field may be missing in a user's own file."""

    scene: str | None = None
    view: str | None = None
    objects: dict[str, ObjectTruth] = Field(default_factory=dict)
    events: tuple[EventTruth, ...] = ()
    risk: RiskTruth | None = None
    expected_action: str | None = None
    absent: tuple[str, ...] = ()
    tests: str | None = Field(None, description="one line: what this scenario is there to show")
    source: str | None = None
    licence: str | None = None
    annotation: str | None = None


class Prompt(Record):
    """A system prompt and a question. `version` is the start of the SHA-256 of their text."""

    name: str
    version: str = ""
    system_prompt: str = ""
    user_prompt: str = ""
    reasoning: bool = False

    @model_validator(mode="before")
    @classmethod
    def _with_version(cls, data: Any) -> Any:
        if isinstance(data, dict) and not data.get("version"):
            text = f"{data.get('system_prompt', '')}\0{data.get('user_prompt', '')}"
            data = {**data, "version": hashlib.sha256(text.encode()).hexdigest()[:12]}
        return data


class Settings(Record):
    """One form: how the clip is sampled and how the answer is drawn. Times in seconds of the clip.

    How faces offer each field, and which of them frames depend on, stands in `setting_fields.FIELDS`.
    """

    added_later: ClassVar[frozenset[str]] = frozenset(name for name, field in BY_NAME.items() if field.later)

    fps: float = Field(4.0, gt=0, le=60)
    max_frames: int | None = Field(None, ge=2)
    start: float | None = Field(None, ge=0)
    end: float | None = Field(None, gt=0)
    max_video_tokens: int | None = Field(None, ge=16, description="pixel budget of the whole clip, in visual tokens")
    timestamp: bool = Field(False, description="draw the time in a band under each frame, where a model needs it")
    max_new_tokens: int | None = Field(None, ge=1)
    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, gt=0, le=1)
    top_k: int | None = Field(None, ge=0)
    presence_penalty: float | None = Field(None, ge=-2, le=2)
    repetition_penalty: float | None = Field(None, gt=0, le=2)
    seed: int | None = Field(None, ge=0, lt=2**63)
    condition: Condition = Field("clip", description="what is shown: the clip, or a control made from its frames")
    repeat: int = Field(0, ge=0, lt=10_000, description="which repeat this is; added to each model's own seed")

    @model_validator(mode="after")
    def _range_is_forward(self) -> Self:
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise ValueError(f"end ({self.end:g} s) must be after start ({self.start:g} s)")
        return self


class Sampling(Record):
    """How tokens are drawn. Temperature 0 is greedy; `top_k` 0 means no limit."""

    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    presence_penalty: float = 0.0
    repetition_penalty: float = 1.0
    seed: int = 42
    max_new_tokens: int = 4096


class Vision(Record):
    """How a model's frames are sized and timed.

    `budget` says what the token budget limits: `per_frame` is qwen-vl-utils' rule (an even share of the
    total for each frame), `whole_video` is Qwen3-VL's (time × height × width).
    """

    factor: int = Field(description="height and width are multiples of this: patch × merge, pixels")
    budget: Literal["per_frame", "whole_video"]
    max_video_tokens: int = Field(description="visual tokens of the whole clip, at most")
    min_frame_tokens: int = Field(4, description="smaller frames are enlarged to this many tokens")
    max_frame_tokens: int = Field(768, description="ceiling of one frame; `per_frame` budgets only")
    frame: tuple[int, int] | None = Field(
        None,
        description="height and width of every frame, pixels, whatever the clip's shape, instead of the rules above",
    )
    clock: Literal["overlay", "text"] = Field(
        description="how the model is told the time: a drawn band on request, or text between the frames"
    )
    video_token: Literal["as_rendered", "bare"] = Field(
        "as_rendered",
        description="`bare` drops the outer vision_start/vision_end pair round the frames of the prompt",
    )
    text_behind_video: Literal["all_axes", "height_width"] = Field(
        "all_axes",
        description="the position behind a video's: one behind its last of all axes, or of height and width alone",
    )


class ModelSpec(Record):
    """One entry of the model list."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    label: str
    source: str = Field(description="Hub id, folder, or http(s)://…/v1")
    revision: str | None = None
    dtype: Literal["bfloat16", "float16", "float32"] = "bfloat16"
    demo: bool = False
    gated: bool = False
    size_bytes: int | None = Field(None, description="weights on disk")
    sampling: Sampling = Sampling()
    sampling_reasoning: Sampling | None = None
    vision: Vision
    reasoning_in: Literal["system", "user"]
    reasoning_text: str = ""
    boxes: BoxConvention
    default_system_prompt: str = ""
    note: str = ""


class ShownFrom(Record):
    """The scenario whose frames were shown under another's name, where the condition is `swapped`."""

    scenario: str
    sha256: str


class FrameTimes(Record):
    """Which frames of the file were chosen, by index and by the timestamp of each, seconds from clip start."""

    indices: tuple[int, ...]
    seconds: tuple[float, ...]
    warnings: tuple[str, ...] = ()
    shown: tuple[int, ...] | None = Field(
        default=None,
        description="indices of the frames that a condition shows at these times instead; empty for one grey",
    )
    shown_from: ShownFrom | None = None


class Failure(Record):
    type: str
    message: str
    hint: str = ""


class Answer(Record):
    """What one model said, or why it said nothing. Times in seconds, sizes in pixels."""

    raw: str = ""
    finish: Finish
    error: Failure | None = None
    rendered_prompt: str | None = None
    sampling: Sampling | None = None
    input_height: int | None = None
    input_width: int | None = None
    video_tokens: int | None = None
    prompt_tokens: int | None = None
    new_tokens: int = 0
    queue_s: float = 0.0
    preprocess_s: float | None = None
    first_token_s: float | None = None
    total_s: float | None = None
    tokens_per_s: float | None = None
    peak_memory_bytes: int | None = None
    concurrent: bool = False
    reused: Reused = "none"
    path: AnswerPath = Field(
        default="", description="how it was decoded: `graphs` on a GPU, `eager` without; empty where that is not known"
    )
    path_note: str = Field(
        default="", description="why the path is slower than this machine's fastest, and what to change"
    )
    answers_at_once: int = Field(default=1, description="the most answers of this model that one of its steps decoded")

    @model_validator(mode="after")
    def _an_error_says_why(self) -> Self:
        if (self.finish == "error") != (self.error is not None):
            raise ValueError("an answer has an error exactly when it finished with one")
        return self


class Environment(Record):
    device: str
    versions: dict[str, str]


class Run(Record):
    """One answer with all that determined it. Immutable: another prompt is another run."""

    schema_version: int = SCHEMA_VERSION
    id: str
    key: str
    created: str = Field(description="UTC, ISO 8601")
    clip: Clip
    prompt: Prompt
    settings: Settings
    model: ModelSpec
    frames: FrameTimes
    answer: Answer
    environment: Environment
    answer_revision: int = Field(1, description="of the program's own rules, engines/revision.py; part of the key")


AXES = ("objects", "spatial", "temporal", "risk", "fidelity", "focus", "gt_alignment")

Mark = Annotated[int, Field(ge=0, le=2)] | None
Verdict = Literal["better", "worse", "tie", "both_bad"]


class Rating(Record):
    """One rater's marks for one run: 2 correct, 1 partial, 0 incorrect, None cannot judge."""

    created: str
    rater: str = Field(min_length=1, max_length=80)
    scenario: str
    run_id: str
    model: str
    pair_id: str = ""
    side: Literal["left", "right", ""] = ""
    blind: bool = True
    objects: Mark = None
    spatial: Mark = None
    temporal: Mark = None
    risk: Mark = None
    fidelity: Mark = None
    focus: Mark = None
    gt_alignment: Mark = None
    verdict: Verdict | None = None
    notes: str = ""
