"""Results: the answers of one arm as the file that a format's own evaluation takes; ours where it has none.

Written as programs read them: a text stays what it is. What was not answered is left out. A letter that can't be read
is never made up: the text stands in its place where the format takes texts, and the item is left out where it takes
letters only.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath
from typing import Any, NamedTuple

import orjson

from cosmos_compare.imports.formats.llava import ANSWERED
from cosmos_compare.imports.formats.vantage import TASKS
from cosmos_compare.imports.item import ImportedItem, SetFacts


class Answered(NamedTuple):
    """An item and what a model answered: the whole text, its parts, and the letter that was read of it."""

    item: ImportedItem
    run: str
    model: str
    raw: str
    answer: str
    reasoning: str
    letter: str
    why: str


class ResultFile(NamedTuple):
    """A file's ending, its content, and how many of the answers are not in it."""

    suffix: str
    data: bytes
    left_out: int = 0


def result_file(facts: SetFacts, answers: Sequence[Answered]) -> ResultFile:
    """The result file of one arm's answers to a set."""
    return _WRITERS.get(facts.format, _ours)(facts, answers)


def _ours(facts: SetFacts, answers: Sequence[Answered]) -> ResultFile:
    """A JSON line an item: row, question, letter read, right, run."""
    return ResultFile(".jsonl", b"".join(orjson.dumps(_our_line(own)) + b"\n" for own in answers))


def _our_line(own: Answered) -> dict[str, Any]:
    item = own.item
    line = {"row": item.row, "item": item.id, "video": item.video, "question": item.question}
    line |= {"category": item.category, "subcategory": item.subcategory, "answer": own.answer}
    if item.options:
        right = list(item.right)
        line |= {"letter": own.letter or None, "right": right, "why_unreadable": own.why or None}
        line |= {"is_right": own.letter in item.right if right else None}
    else:
        line |= {"references": list(item.references)}
    return line | {"run": own.run, "model": own.model}


def _llava(facts: SetFacts, answers: Sequence[Answered]) -> ResultFile:
    """A JSON list as the cookbook's evaluation writes it."""
    rows = [
        {
            "datasource": facts.name,
            "video_id": own.item.keys.get("id") or own.item.video,
            "prompt": own.item.question,
            "correct_answer": own.item.keys.get(ANSWERED, ""),
            "reasoning": own.reasoning,
            "answer": own.letter if own.item.options else own.answer,
            "full_response": own.raw,
            "is_correct": own.letter in own.item.right if own.item.scored else None,
        }
        for own in answers
    ]
    return ResultFile(".json", orjson.dumps(rows, option=orjson.OPT_INDENT_2))


def _vantage(facts: SetFacts, answers: Sequence[Answered]) -> ResultFile:
    """A JSON line an item with an id of its task."""
    lines = [orjson.dumps(_vantage_line(own)) + b"\n" for own in answers]
    return ResultFile(".jsonl", b"".join(lines))


def _vantage_line(own: Answered) -> dict[str, Any]:
    keys, stem = own.item.keys, PurePosixPath(own.item.video).stem
    return {
        "id": f"{stem}__{TASKS[keys['task']][0]}_{int(keys['index']):06d}",
        "task": keys["task"],
        "conversations": [{"from": "assistant", "value": own.letter or own.answer}],
        "metadata": {"model": own.model, "box_coord_order": "xyxy", "extra": {}},
    }


def _lingoqa(facts: SetFacts, answers: Sequence[Answered]) -> ResultFile:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["question_id", "segment_id", "answer"])
    for own in answers:
        answer = re.sub(r"\s+", " ", own.answer).strip()
        writer.writerow([own.item.keys["question_id"], own.item.keys["segment_id"], answer])
    return ResultFile(".csv", out.getvalue().encode())


def _wts(facts: SetFacts, answers: Sequence[Answered]) -> ResultFile:
    """A letter an id. Of several cameras the letter that most of them got; where as many got another, none."""
    found: dict[tuple[str, str], list[str]] = {}
    for own in answers:
        letters = found.setdefault((own.item.keys["id"], own.item.keys["question"]), [])
        letters += [own.letter] if own.letter else []
    rows = [{"id": key[0], "correct": letter.lower()} for key, own in found.items() if (letter := _most(own))]
    return ResultFile(".json", orjson.dumps(rows, option=orjson.OPT_INDENT_2), len(found) - len(rows))


def _most(letters: Sequence[str]) -> str:
    counts = Counter(letters).most_common(2)
    return counts[0][0] if counts and (len(counts) == 1 or counts[0][1] > counts[1][1]) else ""


_WRITERS: dict[str, Callable[[SetFacts, Sequence[Answered]], ResultFile]] = {
    "llava": _llava,
    "vantage": _vantage,
    "lingoqa": _lingoqa,
    "wts": _wts,
}
