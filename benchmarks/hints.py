"""Precision and recall of each hint over answers of the demo models, whose words are known exactly.

    python -m cosmos_compare.demo.render --seed 41000 --count 210 --fps 8 --size 448x252 --out SCENES
    python benchmarks/hints.py --scenes SCENES --clips CLIPS [--answers FILE] [--limit N] [--short] > table.md

A hint is right to find fault when the answer is at fault: that is told without the lexicon, by the very phrases that
the demo models were taught (cosmos_compare.demo), against the exact truth of a rendered scene or the ground truth of a
real clip. Precision is the share of faults found that are faults, recall that of faults that are found. Answers are
kept in FILE, so that a change of the hints is measured again without the models. docs/HINTS.md holds the tables.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.demo.evaluation.asking import Case, Model
from cosmos_compare.demo.evaluation.marks import ClipTruth as Exact
from cosmos_compare.demo.evaluation.marks import mentions
from cosmos_compare.demo.words.phrases import ADVICE, EVENT, RISK, Language
from cosmos_compare.demo.words.questions import ASKED
from cosmos_compare.hints.of_answer import hints_of
from cosmos_compare.hints.truth import truth_of
from cosmos_compare.paths import SCENARIOS
from cosmos_compare.prompts import load_prompt
from cosmos_compare.records.ground_truth import GroundTruth
from cosmos_compare.records.schema import ModelSpec, Settings
from cosmos_compare.stats.sides import clopper_pearson
from cosmos_compare.texts.answers import counts_from, read_answer
from cosmos_compare.video.clips import find_scenarios, load_ground_truth, probe
from cosmos_compare.video.frames import sample_frames

MODELS = ("reason1-demo", "reason2-demo")
KINDS = ("pedestrian", "cyclist", "car", "oncoming car", "parked vehicle", "truck", "traffic light", "crosswalk")
TOLERANCE_S = 1.0
ADVICE_OF = {"keep": "keep", "slow": "slow", "stop": "stop", "stay": "stop", "go": "pull away"}


@dataclass(frozen=True)
class Question:
    """What is asked, and in which language and form it is answered."""

    name: str
    text: str
    language: Language
    system: str = ""

    @property
    def is_json(self) -> bool:
        return "JSON" in self.text


def questions() -> list[Question]:
    """A description and a form as shipped, and a description in French."""
    shipped = {name: load_prompt(Path(name)) for name in ("driving", "report")}
    asked = [Question(name, prompt.user_prompt, "en", prompt.system_prompt) for name, prompt in shipped.items()]
    return [*asked, Question("describe (fr)", ASKED["fr"]["describe"][0], "fr")]


@dataclass
class Said:
    """An answer read by the phrases that the demo models were taught; None for what it does not say."""

    objects: set[str] = field(default_factory=set)
    risk: str | None = None
    action: str | None = None
    event: str | None = None
    time: float | None = None


def read_exactly(text: str, question: Question) -> Said:
    """What an answer of a demo model says, without the lexicon."""
    if question.is_json:
        return _form(text)
    language = question.language
    named = re.sub(r"(?:the car should|il faut|next:|ensuite ?:).*", "", text, flags=re.IGNORECASE | re.DOTALL)
    risk = re.search(r"(?:danger is|risk is|risk:|danger est|risque est|risque ?:)\s*(\w+)", text, re.IGNORECASE)
    advice = re.search(r"(?:the car should|il faut|next:|ensuite ?:)\s*([^,.;:]+)", text, re.IGNORECASE)
    told = advice[1] if advice else ""
    event = next((name for name, phrase in EVENT[language].items() if phrase in text.lower()), None)
    time = (
        re.search(rf"{re.escape(EVENT[language][event])} (?:at|à) (\d+[.,]\d+) s", text, re.IGNORECASE)
        if event
        else None
    )
    return Said(
        mentions(named),
        _key(RISK[language], risk[1]) if risk else None,
        _key(ADVICE[language], told),
        event,
        float(time[1].replace(",", ".")) if time else None,
    )


def _form(text: str) -> Said:
    try:
        data = json.loads(re.sub(r"^```(?:json)?|```$", "", text.strip()).strip())
    except ValueError:
        return Said()
    listed = [*data.get("road_users", []), data.get("critical_object", "")]
    objects = mentions(json.dumps(listed, ensure_ascii=False))
    objects |= {kind for kind in ("traffic light", "crosswalk") if data.get(kind.replace(" ", "_")) != "not visible"}
    for name in ("key_event", "risk_reason"):
        objects |= mentions(str(data.get(name)))
    event = next((name for name, phrase in EVENT["en"].items() if phrase == data.get("key_event")), None)
    time = data.get("key_event_time")
    return Said(
        objects,
        _key(RISK["en"], str(data.get("risk_level"))),
        _key(ADVICE["en"], str(data.get("next_action"))),
        event,
        float(time) if isinstance(time, int | float) else None,
    )


def _key(table: dict[str, str], phrase: str) -> str | None:
    return next((key for key, words in table.items() if words == phrase.strip().lower()), None)


def faults(said: Said, written: GroundTruth, asked: str) -> dict[str, bool]:
    """Whether an answer is at fault, by kind of hint; a kind that can't be judged is left out."""
    listed = {name.replace("_", " "): thing.present for name, thing in written.objects.items()}
    there = {name for name, present in listed.items() if present}
    named = said.objects | ({"car"} if "oncoming car" in said.objects and "oncoming car" not in listed else set())
    gone = {name for name, present in listed.items() if not present and name in KINDS} | set(written.absent) & set(
        KINDS
    )
    found: dict[str, bool] = {}
    if there and (asked in {"driving", "report", "describe (fr)"} or said.objects):
        found["objects"] = not there <= named
    if named & (there | gone):
        found["unsupported"] = bool(named & gone)
    if written.risk and (said.risk or asked in {"driving", "report"}):
        found["risk"] = said.risk != written.risk.level
    expected = _key(ADVICE["en"], written.expected_action or "")
    if expected and (said.action or asked == "report"):
        found["action"] = said.action is None or ADVICE_OF[said.action] != ADVICE_OF[expected]
    critical = [event for event in written.events if event.critical]
    if critical and (said.time is not None or asked in {"driving", "report"}):
        found["events"] = not all(
            said.time is not None
            and said.event is not None
            and EVENT["en"][said.event] == event.label
            and abs(said.time - event.start) <= (TOLERANCE_S if event.tolerance is None else event.tolerance)
            for event in critical
        )
    return found


@dataclass
class Tally:
    """Faults found and not found, of one hint."""

    both: int = 0
    only_hint: int = 0
    only_true: int = 0
    neither: int = 0
    silent: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, level: int | None, fault: bool, where: str) -> None:
        if level is None:
            self.silent += 1
            return
        flagged = level < 2
        self.both += flagged and fault
        self.only_hint += flagged and not fault
        self.only_true += fault and not flagged
        self.neither += not flagged and not fault
        if flagged != fault and len(self.examples) < 5:
            self.examples.append(f"{'found no fault' if fault else 'found fault'}: {where}")

    @property
    def judged(self) -> int:
        return self.both + self.only_hint + self.only_true + self.neither

    def row(self, name: str) -> str:
        precision = _share(self.both, self.both + self.only_hint)
        recall = _share(self.both, self.both + self.only_true)
        return f"| {name} | {self.judged} | {self.both + self.only_true} | {precision} | {recall} | {self.silent} |"


def _share(successes: int, total: int) -> str:
    if total == 0:
        return "–"
    low, high = clopper_pearson(successes, total)
    return f"{successes / total:.3f} ({low:.3f} to {high:.3f}; {successes} of {total})"


def ask_all(
    folder: Path, specs: list[ModelSpec], limit: int | None, known: Collection[str], in_turn: bool
) -> Iterator[dict[str, Any]]:
    """The answers of all models to all questions about the scenarios of a folder but those `known` already; with
    `in_turn` to one question a scenario."""
    found = [scenario for scenario in find_scenarios(folder) if scenario.ground_truth][:limit]
    found = [scenario for scenario in found if str(scenario.ground_truth) not in known]
    if not found:
        return
    models = [Model(spec) for spec in specs]
    blank = Exact(frozenset(), "", "", "", None, None, ())
    for number, scenario in enumerate(found):
        clip = probe(scenario.video, scenario.id)
        case = Case(scenario.id, sample_frames(clip, Settings(fps=4), specs), blank)
        for model in models:
            begin = counts_from(model.spec, case.frames.settings, case.frames.times)
            for question in questions()[number % 3 :][:1] if in_turn else questions():
                answer = model.ask(case, question.text, system=question.system)
                yield {
                    "truth": str(scenario.ground_truth), "scenario": scenario.id, "model": model.spec.name,
                    "question": question.name, "raw": answer.raw, "prompt": answer.rendered_prompt, "begin": begin,
                }  # fmt: skip
        print(f"{folder.name}: {number + 1} of {len(found)}", file=sys.stderr, flush=True)


def swapped(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same answers, each held against the truth of the next scenario: faults in plenty, as exactly known."""
    truths = list(dict.fromkeys(row["truth"] for row in rows))
    following = dict(zip(truths, [*truths[1:], truths[0]], strict=True))
    return [{**row, "truth": following[row["truth"]]} for row in rows]


def measure(rows: list[dict[str, Any]]) -> dict[str, dict[str, Tally]]:
    """Tallies by model and hint."""
    asked = {question.name: question for question in questions()}
    tallies: dict[str, dict[str, Tally]] = {}
    for row in rows:
        question, written = asked[row["question"]], load_ground_truth(Path(row["truth"]))
        read = read_answer(row["raw"], row["prompt"])
        wrong = faults(read_exactly(read.answer, question), written, question.name)
        for hint in hints_of(read, truth_of(written), question.text, row["begin"]):
            if hint.name in wrong:
                tally = tallies.setdefault(row["model"], {}).setdefault(hint.name, Tally())
                where = f"{row['scenario']}, {row['question']}: {' '.join(read.answer.split())[:300]} [{hint.summary}]"
                tally.add(hint.level, wrong[hint.name], where)
    return tallies


def write_table(heading: str, rows: list[dict[str, Any]], *, examples: bool) -> None:
    """A Markdown table on stdout; checks that answers were judged at all."""
    print(f"### {heading}\n")
    print("| model, hint | answers | at fault | precision of faults | recall of faults | hint silent |")
    print("|---|---|---|---|---|---|")
    found = measure(rows)
    for model, own in sorted(found.items()):
        for hint, tally in own.items():
            print(tally.row(f"{model}, {hint}"))
            if examples and tally.examples:
                print("\n".join(f"<!-- {example} -->" for example in tally.examples))
    print()
    assert all(sum(tally.judged for tally in own.values()) > 0 for own in found.values()), "nothing was judged"


def _kept(answers: Path | None, folder: Path) -> list[dict[str, Any]]:
    """The answers kept of a folder's scenarios, those only that both models have answered."""
    if answers is None or not answers.exists():
        return []
    rows = [json.loads(line) for line in answers.read_text(encoding="utf-8").splitlines()]
    own = [row for row in rows if Path(row["truth"]).is_relative_to(folder)]
    counts = Counter(row["truth"] for row in own)
    return [row for row in own if counts[row["truth"]] >= len(MODELS)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", type=Path, default=SCENARIOS, help="folder of rendered scenarios")
    parser.add_argument("--clips", type=Path, help="folder of real clips with a ground truth")
    parser.add_argument(
        "--answers", type=Path, help="where answers are kept, one a line; those there are not asked again"
    )
    parser.add_argument("--limit", type=int, help="at most this many scenarios of each folder")
    parser.add_argument("--examples", action="store_true", help="show where hints and exact reading differ")
    parser.add_argument("--in-turn", action="store_true", help="one question a scenario, by turns, instead of all")
    parser.add_argument("--short", action="store_true", help="two scenarios only")
    args = parser.parse_args()
    args.limit = 2 if args.short else args.limit
    specs = resolve_models(list(MODELS))
    for name, folder in (("rendered scenes", args.scenes), ("real clips", args.clips)):
        if folder is None:
            continue
        rows = _kept(args.answers, folder)
        for row in ask_all(folder, specs, args.limit, {row["truth"] for row in rows}, args.in_turn):
            rows.append(row)
            if args.answers:
                with args.answers.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")
        heading = f"{name}: {len({row['scenario'] for row in rows})} scenarios, {len(rows)} answers"
        write_table(heading, rows, examples=args.examples)
        write_table(f"{heading}, each against the next one's truth", swapped(rows), examples=args.examples)


if __name__ == "__main__":
    main()
