"""The words behind a claim: the sentence of an answer, or the value of its JSON, that makes it."""

from __future__ import annotations

from cosmos_compare.evidence.passages import passages_at, passages_of
from cosmos_compare.records.schema import Run
from cosmos_compare.texts.answers import ParsedAnswer, read_answer
from cosmos_compare.texts.facts import facts_of
from cosmos_compare.texts.reasoning import Span

LONGEST = 240  # characters that are shown


def words_behind(run: Run, claim: str) -> str:
    """Where an answer makes a claim of `controls.claims_of`, in its own words; of an option all that it answers. Empty
    where it does not make it."""
    read = read_answer(run.answer.raw, run.answer.rendered_prompt)
    kind, _, name = str.__str__(claim).partition(": ")  # a claim is English as a string, whoever reads it
    if kind == "option":
        return _cut(read.answer)
    span = _place(read, kind, name)
    return _cut(span.of(read.raw)) if span else ""


def _place(read: ParsedAnswer, kind: str, name: str) -> Span | None:
    facts = facts_of(read)
    if kind == "object":
        return next(
            (each.sentence for each in facts.mentions if each.kind == name and each.standing == "present"), None
        )
    if kind == "risk":
        return facts.risk.sentence if facts.risk and facts.risk.text == name else None
    event = next((each for each in facts.events if each.label == name), None)
    if event is None:
        return None
    passages = passages_of(read)
    return next((passages[number].span for number in passages_at(passages, event.span)), event.span)


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"
