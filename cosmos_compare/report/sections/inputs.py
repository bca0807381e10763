"""7. Inputs: what each model was shown and asked, with which weights and programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import PurePath

from markupsafe import Markup

from cosmos_compare.language import number, semicolons, t, tn
from cosmos_compare.records.schema import Run
from cosmos_compare.report.cut import cut
from cosmos_compare.report.elements import Child, el, folded, joined, paragraphs, table
from cosmos_compare.report.material import Material
from cosmos_compare.report.printed import DASH, seconds, share

MOST_PROMPTS, PROMPT_BYTES = 20, 20_000
MOST_CLIPS = 600
MOST_SHOWN = 4  # different values in a cell; more are counted


def section(told: Material) -> Markup:
    return joined([paragraphs(_basis(told), _equal(told)), _table(told), _prompts(told), _clips(told)])


def _basis(told: Material) -> str:
    n = len(told.runs(0)) + len(told.runs(1))
    return tn("As recorded in {n} answer of the cases above.", "As recorded in {n} answers of the cases above.", n)


def _equal(told: Material) -> str:
    """How many pairs saw the same frames, and at the same size."""
    both = [(a, b) for a, b in (case.runs for case in told.cases) if a is not None and b is not None]
    frames = sum(_frames(a) == _frames(b) for a, b in both)
    pixels = sum(_frames(a) == _frames(b) and _size(a) == _size(b) for a, b in both)
    return t(
        "Equal frames: both answers are about the same frames of the same clip in {frames} pairs, of the same size in "
        "pixels in {pixels}.",
        frames=share(frames, len(both)),
        pixels=share(pixels, len(both)),
    )


def _frames(run: Run) -> tuple[object, ...]:
    return run.clip.sha256, run.frames.indices, run.frames.shown, run.frames.shown_from, run.settings.condition


def _size(run: Run) -> str:
    height, width = run.answer.input_height, run.answer.input_width
    return f"{width} × {height}" if height and width else DASH


FACTS: tuple[tuple[Callable[[], str], Callable[[Run], str]], ...] = (
    (lambda: t("Model"), lambda run: run.model.label),
    (lambda: t("Weights"), lambda run: _source(run)),
    (lambda: t("Weights' revision"), lambda run: run.model.revision or t("not recorded")),
    (lambda: t("Number format"), lambda run: run.model.dtype),
    (lambda: t("Shown"), lambda run: t(run.settings.condition)),
    (lambda: t("Frames"), lambda run: str(len(run.frames.seconds))),
    (lambda: t("Frames a second"), lambda run: number(run.settings.fps, "g")),
    (lambda: t("From and to"), lambda run: _range(run)),
    (lambda: t("Pixels at the model"), lambda run: _size(run)),
    (lambda: t("Visual tokens"), lambda run: _count(run.answer.video_tokens)),
    (lambda: t("Tokens of the prompt"), lambda run: _count(run.answer.prompt_tokens)),
    (lambda: t("Tokens written"), lambda run: _count(run.answer.new_tokens)),
    (lambda: t("How it knows the time"), lambda run: _clock(run)),
    (lambda: t("Prompt"), lambda run: f"{run.prompt.name} {run.prompt.version}"),
    (lambda: t("Reasoning asked for"), lambda run: t("yes") if run.prompt.reasoning else t("no")),
    (lambda: t("Sampling"), lambda run: _sampling(run)),
    (lambda: t("Seed"), lambda run: str(run.answer.sampling.seed) if run.answer.sampling else DASH),
    (lambda: t("Repeat"), lambda run: str(run.settings.repeat)),
    (lambda: t("Machine"), lambda run: run.environment.device),
    (lambda: t("Versions"), lambda run: ", ".join(f"{k} {v}" for k, v in sorted(run.environment.versions.items()))),
)


def _table(told: Material) -> Markup:
    sides = [told.runs(side) for side in (0, 1)]
    rows: list[list[Child]] = []
    for name, fact in FACTS:
        rows.append([name(), *(_values(fact(run) for run in runs) for runs in sides)])
    return table(("", *told.models), rows, t("What each was shown and asked"), "facts")


def _values(values: Iterable[str]) -> str:
    """The different values, the first few of them; of one, that."""
    found = list(dict.fromkeys(values))
    if not found:
        return DASH
    if len(found) <= MOST_SHOWN:
        return semicolons(found)
    more = tn("{n} more value", "{n} more values", len(found) - MOST_SHOWN)
    return semicolons([*found[:MOST_SHOWN], more])


def _source(run: Run) -> str:
    """Where weights come from; of a folder or an address only the end: a report leaves the house, paths don't."""
    source = run.model.source
    if "://" in source:
        return t("a server")
    outside = PurePath(source).is_absolute() or "\\" in source
    return t("folder {name}", name=source.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]) if outside else source


def _range(run: Run) -> str:
    if not run.frames.seconds:
        return DASH
    return t("{start} to {end}", start=seconds(run.frames.seconds[0]), end=seconds(run.frames.seconds[-1]))


def _count(value: int | None) -> str:
    return DASH if value is None else number(value, ",")


def _clock(run: Run) -> str:
    if run.model.vision.clock == "text":
        return t("in words between the frames")
    return t("drawn under each frame") if run.settings.timestamp else t("by position only")


def _sampling(run: Run) -> str:
    if run.answer.sampling is None:
        return DASH
    values = run.answer.sampling.model_dump(exclude={"seed"})
    return ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in values.items())


def _prompts(told: Material) -> Markup:
    """The words of each prompt, once."""
    prompts = {run.prompt.version: run.prompt for side in (0, 1) for run in told.runs(side)}
    parts = []
    for prompt in sorted(prompts.values(), key=lambda prompt: (prompt.name, prompt.version))[:MOST_PROMPTS]:
        system = (
            [el("h4", t("System prompt")), el("div", cut(prompt.system_prompt, PROMPT_BYTES), class_="text")]
            if prompt.system_prompt
            else []
        )
        inside = [*system, el("h4", t("Question")), el("div", cut(prompt.user_prompt, PROMPT_BYTES), class_="text")]
        parts.append(folded(t("Prompt {name}, version {version}", name=prompt.name, version=prompt.version), *inside))
    return joined(parts)


def _clips(told: Material) -> Markup:
    clips = {run.clip.scenario: run.clip for side in (0, 1) for run in told.runs(side)}
    rows = [
        (
            name,
            seconds(clip.duration),
            f"{clip.width} × {clip.height}",
            t("{n} frames a second", n=number(clip.fps, ".4g")),
            clip.codec,
            clip.sha256,
        )
        for name, clip in sorted(clips.items())[:MOST_CLIPS]
    ]
    head = (t("Clip"), t("Length"), t("Pixels"), t("Frame rate"), t("Codec"), "SHA-256")
    return folded(
        tn("{n} clip and its hash", "{n} clips and their hashes", len(clips)), table(head, rows, t("Clips"), "hashes")
    )
