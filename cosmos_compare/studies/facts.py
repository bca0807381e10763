"""What the answers of a study state, and how that stands to the ground truth; read once an answer, then remembered."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from cosmos_compare.errors import CompareError
from cosmos_compare.hints.of_answer import hints_of_run
from cosmos_compare.hints.records import Hint
from cosmos_compare.imports.item import ImportedItem
from cosmos_compare.paths import user_lexicon
from cosmos_compare.records.ground_truth import GroundTruth
from cosmos_compare.records.schema import Run
from cosmos_compare.texts.answers import counts_from, read_answer
from cosmos_compare.texts.facts import Facts, facts_of
from cosmos_compare.texts.letters import letter_of
from cosmos_compare.texts.lexicon import lexicon
from cosmos_compare.video.clips import Scenario, load_ground_truth

FactVerdict = Literal["right", "partly", "wrong", "missing", "not stated", "not known", "unreadable"]
Truth = GroundTruth | ImportedItem | None  # what answers of a row are held against
KINDS = ("objects", "risk", "action", "events")
LETTER = "letter"
LEVELS: tuple[FactVerdict, ...] = ("wrong", "partly", "right")  # by the level of a hint
ROOMS = ("texts", "hints")  # whose code reads the facts


class Fact(NamedTuple):
    """What an answer states of one kind, in words of the vocabulary, and how that stands to the truth.

    `missing`: nothing is stated though the question asks; `not stated`: nothing is, and it need not be; `not known`:
    there is no truth of this kind; `unreadable`: an option is asked for, and none can be read without guessing.
    """

    stated: str
    verdict: FactVerdict

    @property
    def things(self) -> frozenset[str]:
        """What is stated, in no order: two answers that name the same objects agree."""
        return frozenset(self.stated.split(", "))


NOTHING = Fact("", "not known")


class HintLevel(NamedTuple):
    """A hint in short: its level on the scale of the marks, None for none, and what it says."""

    name: str
    level: int | None
    says: str


class AnswerFacts(NamedTuple):
    """The facts of one answer. `events` of the JSON form are label, start and end in seconds of the clip; `letter` is
    the option that an imported question got; `hints` are all that the ground truth lets a program tell."""

    objects: Fact
    risk: Fact
    action: Fact
    events: Fact
    times: tuple[tuple[str, float, float | None], ...] = ()
    letter: Fact = NOTHING
    hints: tuple[HintLevel, ...] = ()

    def of(self, kind: str) -> Fact:
        fact: Fact = getattr(self, kind)
        return fact

    @property
    def wrong(self) -> bool:
        return any(self.of(kind).verdict == "wrong" for kind in (*KINDS, LETTER))

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {kind: self.of(kind).stated for kind in KINDS[:3]}
        told["events"] = [{"label": label, "start": start, "end": end} for label, start, end in self.times]
        told["verdicts"] = {kind: self.of(kind).verdict for kind in KINDS}
        told["hints"] = {hint.name: {"level": hint.level, "says": hint.says} for hint in self.hints}
        return told if self.letter == NOTHING else {"letter": self.letter.stated, "verdict": self.letter.verdict}


def read_facts(run: Run, truth: Truth) -> AnswerFacts:
    """The facts of a saved run, against the truth where there is one; of a question with options its letter alone."""
    if isinstance(truth, ImportedItem):
        if truth.options:
            return AnswerFacts(NOTHING, NOTHING, NOTHING, NOTHING, letter=_letter(run, truth))
        truth = None
    facts = facts_of(read_answer(run.answer.raw, run.answer.rendered_prompt))
    hints: dict[str, Hint] = {hint.name: hint for hint in hints_of_run(run, truth)}
    begin = counts_from(run.model, run.settings, run.frames)
    events = [event.later(begin) for event in facts.events]
    return AnswerFacts(
        objects=Fact(", ".join(facts.objects()), _objects_verdict(facts, hints)),
        risk=Fact(facts.risk.text if facts.risk else "", _verdict(bool(facts.risk), hints.get("risk"))),
        action=Fact(", ".join(_actions(facts)), _verdict(bool(facts.actions), hints.get("action"))),
        events=Fact(
            "; ".join(f"{event.start:.1f} s {event.label}" for event in events),
            _verdict(bool(events), hints.get("events")),
        ),
        times=tuple((event.label, event.start, event.end) for event in events),
        hints=tuple(HintLevel(name, hint.level, hint.summary or hint.why) for name, hint in hints.items()),
    )


def _letter(run: Run, item: ImportedItem) -> Fact:
    letter = letter_of(run.answer.raw, item.options, run.answer.rendered_prompt).letter
    if not letter:
        return Fact("", "unreadable")
    if not item.right:
        return Fact(letter, "not known")
    return Fact(letter, "right" if letter in item.right else "wrong")


def truth_of(scenario: Scenario) -> GroundTruth | None:
    """The ground truth of a scenario; None where there is none, or none that can be read."""
    if scenario.ground_truth is None:
        return None
    try:
        return load_ground_truth(scenario.ground_truth)
    except CompareError:
        return None


def truth_json(truth: Truth) -> dict[str, Any]:
    """The facts of a ground truth, or what is known of an imported question."""
    if truth is None:
        return {}
    if isinstance(truth, ImportedItem):
        told = {"question": truth.question, "options": truth.options, "letter": ", ".join(truth.right)}
        return {**told, "references": list(truth.references), "category": truth.category}
    return {
        "objects": sorted(name for name, one in truth.objects.items() if one.present),
        "risk": truth.risk.level if truth.risk else None,
        "action": truth.expected_action,
        "events": [event.model_dump(include={"label", "start", "end"}) for event in truth.events],
    }


def reader_key(truth: Truth, reader: str = "") -> str:
    """What facts depend on besides the answer: the reader (`reader_now`, looked up unless it is given), the truth."""
    judged = {"options", "right"} if isinstance(truth, ImportedItem) else None
    told = truth.model_dump_json(include=judged) if truth else ""
    return hashlib.sha256(f"{reader or reader_now()}|{told}".encode()).hexdigest()[:16]


def reader_now() -> str:
    """The code that reads, and the words of the lexicon."""
    own = user_lexicon()
    state = f"{own.stat().st_mtime_ns}" if own.is_file() else ""
    return f"{_code()}|{state}"


@cache
def _code() -> str:
    """A digest of the code and the words that read facts: another version reads all answers anew."""
    digest = hashlib.sha256()
    package = Path(__file__).resolve().parents[1]
    for path in sorted(path for room in ROOMS for path in (package / room).glob("*.py")):
        digest.update(path.read_bytes())
    digest.update(repr(lexicon()).encode())
    return digest.hexdigest()


def _objects_verdict(facts: Facts, hints: Mapping[str, Hint]) -> FactVerdict:
    """Wrong where something is named that the truth rules out; else as many of the true ones are named."""
    unsupported = hints.get("unsupported")
    if unsupported is not None and unsupported.level == 0:
        return "wrong"
    return _verdict(bool(facts.objects()), hints.get("objects"))


def _verdict(stated: bool, hint: Hint | None) -> FactVerdict:
    if hint is None:
        return "not known"
    if hint.level is None:
        return "not stated" if not stated else "not known"
    if not stated:
        return "missing"
    return LEVELS[hint.level]


def _actions(facts: Facts) -> list[str]:
    return list(dict.fromkeys(action.action for action in facts.actions))
