"""Markup of the Rate page: answers without what tells their model. Everything is masked first, then escaped.

The same pieces stand on both sides, in the same order, so that the layout tells nothing either.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from cosmos_compare.board import side_of
from cosmos_compare.language import t
from cosmos_compare.ratings.blind import mask
from cosmos_compare.ratings.blind_pair import LETTERS, SIDES, Sheet, verdict_of
from cosmos_compare.ratings.score_sheet import SYMBOLS
from cosmos_compare.ratings.standing import rating_at
from cosmos_compare.schema import AXES, Run
from cosmos_compare.texts.answers import ParsedAnswer, counts_from, read_answer
from cosmos_compare.ui.shared.answer_markup import LONG_TEXT, Clock, answer_html, marked_times
from cosmos_compare.ui.shared.markup import demo_badge, measures
from cosmos_compare.ui.shared.tables import safe

WORDS = {"left": "A better", "right": "B better", "tie": "Tie", "both_bad": "Both bad"}


def heading(sheet: Sheet, number: int) -> str:
    """Which side this is; once names may be seen, also whose, and how fast."""
    letter = f'<span class="letter">{LETTERS[number]}</span>'
    if not sheet.named:
        return f'<div class="who">{letter}<b>Answer {LETTERS[number]}</b></div>'
    run = sheet.runs[number]
    return (
        f'<div class="who">{letter}<b>{safe(run.model.label)}</b>{demo_badge(run.model)}</div>{measures(side_of(run))}'
    )


def answer(sheet: Sheet, number: int) -> str:
    """The answer of one side; its reasoning is folded away where one of the two has any."""
    both = [read_answer(_masked(run.answer.raw, sheet), run.answer.rendered_prompt) for run in sheet.runs]
    run, own = sheet.runs[number], both[number]
    pieces = []
    if any(read.reasoning for read in both):
        text = (
            f'<div class="text">{safe(own.reasoning)}</div>'
            if own.reasoning
            else '<div class="note">No reasoning.</div>'
        )
        pieces.append(f'<details class="reasoning"><summary>Reasoning</summary>{text}</details>')
    pieces.append(_body(own, sheet, run))
    if run.answer.finish == "length" and own.loop:
        words = t("It says the same again and again, {rounds} times, until it was cut.", rounds=own.loop.rounds)
        pieces.append(f'<div class="cut">{safe(words)}</div>')
    elif run.answer.finish == "length":
        pieces.append('<div class="cut">Cut at the limit of tokens.</div>')
    elif not own.answer:
        pieces.append('<div class="cut">Ended without an answer.</div>')
    return "".join(pieces)


def question(sheet: Sheet) -> str:
    """What both were asked."""
    prompt = sheet.runs[0].prompt
    return safe(_masked(prompt.user_prompt.strip() or prompt.system_prompt.strip(), sheet))


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
        f"<figcaption>{at:.2f} s</figcaption></figure>"
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
    head = "<tr><th>Rater</th><th>A</th><th>B</th><th>Verdict</th><th>Notes</th></tr>"
    return f'<table class="json rows">{head}{"".join(lines)}</table>'


def _other(own: pd.DataFrame, left: str) -> str:
    said = verdict_of([rating_at(row) for _, row in own.iterrows()], left)
    if said is None:
        return ""
    rater = own["rater"].iloc[0]
    marks = (f"<td>{signs(getattr(said, side))}</td>" for side in SIDES)
    return f"<tr><td>{safe(rater)}</td>{''.join(marks)}<td>{WORDS[said.choice]}</td><td>{safe(said.notes)}</td></tr>"


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


def _body(read: ParsedAnswer, sheet: Sheet, run: Run) -> str:
    """Prose and tables in their order, and the text as it was written where a table stands for some of it."""
    clock = Clock(run.clip.duration, counts_from(run.model, run.settings, run.frames))
    if len(read.answer) > LONG_TEXT or not read.pieces:
        return f'<div class="text answer">{marked_times(read.answer, clock)}</div>'
    body = answer_html(read, clock, lambda data: _masked_data(data, sheet))
    if any(piece.kind == "json" for piece in read.pieces):
        body += f'<details class="raw"><summary>As written</summary><pre>{safe(read.answer)}</pre></details>'
    return body
