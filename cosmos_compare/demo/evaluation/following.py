"""Whether the demo models follow the question: every kind of question, in words that training never saw.

    python -m cosmos_compare.demo.evaluation.following --scenarios DIR [DIR …] --wordings FILE [--processes 4]

FILE holds, for each task, lists of questions in four groups (English and French, careful and rough); an entry is a
question, or a pair of what it is about and the question. Each clip is asked something of every task. A question that
shares three quarters of its words with one of training is left out of the marks.
"""

import argparse
import json
import multiprocessing
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.demo.evaluation.asking import Case, Model, case_of, told
from cosmos_compare.demo.evaluation.conditions import MANNERS, near_times, same_words, scene_of
from cosmos_compare.demo.evaluation.kinds import is_of_kind
from cosmos_compare.demo.evaluation.marks import mentions
from cosmos_compare.demo.words import questions
from cosmos_compare.demo.words.answers_text import answer
from cosmos_compare.demo.words.asked import Asked, Manner, ShownFrames, Task
from cosmos_compare.demo.words.claims import CLAIMS
from cosmos_compare.demo.words.marked import unmarked
from cosmos_compare.demo.words.phrases import Language
from cosmos_compare.demo.world.camera import PIXEL
from cosmos_compare.demo.world.fact_records import SceneFacts
from cosmos_compare.demo.world.facts import facts
from cosmos_compare.demo.world.observe import observe
from cosmos_compare.texts.lenient_json import read_json

KNOWN = 0.75  # of the words that two questions use, shared: then one of them is not new
TASK_OF: dict[str, Task] = {
    "description": "describe", "advice": "action", "next": "action", "event_time": "when", "yes_no": "present",
    "json_keys": "keys", "off_topic": "beyond",
}  # fmt: skip
# Tasks whose mark is the kind of answer; whether it is also right stands beside it.
BY_KIND = (
    "description",
    "objects",
    "risk",
    "advice",
    "event_time",
    "ego",
    "language",
    "one_sentence",
    "next",
    "off_topic",
)


@dataclass(frozen=True)
class FollowingQuestion:
    """One question of the file: `asked` with `keys` where JSON is asked for."""

    task: str
    group: str
    text: str
    asked: Asked
    new: bool


@dataclass(frozen=True)
class JudgedAnswer:
    """One answer: whether it is of the kind asked for, whether right; `truth` is the true answer to yes or no."""

    model: str
    task: str
    group: str
    new: bool
    kind: bool
    right: bool
    truth: bool | None = None
    black: bool = False


def items(file: Path) -> dict[str, list[FollowingQuestion]]:
    """The questions of each task, mixed, so that a few clips get some of each group."""
    table: dict[str, dict[str, list[Any]]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    found = {}
    for task, groups in table.items():
        made = [_item(task, group, entry) for group, entries in groups.items() for entry in entries]
        found[task] = [made[k] for k in np.random.default_rng(0).permutation(len(made))]
    return found


def _item(task: str, group: str, entry: Any) -> FollowingQuestion:
    about, text = entry if isinstance(entry, list) else (None, entry)
    spoken: Language = "fr" if group.startswith("fr") else "en"
    return FollowingQuestion(task, group, text, _asked(task, about, spoken), _novelty(text) < KNOWN)


def _asked(task: str, about: Any, spoken: Language) -> Asked:
    if task == "json_keys":
        meanings = {name: key for key, names in questions.FACTS["keys"][spoken].items() for name in names}
        return Asked("keys", spoken, keys=tuple((name, meanings.get(name, "")) for name in about))
    other: Language = "en" if spoken == "fr" else "fr"
    if task in ("one_word", "one_sentence", "language"):
        kind, _, what = str(about).partition(":")
        detail = kind if kind in ("weather", "day", "place", "light") else what or None
        real: Any = "scene" if detail == kind else kind
        language = other if task == "language" else spoken
        return Asked(real, language, detail, form={"one_word": "word", "one_sentence": "sentence"}.get(task, "free"))  # type: ignore[arg-type]
    real = TASK_OF.get(task, task)
    return Asked(real, spoken, about)


@cache
def _trained() -> tuple[frozenset[str], ...]:
    """The words of every question that training draws from, blanks filled."""
    texts: list[str] = []
    languages: tuple[Language, ...] = ("en", "fr")
    for language in languages:
        own = {name: part[language] for name, part in questions.FACTS.items() if language in part}
        texts += [text for name in ("why", "critical", "next", "beyond") for text in own[name]]
        texts += [text for name in ("claims", "scene", "when") for group in own[name].values() for text in group]
        for form, names in (("present", "a"), ("count", "many"), ("side", "the")):
            texts += [text.format(name) for text in own[form] for group in own[names].values() for name in group]
        texts += [text for group in questions.ASKED[language].values() for text in group]
        texts += [text for group in questions.WHEN[language].values() for text in group]
        texts += questions.NOTHING[language]
    return tuple({_words(text) for text in texts})


def _words(text: str) -> frozenset[str]:
    plain = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
    return frozenset(re.findall(r"\w+", plain))


def _novelty(text: str) -> float:
    """The largest share of words in common with a question of training."""
    own = _words(text)
    return max(len(own & theirs) / len(own | theirs) for theirs in _trained())


def facts_of(folder: Path, case: Case) -> SceneFacts | None:
    """What is true of the frames of a case, or None where a careful person could argue."""
    scene, size = scene_of(folder, case)
    times = np.array(case.frames.times.seconds)
    return facts(scene, observe(scene, times, size[0] / size[1] * PIXEL), np.arange(len(times)))


def clear(asked: Asked, found: SceneFacts) -> bool:
    """Whether the answer to a question is beyond doubt here."""
    if asked.task == "present" and asked.about in CLAIMS:
        return CLAIMS[asked.about](found) is not None
    if asked.task == "count":
        return found.counts[asked.about or ""] is not None
    if asked.task == "side":
        return found.sides.get(asked.about, "absent") is not None  # type: ignore[call-overload]
    return True


def truth_of(asked: Asked, found: SceneFacts) -> bool | None:
    if asked.task != "present":
        return None
    about = asked.about or ""
    return CLAIMS[about](found) if about in CLAIMS else any(seen.kind == about for seen in found.objects)


def marked(model: Model, case: Case, found: SceneFacts, item: FollowingQuestion, black: bool = False) -> JudgedAnswer:
    """Ask one question and mark the answer."""
    manner: Manner = MANNERS[model.spec.name]
    images = case.frames.for_model(model.spec)
    said = model.ask(case, item.text, np.zeros_like(images) if black else None).raw.strip()
    begin = case.frames.times.seconds[0] if manner == "driver" else 0.0
    height, width = images.shape[1:3]
    shown = ShownFrames(tuple(t - begin for t in case.frames.times.seconds), width, height)
    kind = is_of_kind(said, item.asked, manner)
    right = kind and _right(said, item, found, shown, manner)
    return JudgedAnswer(
        model.spec.name, item.task, item.group, item.new, kind, right, truth_of(item.asked, found), black
    )


def _right(said: str, item: FollowingQuestion, found: SceneFacts, shown: ShownFrames, manner: Manner) -> bool:
    asked = item.asked
    if asked.task == "keys":
        if not all(meaning for _, meaning in asked.keys):
            return True  # names that no model knows: only the keys count
        wanted = read_json(unmarked(answer(found, shown, asked, manner))).data
        return bool(read_json(said).data == wanted)
    wanted = unmarked(answer(found, shown, asked, manner))
    if asked.task == "present":
        return said.split()[0].strip(",:.").lower() == wanted.split()[0].strip(",:.").lower()
    if asked.task == "count":
        return re.findall(r"\d+", said) == re.findall(r"\d+", wanted)
    if asked.task in ("describe", "objects"):
        return mentions(said) == {seen.kind for seen in found.objects}
    return same_words(said, wanted) and all(near_times(said, wanted))


def chosen(every: list[FollowingQuestion], number: int, found: SceneFacts, count: int) -> Iterator[FollowingQuestion]:
    """The questions of a task for clip `number`: the next ones in turn whose answers are clear."""
    turn = [every[(number * count + k) % len(every)] for k in range(len(every))]
    fitting = [item for item in turn if clear(item.asked, found)]
    yield from fitting[:count]


def measure_clips(job: tuple[Path, Path, list[str], list[int]]) -> list[JudgedAnswer]:
    """The marks of some of a folder's clips, by their place in it. Runs in a process of its own."""
    folder, wordings, names, numbers = job
    import torch

    torch.set_num_threads(1)
    specs = resolve_models(names)
    models, every = [Model(spec) for spec in specs], items(wordings)
    marks: list[JudgedAnswer] = []
    scenarios = told(folder)
    for number in numbers:
        case = case_of(scenarios[number], specs)
        found = facts_of(folder, case)
        if found is None:
            continue
        for model in models:
            for task, questions_of in every.items():
                count = 4 if task == "yes_no" else 1
                for item in chosen(questions_of, number, found, count):
                    marks.append(marked(model, case, found, item))
                    if task == "yes_no":
                        marks.append(marked(model, case, found, item, black=True))
    return marks


def measure(folders: list[Path], wordings: Path, names: list[str], processes: int) -> list[JudgedAnswer]:
    jobs = []
    for folder in folders:
        count = len(told(folder))
        jobs += [(folder, wordings, names, list(range(k, count, processes))) for k in range(min(processes, count))]
    if processes == 1:
        return [mark for job in jobs for mark in measure_clips(job)]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        return [mark for part in pool.map(measure_clips, jobs, chunksize=1) for mark in part]


def share(marks: list[JudgedAnswer], by: str) -> float | None:
    values = [getattr(mark, by) for mark in marks]
    return round(sum(values) / len(values), 3) if values else None


def balanced(marks: list[JudgedAnswer]) -> float | None:
    """The mean of the shares right among what is true and among what is false."""
    sides = [share([mark for mark in marks if mark.truth is truth], "right") for truth in (True, False)]
    known = [side for side in sides if side is not None]
    return round(sum(known) / len(known), 3) if known else None


def summary(marks: list[JudgedAnswer], name: str) -> dict[str, Any]:
    """Of one model: the mark of each task, for new words; and of each group."""
    own = [mark for mark in marks if mark.model == name and mark.new]
    seen = [mark for mark in own if not mark.black]
    report: dict[str, Any] = {}
    for task in dict.fromkeys(mark.task for mark in seen):
        of_task = [mark for mark in seen if mark.task == task]
        row: dict[str, Any] = {"asked": len(of_task), "kind": share(of_task, "kind"), "right": share(of_task, "right")}
        if task == "yes_no":
            row["balanced"] = balanced(of_task)
            row["balanced_black"] = balanced([mark for mark in own if mark.black])
        by = "kind" if task in BY_KIND else "right"
        for group in dict.fromkeys(mark.group for mark in of_task):
            row[group] = share([mark for mark in of_task if mark.group == group], by)
        report[task] = row
    for word in ("rough", "careful", "en", "fr"):
        part = [mark for mark in seen if word in mark.group.split("_")]
        report[f"all_{word}"] = (
            share([mark for mark in part if mark.task in BY_KIND], "kind"),
            share([mark for mark in part if mark.task not in BY_KIND], "right"),
        )
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure whether the demo models follow the question.")
    parser.add_argument("--scenarios", type=Path, nargs="+", required=True)
    parser.add_argument("--wordings", type=Path, required=True)
    parser.add_argument("--models", nargs="+", default=list(MANNERS))
    parser.add_argument("--processes", type=int, default=1)
    args = parser.parse_args()
    marks = measure(args.scenarios, args.wordings, args.models, args.processes)
    print(json.dumps({name: summary(marks, name) for name in args.models}, indent=1))


if __name__ == "__main__":
    main()
