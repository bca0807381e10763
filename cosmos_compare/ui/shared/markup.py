"""Markup: pieces of HTML from records. Every text that a person or a model wrote is escaped here.

Knows nothing of Streamlit. Nothing it returns can load anything or run anything: no links, no images, no scripts.
"""

from __future__ import annotations

import time

from cosmos_compare.board import Side
from cosmos_compare.engines.base import Engine
from cosmos_compare.fairness import ModelInput
from cosmos_compare.language import N_, moment, number, retold, t, tn
from cosmos_compare.records.imported import Imported
from cosmos_compare.records.schema import Clip, ModelSpec, Reused
from cosmos_compare.records.setting_fields import condition_name
from cosmos_compare.runs.history import PromptVersion
from cosmos_compare.texts.answers import ParsedAnswer, counts_from, read_answer
from cosmos_compare.texts.loops import Loop
from cosmos_compare.ui.shared.answer_markup import LONG_TEXT, NO_MARKS, AnswerClock, Marks, answer_html, marked_times
from cosmos_compare.ui.shared.server_markup import server_facts, unverified_badge
from cosmos_compare.ui.shared.tables import safe

STATES: dict[str, str] = {
    "queued": N_("Queued"),
    "loading": N_("Loading the model"),
    "looking": N_("Looking at the clip"),
    "writing": N_("Writing"),
    "again": N_("Interrupted, asking again"),
    "stop": N_("Done"),
    "length": N_("Cut at the limit"),
    "cancelled": N_("Stopped"),
    "error": N_("Failed"),
}

REUSED: dict[Reused, str] = {
    "none": N_("nothing"),
    "pixels": N_("pixels"),
    "features": N_("features"),
    "prefix": N_("prefix"),
}

JSON_NOTES = {
    "inside": N_("JSON inside other text"),
    "mended": N_("JSON with slips or a missing end, fixed for this view"),
    "broken": N_("Meant as JSON, and not readable as such"),
}


def pill(side: Side, before: int) -> str:
    """The state of a side, in words and colour."""
    words = t(STATES[side.state])
    if side.state == "queued" and before > 0:
        words = t("Queued, {n} before it", n=before)
    elif side.state == "queued":
        words = t(STATES["loading"])  # nothing is before it but its own loading
    elif side.state == "writing" and not side.text:
        words = t(STATES["looking"])
    elif side.job and side.job.stopped() and not side.ended:
        words = t("Stopping")
    if side.state == "loading":
        words += _loading(side)
    elif side.state == "looking" and side.job and 0 < side.job.share < 1:
        words += f", {number(side.job.share, '.0%')}"
    return f'<span class="pill {side.state}" role="status">{safe(words)}</span>'


def _loading(side: Side) -> str:
    """How much is being loaded and for how long: half a minute of silence looks like a failure."""
    gigabytes = (side.spec.size_bytes or 0) / 1e9
    size = f", {number(gigabytes, '.1f')} GB" if gigabytes > 1 else ""
    began = side.job.started_at if side.job else None
    elapsed = time.perf_counter() - began if began else 0.0
    return size + (f", {number(elapsed, '.0f')} s" if elapsed > 1 else "")


def title(side: Side, before: int) -> str:
    """Who writes, whether it is a demo model or was taken in, and how far it is."""
    taken = f'<span class="badge">{safe(t("imported"))}</span>' if side.imported else ""
    marks = f"{taken}{unverified_badge(side.run)}"
    return f'<div class="who">{_name(side.spec)}{marks}{pill(side, before)}</div>'


def unknown(found: Imported) -> str:
    """Of an answer that was taken in: from where, and what nobody knows of it."""
    words = t("This answer was taken in from {source}.", source=found.source)
    fields = t("Not known of it: {fields}.", fields=", ".join(found.unknown)) if found.unknown else ""
    return f'<div class="note">{safe(" ".join([words, *found.notes, fields]))}</div>'


def _name(spec: ModelSpec) -> str:
    return f'<h3 class="plain"><b>{safe(spec.label)}</b></h3>{demo_badge(spec)}'


def demo_badge(spec: ModelSpec) -> str:
    """A demo model's badge, which tells what it is when pointed at; nothing for other models."""
    if not spec.demo:
        return ""
    return f'<span class="badge" title="{safe(spec.note)}">{safe(t("demo, not Cosmos"))}</span>'


def asked(side: Side) -> str:
    """Which prompt a side answers, and since when its answer is there."""
    prompt = side.comparison.prompt
    when = f", {moment(side.run.created)} UTC" if side.run else ""
    reasoning = safe(t(" with reasoning")) if prompt.reasoning else ""
    return f'<div class="note">{safe(prompt.name)} <code>{safe(prompt.version[:6])}</code>{reasoning}{when}</div>'


def measures(side: Side, engine: Engine | None = None) -> str:
    """Times, speed and sizes of a saved run, one line; a dash where something was not measured. Before, what keeps
    its `engine` from being fast."""
    run = side.run
    if run is None or run.answer.total_s is None:
        return f'<div class="facts">{safe(retold(engine.note)) if engine and engine.note else "&nbsp;"}</div>'
    answer = run.answer
    facts = [
        (t("first token"), _seconds(answer.first_token_s)),
        (t("total"), _seconds(answer.total_s)),
        (t("tokens/s"), number(answer.tokens_per_s, ".0f") if answer.tokens_per_s else "–"),
        (t("tokens"), number(answer.new_tokens, ",")),
    ]
    if answer.peak_memory_bytes:
        facts.append((t("memory"), f"{number(answer.peak_memory_bytes / 1e9, '.1f')} GB"))
    if answer.path:
        facts.append((t("path"), answer.path))
    facts += server_facts(answer)
    if answer.answers_at_once > 1:
        facts.append((t("at once"), f"{answer.answers_at_once}"))
    if answer.queue_s > 0.5:
        facts.append((t("waited"), _seconds(answer.queue_s)))
    if answer.reused != "none":
        facts.append((t("reused"), t(REUSED[answer.reused])))
        if engine and engine.kept_bytes:
            facts.append((t("kept"), f"{number(engine.kept_bytes / 1e6, ',.0f')} MB"))
    line = "".join(f"<span>{safe(name)} <b>{safe(value)}</b></span>" for name, value in facts)
    slow = f"<span>{safe(t('slow: {why}', why=retold(answer.path_note)))}</span>" if answer.path_note else ""
    return f'<div class="facts">{line}{slow}</div>{_from_cache(answer.reused)}'


def _from_cache(reused: Reused) -> str:
    """That the time of an answer can't be set beside that of one that did all the work, and what was saved."""
    if reused == "none":
        return ""
    saved = {
        "pixels": t("the frames were prepared before"),
        "features": t("it had looked at these frames before"),
        "prefix": t("it had read this clip and the same beginning of the prompt before"),
    }
    why = t(
        "From cache: {why}. These times don't compare with those of a first answer.",
        why=saved[reused],
    )
    return f'<div class="note cached">{safe(why)}</div>'


def body(side: Side, figure: str = "", marks: Marks = NO_MARKS) -> str:
    """The answer, its reasoning folded away, JSON as a table with its `marks`, a figure that shows it; what failed or
    was cut, in a sentence."""
    read = read_answer(side.text, prompt_of(side))
    parts, pieces = read.parts, []
    if parts.reasoning:
        opened = " open" if parts.thinking and not side.ended else ""
        count = len(parts.reasoning.split())
        summary = tn("Reasoning, {n} word", "Reasoning, {n} words", count)
        if parts.thinking and side.ended and not parts.answer:
            summary = t("{reasoning}, cut before the answer", reasoning=summary)
        pieces.append(
            f'<details class="reasoning"{opened}><summary>{safe(summary)}</summary>'
            f'<div class="text">{safe(parts.reasoning)}</div></details>'
        )
    pieces += [figure, _answer(read, side, marks)]
    if sentence := ending(side):
        pieces.append(sentence)
    if side.ended and side.text:
        pieces.append(folded(t("Raw text"), side.text))
    return "".join(pieces)


def prompt_of(side: Side) -> str | None:
    """The rendered prompt of a side, once its run is saved."""
    return side.run.answer.rendered_prompt if side.run else None


def _answer(read: ParsedAnswer, side: Side, marks: Marks) -> str:
    asked = side.comparison
    clock = AnswerClock(asked.clip.duration or None, counts_from(side.spec, asked.settings, asked.planned))
    # A table of thousands of cells would hold up the browser; no prompt asks for one.
    if side.ended and len(read.answer) <= LONG_TEXT:
        note = f'<div class="note">{safe(t(JSON_NOTES[read.state]))}</div>' if read.state in JSON_NOTES else ""
        return note + answer_html(read, clock, marks=marks)
    cursor = '<span class="cursor"></span>' if side.state == "writing" else ""
    if not read.answer and not cursor:
        return ""
    return f'<div class="text answer">{marked_times(read.answer, clock)}{cursor}</div>'


def ending(side: Side) -> str:
    """A sentence for an end that is not a whole answer, else nothing."""
    if failure := side.failure:
        hint = f" {safe(retold(failure.hint))}" if failure.hint else ""
        return f'<div class="failed"><b>{safe(retold(failure.message))}</b>{hint}</div>'
    if side.state == "length":
        limit = side.run.answer.new_tokens if side.run else 0
        if loop := read_answer(side.text, prompt_of(side)).loop:
            return f'<div class="cut">{safe(looped(loop, limit))}</div>'
        words = t("Cut at the limit of {n} tokens. Raise it in the settings for the rest.", n=number(limit, ","))
        return f'<div class="cut">{safe(words)}</div>'
    if side.state == "cancelled":
        return f'<div class="cut">{safe(t("Stopped before its end."))}</div>'
    if side.state == "stop" and not read_answer(side.text, prompt_of(side)).answer:
        return f'<div class="cut">{safe(t("The model ended without an answer."))}</div>'
    return ""


def looped(loop: Loop, limit: int) -> str:
    """What a loop is and what helps: more tokens would be more of the same."""
    return t(
        "It says the same again and again (“{words}”, {rounds} times) and was cut at {limit} tokens. A higher limit "
        "would give more of it: raise the repetition penalty to 1.05 or the temperature, or ask for less at once.",
        words=loop.words if len(loop.words) <= 60 else loop.words[:57] + "…",
        rounds=loop.rounds,
        limit=number(limit, ","),
    )


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{number(value, '.2f')} s"


def waiting(spec: ModelSpec, sees: ModelInput | None, problem: str) -> str:
    """A column before its first answer."""
    head = f'<div class="who">{_name(spec)}</div>'
    if problem:
        return f'{head}<div class="failed">{safe(problem)}</div>'
    if sees is None:
        return head
    words = t(
        "Will see {n} frames of {size} pixels, {tokens} visual tokens.",
        n=len(sees.times.seconds),
        size=sees.size,
        tokens=sees.token_count,
    )
    hint = t("No answer to this prompt yet. Press Run.")
    return f'{head}<div class="waiting">{safe(words)}</div><div class="hint">{safe(hint)}</div>'


def nothing(asked: str = "") -> str:
    """The page before there is any clip, or without the scenario that a link asked for."""
    if asked:
        words = t("It is not among the clips of this folder. Choose another.")
        return f'<div class="empty"><b>{safe(t("No scenario “{name}” here", name=asked))}</b>{safe(words)}</div>'
    words = t("Drop a video, or open a folder of clips, on the left. The models then answer here, side by side.")
    return f'<div class="empty"><b>{safe(t("No clip yet"))}</b>{safe(words)}</div>'


def clip_line(scenario: str, clip: Clip | None) -> str:
    """The name of a scenario and what the file holds."""
    facts = ""
    if clip is not None:
        length, rate = number(clip.duration, ".1f"), t("{n} fps", n=number(clip.fps, ".3g"))
        facts = f"{length} s · {clip.width}×{clip.height} · {rate} · {clip.codec}"
    name = f'<h2 class="plain"><b>{safe(scenario.replace("_", " "))}</b></h2>'
    return f'<div class="scenario">{name}<span>{safe(facts)}</span></div>'


def folded(summary: str, text: str) -> str:
    return f'<details class="raw"><summary>{safe(summary)}</summary><pre>{safe(text) or "–"}</pre></details>'


def version_line(version: PromptVersion) -> str:
    """One version of a prompt in the history: when, which, and how each model ended."""
    reasoning = safe(t(" with reasoning")) if version.reasoning else ""
    control = (
        "" if version.condition == "clip" else f' <span class="pill">{safe(condition_name(version.condition))}</span>'
    )
    models = "".join(
        f'<span class="pill {safe(row.finish)}">{safe(row.model)}</span>' + (demo_dot() if row.demo else "")
        for row in version.latest()
    )
    when = safe(moment(version.newest))
    runs = tn("{n} run", "{n} runs", len(version.rows))
    return (
        f'<div class="version"><b>{safe(version.name)}</b> <code>{safe(version.version[:6])}</code>{reasoning}{control}'
        f"<span>{when} UTC · {safe(runs)}</span>{models}</div>"
    )


def demo_dot() -> str:
    return f'<span class="badge">{safe(t("demo"))}</span>'
