"""The records: everything on disk is one of these.

All are frozen and refuse unknown fields. `None` in `Settings` means "the model's own default"; the values
that were really used stand in `Answer.sampling`.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from cosmos_compare.records.base import ClipTime, Count, FilePath, FolderName, Line, Moment, Record, Seconds, Side, Text
from cosmos_compare.records.imported import Imported, emptied, filled
from cosmos_compare.records.model_spec import BoxConvention as BoxConvention
from cosmos_compare.records.model_spec import ModelSpec as ModelSpec
from cosmos_compare.records.model_spec import Sampling as Sampling
from cosmos_compare.records.model_spec import Vision as Vision
from cosmos_compare.records.served import ServedBy
from cosmos_compare.records.setting_fields import BY_NAME

SCHEMA_VERSION = 2

Finish = Literal["stop", "length", "cancelled", "error"]
Reused = Literal["none", "pixels", "features", "prefix"]
AnswerPath = Literal["", "graphs", "eager", "generate", "server"]
Condition = Literal["clip", "blank", "frozen", "shuffled", "reversed", "swapped"]


class Clip(Record):
    """A video file as probed: what the container says, with timestamps counted rather than believed."""

    scenario: FolderName = Field(description="what the clip is called, safe as a folder's name")
    path: FilePath = Field(description="the video file, absolute")
    sha256: Line = Field(description="of the file's content: 64 hex digits")
    codec: Line = Field(description="as FFmpeg names it: h264, vp9 …")
    fps: float = Field(ge=0, le=10**6, description="average frames per second, from the timestamps")
    n_frames: Count = Field(description="frames in the file, counted")
    duration: Seconds = Field(description="seconds from the first frame shown to the end of the last")
    width: Side = Field(description="pixels, after rotation")
    height: Side = Field(description="pixels, after rotation")
    rotation: int = Field(ge=0, lt=360, description="degrees clockwise that were applied: 0, 90, 180 or 270")
    mirrored: bool = Field(default=False, description="flipped left to right before it was turned")


class Prompt(Record):
    """A system prompt and a question. `version` is the start of the SHA-256 of their text."""

    name: Line = Field(description="of the file, without its suffix")
    version: Line = Field(default="", description="the first twelve hex digits of the SHA-256 of both texts")
    system_prompt: Text = Field(default="", description="who the model is to be; empty for its own default")
    user_prompt: Text = Field(default="", description="the question")
    reasoning: bool = Field(default=False, description="whether reasoning before the answer is asked for")

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

    fps: float = Field(default=4.0, gt=0, le=60, description="frames a second that are sampled")
    max_frames: int | None = Field(default=None, ge=2, description="at most this many, spread evenly")
    start: float | None = Field(default=None, ge=0, description="sample from here, seconds of the clip")
    end: float | None = Field(default=None, gt=0, description="sample up to here, seconds of the clip")
    max_video_tokens: int | None = Field(
        default=None, ge=16, description="pixel budget of the whole clip, in visual tokens"
    )
    timestamp: bool = Field(
        default=False, description="draw the time in a band under each frame, where a model needs it"
    )
    max_new_tokens: int | None = Field(default=None, ge=1, description="the answer is cut after so many tokens")
    temperature: float | None = Field(default=None, ge=0, le=2, description="0 always takes the likeliest token")
    top_p: float | None = Field(default=None, gt=0, le=1, description="draw from the likeliest up to this share")
    top_k: int | None = Field(default=None, ge=0, description="draw from so many; 0 means no limit")
    presence_penalty: float | None = Field(default=None, ge=-2, le=2, description="taken from tokens that came already")
    repetition_penalty: float | None = Field(default=None, gt=0, le=2, description="divides tokens that came already")
    seed: int | None = Field(default=None, ge=0, lt=2**63, description="the same seed draws the same text")
    condition: Condition = Field(
        default="clip", description="what is shown: the clip, or a control made from its frames"
    )
    repeat: int = Field(default=0, ge=0, lt=10_000, description="which repeat this is; added to each model's own seed")

    @model_validator(mode="after")
    def _range_is_forward(self) -> Self:
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise ValueError(f"end ({self.end:g} s) must be after start ({self.start:g} s)")
        return self


class ShownFrom(Record):
    """The scenario whose frames were shown under another's name, where the condition is `swapped`."""

    scenario: Line = Field(description="its id")
    sha256: Line = Field(description="of its file")


class FrameTimes(Record):
    """Which frames of the file were chosen, by index and by the timestamp of each, seconds from clip start."""

    indices: tuple[Count, ...] = Field(description="of the frames in the file, from 0")
    seconds: tuple[ClipTime, ...] = Field(description="the timestamp of each")
    warnings: tuple[str, ...] = Field(default=(), description="what was wrong with the file or the choice")
    shown: tuple[Count, ...] | None = Field(
        default=None,
        description="indices of the frames that a condition shows at these times instead; empty for one grey",
    )
    shown_from: ShownFrom | None = Field(default=None, description="the other clip of the condition `swapped`")

    @model_validator(mode="after")
    def _a_time_for_each(self) -> Self:
        if len(self.indices) != len(self.seconds):
            raise ValueError(f"{len(self.indices)} indices and {len(self.seconds)} times of frames")
        return self


class Failure(Record):
    """Why there is no answer, or not all of it."""

    type: Line = Field(description="the kind, as a program tells them apart")
    message: str = Field(description="what is wrong, in a sentence")
    hint: str = Field(default="", description="the next step")


class Answer(Record):
    """What one model said, or why it said nothing. Times in seconds, sizes in pixels."""

    raw: Text = Field(default="", description="all that the model wrote, as it wrote it")
    finish: Finish = Field(description="how it ended: by itself, at the limit of tokens, stopped, or by an error")
    error: Failure | None = Field(default=None, description="exactly where it ended by one")
    rendered_prompt: Text | None = Field(default=None, description="the prompt as the model read it, pads in short")
    sampling: Sampling | None = Field(default=None, description="the values that were used")
    input_height: Side | None = Field(default=None, description="of the frames at the model, pixels")
    input_width: Side | None = Field(default=None, description="of the frames at the model, pixels")
    video_tokens: Count | None = Field(default=None, description="of the prompt, those of the video")
    prompt_tokens: Count | None = Field(default=None, description="of the whole prompt")
    new_tokens: Count = Field(default=0, description="that the model wrote")
    queue_s: Seconds = Field(default=0.0, description="seconds it waited for its turn")
    preprocess_s: Seconds | None = Field(default=None, description="seconds until the prompt was tensors")
    first_token_s: Seconds | None = Field(default=None, description="seconds until the first token")
    total_s: Seconds | None = Field(default=None, description="seconds of it all, without the queue")
    tokens_per_s: Seconds | None = Field(default=None, description="tokens a second behind the first")
    peak_memory_bytes: Count | None = Field(default=None, description="most GPU memory in use; none on a CPU")
    concurrent: bool = Field(default=False, description="whether another model ran at the same time")
    reused: Reused = Field(default="none", description="what was kept from an earlier question about the clip")
    path: AnswerPath = Field(
        default="",
        description="how it was decoded: `graphs` on a GPU, `eager` without, by a `server`; empty where not known",
    )
    path_note: str = Field(
        default="", description="why the path is slower than this machine's fastest, and what to change"
    )
    device: str = Field(default="", description="the card it was written on, `cpu`, or `server`")
    load_s: Seconds | None = Field(default=None, description="seconds that loading its model took, whoever asked first")
    decode_s: Seconds | None = Field(default=None, description="seconds that decoding and sizing the frames took, once")
    answers_at_once: Count = Field(
        default=1, description="the most answers of this model that one of its steps decoded"
    )
    server: ServedBy | None = Field(default=None, description="who answered, where it was a server")

    @model_validator(mode="after")
    def _an_error_says_why(self) -> Self:
        if (self.finish == "error") != (self.error is not None):
            raise ValueError("an answer has an error exactly when it finished with one")
        return self


class Environment(Record):
    """The machine and the programs that answered."""

    device: Line = Field(description="the GPU by its name, or cpu")
    versions: dict[str, Line] = Field(description="of this program and of the libraries answers depend on")


class Run(Record):
    """One answer with all that determined it. Immutable: another prompt is another run."""

    schema_version: int = Field(default=SCHEMA_VERSION, description="the form of this record; see runs/reading.py")
    id: FolderName = Field(description="sorts by time, ends in the beginning of the key; names the folder")
    key: Line = Field(min_length=1, description="a hash of what determines the answer: 64 hex digits")
    created: Moment = Field(description="UTC, ISO 8601")
    clip: Clip = Field(description="the video")
    prompt: Prompt = Field(description="what was asked")
    settings: Settings = Field(description="what was set by hand; the rest is the model's own")
    model: ModelSpec = Field(description="who was asked, as the list described it then")
    frames: FrameTimes = Field(description="which frames were shown")
    answer: Answer = Field(description="what came of it")
    environment: Environment = Field(description="where it was answered")
    answer_revision: int = Field(
        default=1, description="of the program's own rules, engines/revision.py; part of the key"
    )

    imported: Imported | None = Field(
        default=None, description="where it was taken in from, for a run that this program did not make"
    )

    @model_validator(mode="before")
    @classmethod
    def _with_placeholders(cls, data: Any) -> Any:
        return filled(data) if isinstance(data, dict) and data.get("imported") else data

    @model_serializer(mode="wrap")
    def _with_nulls(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        data: dict[str, Any] = dump(self)
        return emptied(data, self.imported.unknown) if self.imported else data

    @model_validator(mode="after")
    def _an_answer_has_seen_something(self) -> Self:
        if self.imported is None and self.answer.finish in {"stop", "length"} and not self.frames.seconds:
            raise ValueError("there is an answer and no frame")
        return self


AXES = ("objects", "spatial", "temporal", "risk", "fidelity", "focus", "gt_alignment")

Mark = Annotated[int, Field(ge=0, le=2)] | None
Verdict = Literal["better", "worse", "tie", "both_bad"]


class Rating(Record):
    """One rater's marks for one run: 2 correct, 1 partial, 0 incorrect, None cannot judge."""

    created: str = Field(description="UTC, ISO 8601")
    rater: str = Field(min_length=1, max_length=80, description="who judges")
    scenario: str = Field(description="of the run")
    run_id: str = Field(description="what is judged")
    model: str = Field(description="of the run")
    pair_id: str = Field(
        default="", description="the ids of the two runs that were judged together; empty for one alone"
    )
    side: Literal["left", "right", ""] = Field(default="", description="where it stood; empty where names were shown")
    blind: bool = Field(default=True, description="whether the rater did not know the models")
    objects: Mark = Field(default=None, description="are the right things named")
    spatial: Mark = Field(default=None, description="are they where it says")
    temporal: Mark = Field(default=None, description="does it happen when it says")
    risk: Mark = Field(default=None, description="is the danger judged right")
    fidelity: Mark = Field(default=None, description="is nothing made up")
    focus: Mark = Field(default=None, description="is what matters said")
    gt_alignment: Mark = Field(default=None, description="does it agree with the ground truth")
    verdict: Verdict | None = Field(default=None, description="of the pair, from this run's side")
    notes: str = Field(default="", description="the rater's words")
    aided: bool = Field(
        default=False, description="whether the rater was shown where the two answers agree, differ or are untrue"
    )
