"""All hints of one answer."""

from __future__ import annotations

from cosmos_compare.hints.events import events_hint
from cosmos_compare.hints.format import format_hint
from cosmos_compare.hints.judgement import action_hint, risk_hint
from cosmos_compare.hints.objects import objects_hint, unsupported_hint
from cosmos_compare.hints.records import Hint
from cosmos_compare.hints.truth import Truth, truth_of
from cosmos_compare.records.ground_truth import GroundTruth
from cosmos_compare.records.schema import Run
from cosmos_compare.texts.answers import ParsedAnswer, counts_from, read_answer
from cosmos_compare.texts.facts import facts_of
from cosmos_compare.texts.lexicon import Lexicon, lexicon
from cosmos_compare.texts.normal import plain

KINDS = ("objects", "risk", "action", "events")


def asked_for(question: str, words: Lexicon | None = None) -> frozenset[str]:
    """The kinds of facts that a question asks for, by its words."""
    known, text = words or lexicon(), plain(question)
    return frozenset(kind for kind in KINDS if known.pattern(f"questions_{kind}").search(text))


def hints_of_run(run: Run, written: GroundTruth | None) -> tuple[Hint, ...]:
    """The hints of a saved run; only that of its form where there is no ground truth."""
    read = read_answer(run.answer.raw, run.answer.rendered_prompt)
    question = run.prompt.user_prompt or run.prompt.system_prompt
    form = format_hint(read, run.answer.finish, question)
    if written is None or run.answer.finish == "error":
        return (form,)
    begin = counts_from(run.model, run.settings, run.frames)
    return (*hints_of(read, truth_of(written), question, begin), form)


def hints_of(read: ParsedAnswer, truth: Truth, question: str, begin: float = 0.0) -> tuple[Hint, ...]:
    """The hints of an answer against the truth; `begin` is the second of the clip from which its model counts."""
    facts, asked = facts_of(read), asked_for(question, truth.words)
    return (
        objects_hint(facts, truth, "objects" in asked),
        unsupported_hint(facts, truth),
        risk_hint(facts, truth, "risk" in asked),
        action_hint(facts, truth, "action" in asked),
        events_hint(facts, truth, "events" in asked, begin),
    )
