"""Markup of the Rate page: answers without what tells their model. Everything is masked first, then escaped.

The same pieces stand on both sides, in the same order, so that the layout tells nothing either.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from cosmos_compare.board import side_of
from cosmos_compare.evidence.claims import seconds_words
from cosmos_compare.evidence.places import Places, coordinates_of, nearest, places_of, untimed
from cosmos_compare.language import number, t
from cosmos_compare.ratings.blind import mask
from cosmos_compare.ratings.blind_pair import LETTERS, SIDES, Sheet, SideChoice, verdict_of
from cosmos_compare.ratings.score_sheet import SYMBOLS
from cosmos_compare.ratings.standing import rating_at
from cosmos_compare.records.schema import AXES, Run
from cosmos_compare.records.setting_fields import CONDITION_WORDS
from cosmos_compare.texts.answers import ParsedAnswer, counts_from, read_answer
from cosmos_compare.texts.boxes import Scale
from cosmos_compare.texts.one_form import one_form, prose_in_one_form
from cosmos_compare.ui.shared.answer_markup import LONG_TEXT, NO_MARKS, AnswerClock, Marks, answer_html, marked_times
from cosmos_compare.ui.shared.boxed import boxed
from cosmos_compare.ui.shared.evidence import is_too_long
from cosmos_compare.ui.shared.jpeg import jpeg
from cosmos_compare.ui.shared.markup import demo_badge, measures
from cosmos_compare.ui.shared.server_markup import unverified_badge
from cosmos_compare.ui.shared.tables import safe

MOST_FRAMES = 12  # with places on them that are shown; the video shows all


def words_of(choice: SideChoice) -> str:
    """A verdict for people."""
    return {"left": t("A better"), "right": t("B better"), "tie": t("Tie"), "both_bad": t("Both bad")}[choice]


def heading(sheet: Sheet, number: int) -> str:
    """Which side this is; once names may be seen, also whose, and how fast."""
    letter = f'<span class="letter">{LETTERS[number]}</span>'
    if not sheet.named:
        return f'<div class="who">{letter}<b>{t("Answer {letter}", letter=LETTERS[number])}</b></div>'
    run = sheet.runs[number]
    name = f"<b>{safe(run.model.label)}</b>{demo_badge(run.model)}{unverified_badge(run)}{_arm(sheet, number)}"
    return f'<div class="who">{letter}{name}</div>{measures(side_of(run))}'


def _arm(sheet: Sheet, number: int) -> str:
    """What tells two arms of one model apart."""
    prompts = [f"{run.prompt.name} {run.prompt.version[:6]}" for run in sheet.runs]
    conditions = [CONDITION_WORDS[run.settings.condition] for run in sheet.runs]
    told = [words[number] for words in (prompts, conditions) if words[0] != words[1]]
    return f"<span>{safe(', '.join(told))}</span>" if told else ""


def shown_run(sheet: Sheet) -> Run:
    """The run whose clip and frames are shown to both sides: frame sizes differ by model, and a control has no clip."""
    fixed = sorted(sheet.runs, key=lambda run: run.id != sheet.pair.a.id)
    return min(fixed, key=lambda run: run.settings.condition != "clip")


def answer(sheet: Sheet, number: int, marks: Marks = NO_MARKS) -> str:
    """The answer of one side; reasoning that only one of the two has has its place on both."""
    both = [read_answer(run.answer.raw, run.answer.rendered_prompt) for run in sheet.runs]
    run, own = sheet.runs[number], both[number]
    pieces = []
    if any(read.reasoning for read in both):
        words = _masked(own.reasoning, sheet)
        text = f'<div class="text">{safe(words)}</div>' if words else f'<div class="note">{t("No reasoning.")}</div>'
        pieces.append(f'<details class="reasoning"><summary>{t("Reasoning")}</summary>{text}</details>')
    pieces.append(_body(own, sheet, number, marks))
    if run.answer.finish == "length" and own.loop:
        words = t("It says the same again and again, {rounds} times, until it was cut.", rounds=own.loop.rounds)
        pieces.append(f'<div class="cut">{safe(words)}</div>')
    elif run.answer.finish == "length":
        pieces.append(f'<div class="cut">{t("Cut at the limit of tokens.")}</div>')
    elif not own.answer:
        pieces.append(f'<div class="cut">{t("Ended without an answer.")}</div>')
    return "".join(pieces)


def figure(sheet: Sheet, frames: Sequence[Path]) -> str:
    """What both sides locate, in one picture for each frame of `frames`, which are the same for both; nothing where
    neither locates anything. What can't be drawn is said."""
    places = places_of_sides(sheet)
    seconds = shown_run(sheet).frames.seconds
    pictures = [_picture(places, frame, frames, seconds) for frame in sorted({n for own in places for n in own.frames})]
    notes = [
        f'<div class="note">{letter}: {safe(problem)}</div>'
        for letter, run, own in zip(LETTERS, sheet.runs, places, strict=True)
        for problem in own.problems
        if sheet.named or run.model.boxes != "unknown"  # which would tell the model
    ]
    drawn = [picture for picture in pictures if picture][:MOST_FRAMES]
    where = safe(t("Places of both answers"))
    row = f'<div class="located" tabindex="0" role="group" aria-label="{where}">{"".join(drawn)}</div>' if drawn else ""
    return row + "".join(notes)


def _picture(places: Sequence[Places], frame: int, frames: Sequence[Path], seconds: Sequence[float]) -> str:
    picture = jpeg(frames[frame]) if frame < min(len(frames), len(seconds)) else ""
    if not picture:
        return ""
    words = t("Frame at {time}", time=seconds_words(seconds[frame]))
    last = frame == len(seconds) - 1
    told = next((words for own in places if last and (words := untimed(own))), "")
    return boxed(
        picture, [(number, own.on(frame)) for number, own in enumerate(places)], f"{words}, {told}" if told else words
    )


def places_of_sides(sheet: Sheet) -> list[Places]:
    """What each side locates on the frames of the clip that both are shown with, labels masked."""
    shown = shown_run(sheet).frames.seconds
    return [_masked_places(run, sheet, shown) for run in sheet.runs]


def _masked_places(run: Run, sheet: Sheet, shown: Sequence[float]) -> Places:
    if is_too_long(run):
        return Places()
    found = places_of(run)
    if not shown:
        return Places(problems=found.problems)
    located = []
    for place in found.located:
        frame = None if place.frame is None else nearest(run.frames.seconds[place.frame], shown)
        box = place.box._replace(label=_masked(place.box.label, sheet))
        located.append(place._replace(box=box, frame=frame))
    return Places(tuple(located), found.problems)


def question(sheet: Sheet) -> str:
    """What both were asked; two questions in an order that tells no sides."""
    prompts = sorted((run.prompt for run in sheet.runs), key=lambda prompt: prompt.version)
    texts = dict.fromkeys(prompt.user_prompt.strip() or prompt.system_prompt.strip() for prompt in prompts)
    return safe(_masked(t(" — or — ").join(texts), sheet))


def scenario(sheet: Sheet) -> str:
    return safe(_masked(sheet.pair.scenario.replace("_", " "), sheet))


def fold(kind: str, label: str, key: str, body: str) -> str:
    """A part of the page that one key opens without asking the server."""
    return (
        f'<details class="fold {kind}"><summary>{safe(label)}<kbd>{safe(key)}</kbd></summary>'
        f'<div class="inside">{body}</div></details>'
    )


def pictures(jpegs: Sequence[str], seconds: Sequence[float]) -> str:
    """Frames in a row with their times; `jpegs` are base64."""
    cells = [
        f'<figure class="frame"><img src="data:image/jpeg;base64,{jpeg}" alt="">'
        f"<figcaption>{number(at, '.2f')} s</figcaption></figure>"
        for jpeg, at in zip(jpegs, seconds, strict=False)
    ]
    return f'<div class="strip">{"".join(cells)}</div>'


def others(sheet: Sheet, standing: pd.DataFrame) -> str:
    """What other raters said about a pair that this rater has rated, one row a rater; empty before that."""
    if sheet.own is None:
        return ""
    rows = standing[(standing["pair_id"] == sheet.pair.id) & (standing["rater"] != sheet.rater)]
    lines = [_other(own, sheet.runs[0].id) for _, own in rows.groupby("rater", observed=True)]
    if not any(lines):
        return ""
    titles = (t("Rater"), "A", "B", t("Verdict"), t("Notes"))
    head = f"<tr>{''.join(f'<th>{title}</th>' for title in titles)}</tr>"
    return f'<table class="json rows">{head}{"".join(lines)}</table>'


def _other(own: pd.DataFrame, left: str) -> str:
    said = verdict_of([rating_at(row) for _, row in own.iterrows()], left)
    if said is None:
        return ""
    rater = own["rater"].iloc[0]
    marks = (f"<td>{signs(getattr(said, side))}</td>" for side in SIDES)
    return f"<tr><td>{safe(rater)}</td>{''.join(marks)}<td>{words_of(said.choice)}</td><td>{safe(said.notes)}</td></tr>"


def signs(marks: Sequence[int | None]) -> str:
    """Seven marks as signs, in the order of the axes."""
    assert len(marks) == len(AXES)
    return "".join("–" if mark is None else SYMBOLS[mark] for mark in marks)


def _masked(text: str, sheet: Sheet) -> str:
    return mask(text, sheet.hidden) if sheet.hidden else text


def _masked_data(data: Any, sheet: Sheet) -> Any:
    """Parsed JSON with every string masked: an escape may have hidden a name until now."""
    if isinstance(data, dict):
        return {_masked(str(key), sheet): _masked_data(value, sheet) for key, value in data.items()}
    if isinstance(data, list):
        return [_masked_data(item, sheet) for item in data]
    return _masked(data, sheet) if isinstance(data, str) else data


def masker(sheet: Sheet) -> Callable[[str], str]:
    """What hides the names of both models in a text."""
    return lambda text: _masked(text, sheet)


def cleaner(sheet: Sheet, number: int) -> Callable[[str], str]:
    """What makes a text of one side tell no model: names masked, coordinates in one convention."""
    scale = _scale(sheet.runs[number])
    return lambda text: _masked(prose_in_one_form(text, scale) if scale else text, sheet)


def _scale(run: Run) -> Scale | None:
    return read_answer(run.answer.raw, run.answer.rendered_prompt).scale(*coordinates_of(run))


def _body(read: ParsedAnswer, sheet: Sheet, number: int, marks: Marks) -> str:
    """Prose and tables in their order, coordinates in one convention; once names are shown, also as it was written."""
    run = sheet.runs[number]
    clock = AnswerClock(run.clip.duration or None, counts_from(run.model, run.settings, run.frames))
    scale, words = _scale(run), cleaner(sheet, number)

    def data(value: Any) -> Any:
        return _masked_data(one_form(value, scale) if scale else value, sheet)

    if len(read.answer) > LONG_TEXT or not read.pieces:
        return f'<div class="text answer">{marked_times(words(read.answer), clock)}</div>'
    body = answer_html(read, clock, data, words, marks)
    if sheet.named and any(piece.kind == "json" for piece in read.pieces):
        body += f'<details class="raw"><summary>{t("As written")}</summary><pre>{safe(read.answer)}</pre></details>'
    return body
