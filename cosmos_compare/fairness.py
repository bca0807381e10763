"""Inputs: what each model was shown and asked, how that differs in words, and settings that make it equal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cosmos_compare.compare import Comparison
from cosmos_compare.engines.base import resolve_sampling
from cosmos_compare.errors import CompareError
from cosmos_compare.language import N_, number, semicolons, t
from cosmos_compare.prompts import Messages
from cosmos_compare.records.schema import Answer, Clip, FrameTimes, ModelSpec, Sampling, Settings
from cosmos_compare.video.budget import video_tokens
from cosmos_compare.video.frames import look_of

GREEDY = {"temperature": 0.0, "top_p": 1.0, "top_k": 0, "presence_penalty": 0.0, "repetition_penalty": 1.0, "seed": 42}
SAMPLING_WORDS = {
    "temperature": N_("temperature"),
    "top_p": N_("top p"),
    "top_k": N_("top k"),
    "presence_penalty": N_("presence penalty"),
    "repetition_penalty": N_("repetition penalty"),
    "seed": N_("seed"),
    "max_new_tokens": N_("limit of tokens"),
}


@dataclass(frozen=True)
class ModelInput:
    """What one model saw and was asked. Height and width are those at the model, in pixels. `tokens` is None where the
    checkpoint's own processor resizes the frames again and nothing has been answered yet."""

    label: str
    clip: str
    times: FrameTimes
    height: int
    width: int
    tokens: int | None
    messages: Messages
    sampling: Sampling
    clock: str

    @property
    def size(self) -> str:
        return f"{self.height}×{self.width}"

    @property
    def token_count(self) -> str:
        """The visual tokens, for people."""
        return t("not known") if self.tokens is None else number(self.tokens, ",")


def model_input(comparison: Comparison, spec: ModelSpec, answer: Answer | None = None) -> ModelInput:
    """What `spec` sees by the plan, and by the answer's own account where there is one.

    Raises `CompareError` for a budget that the frames can't meet.
    """
    height, width = look_of(spec, comparison.clip, len(comparison.planned.indices), comparison.settings).size
    planned = video_tokens(spec.vision, len(comparison.planned.indices), height, width)
    tokens = None if spec.vision.resized_again else planned
    sampling = resolve_sampling(spec, comparison.settings, comparison.prompt.reasoning)
    if answer is not None:
        height, width = answer.input_height or height, answer.input_width or width
        tokens, sampling = answer.video_tokens or tokens, answer.sampling or sampling
    return ModelInput(
        label=spec.label,
        clip=comparison.clip.scenario,
        times=comparison.planned,
        height=height,
        width=width,
        tokens=tokens,
        messages=comparison.messages(spec),
        sampling=sampling,
        clock=_clock(spec, comparison.settings),
    )


def differences(sides: Sequence[ModelInput]) -> list[str]:
    """Sentences that name what is not the same for all sides; empty when everything is."""
    facts: list[tuple[str, list[str]]] = [
        (t("Clip"), [side.clip for side in sides]),
        (t("Frames"), [_frames(side.times) for side in sides]),
        (t("Frame size, height × width"), [side.size for side in sides]),
        (t("Visual tokens"), [side.token_count for side in sides]),
        (t("Time"), [side.clock for side in sides]),
    ]
    facts.append((t("Sampling"), _sampling_words(sides)))
    sentences = [_sentence(what, sides, values) for what, values in facts if len(set(values)) > 1]
    if len({side.messages.system for side in sides}) > 1:
        sentences.append(t("The system prompts are not the same."))
    if len({side.messages.user for side in sides}) > 1:
        sentences.append(t("The questions are not the same."))
    if _only_frames_differ(sides):
        sentences.append(t("The frames are taken at other times."))
    return sentences


def headline(sides: Sequence[ModelInput]) -> str:
    """One line on what the models see: the sizes where they differ, or that they are alike."""
    if len({side.size for side in sides}) > 1:
        return ", ".join(t("{model} sees {size}", model=side.label, size=side.size) for side in sides)
    if len(sides) < 2:
        return sides[0].size
    both = t("Both see {size}", size=sides[0].size)
    return both if len(sides) == 2 else t("Each sees {size}", size=sides[0].size)


def equal_settings(
    settings: Settings, specs: Sequence[ModelSpec], clip: Clip, n_frames: int, *, reasoning: bool = False
) -> Settings:
    """Settings under which all models get the same token budget and draw in the same way; of such, the same again.

    The budget is the one that is asked for, else the smallest that any of them would use by itself, or the least that
    all can meet. Raises `CompareError` when no budget suits all.
    """
    used = [_tokens(spec, clip, n_frames, settings) for spec in specs]
    budget = settings.max_video_tokens or min(used)
    while not _fits(specs, clip, n_frames, settings.model_copy(update={"max_video_tokens": budget})):
        if budget > 2 * max(used):
            raise CompareError("No token budget suits all these models.", "Take fewer frames.", field="max_frames")
        budget = int(budget * 1.1) + 1
    limits = [resolve_sampling(spec, settings, reasoning).max_new_tokens for spec in specs]
    changes: dict[str, Any] = {"max_video_tokens": budget, "max_new_tokens": min(limits)}
    drawn = {name: getattr(settings, name) for name in GREEDY}
    changes |= {name: GREEDY[name] if value is None else value for name, value in drawn.items()}
    return settings.model_copy(update=changes)


def _tokens(spec: ModelSpec, clip: Clip, n_frames: int, settings: Settings) -> int:
    return video_tokens(spec.vision, n_frames, *look_of(spec, clip, n_frames, settings).size)


def _fits(specs: Sequence[ModelSpec], clip: Clip, n_frames: int, settings: Settings) -> bool:
    try:
        return all(_tokens(spec, clip, n_frames, settings) for spec in specs)
    except CompareError:
        return False


def _clock(spec: ModelSpec, settings: Settings) -> str:
    if spec.vision.clock == "text":
        return t("in words between the frames")
    if spec.vision.clock == "unknown":
        drawn = t("drawn under each frame; what else it is told is not known")
        return drawn if settings.timestamp else t("not known: left to the model's own processor")
    return t("drawn under each frame") if settings.timestamp else t("by position only")


def _frames(times: FrameTimes) -> str:
    if not times.seconds:
        return t("none")
    start, end = number(times.seconds[0], ".2f"), number(times.seconds[-1], ".2f")
    return t("{n} from {start} to {end} s", n=len(times.seconds), start=start, end=end)


def _sampling_words(sides: Sequence[ModelInput]) -> list[str]:
    """For each side the values that are not the same for all."""
    differing = [name for name in SAMPLING_WORDS if len({getattr(side.sampling, name) for side in sides}) > 1]
    return [
        ", ".join(f"{t(SAMPLING_WORDS[name])} {number(getattr(side.sampling, name), 'g')}" for name in differing)
        for side in sides
    ]


def _sentence(what: str, sides: Sequence[ModelInput], values: Sequence[str]) -> str:
    said = semicolons(f"{side.label} {value}" for side, value in zip(sides, values, strict=True))
    return t("{what}: {said}.", what=what, said=said)


def _only_frames_differ(sides: Sequence[ModelInput]) -> bool:
    """Other frames of the same range, which no count would tell."""
    same_words = len({_frames(side.times) for side in sides}) == 1
    return same_words and len({side.times.indices for side in sides}) > 1
