"""Questions as people may put them: many wordings of each task, in English and French, and text about nothing.

The wordings stand in wordings.yaml, those about single facts in wordings_facts.yaml. `HELD_OUT` and `ROUGH` are never
trained on: they show whether new words are understood, those of a careful person and those of anybody.
"""

from functools import cache
from pathlib import Path

import numpy as np
import yaml

from cosmos_compare.demo.words.asked import Asked, Task
from cosmos_compare.demo.words.claims import CLAIMS
from cosmos_compare.demo.words.phrases import Language
from cosmos_compare.demo.words.ways import HASTY, WAYS, hasty, reworded, without_accents

PROMPTS = Path(__file__).resolve().parents[3] / "prompts"
# Which task each shipped prompt file asks for.
SHIPPED: dict[str, Task] = {
    "driving": "describe", "critical_objects": "objects", "risk": "risk", "next_action": "action",
    "timeline": "timeline", "boxes": "boxes", "report": "report",
}  # fmt: skip

_DATA = yaml.safe_load((Path(__file__).parent / "wordings.yaml").read_text(encoding="utf-8"))
FACTS = yaml.safe_load((Path(__file__).parent / "wordings_facts.yaml").read_text(encoding="utf-8"))
ASKED: dict[Language, dict[Task, list[str]]] = _DATA["asked"]
WHEN: dict[Language, dict[str, list[str]]] = _DATA["when"]
PRESENT: dict[Language, list[str]] = _DATA["present"]
NAMES: dict[Language, dict[str, list[str]]] = _DATA["names"]
BEFORE: dict[Language, list[str]] = _DATA["before"]
AFTER: dict[Language, list[str]] = _DATA["after"]
PARTS: dict[Language, dict[Task, list[list[str]]]] = _DATA["parts"]
ASKING = {
    "en": ("What", "What's", "How", "Which", "Is", "Who", "Do", "Can", "Could", "Are"),
    "fr": ("Que", "Quels", "Qui", "Est-ce", "À", "Peux-tu", "Pouvez-vous", "Trouves-tu", "Vois-tu", "La"),
}  # first words of sentences that end in a question mark
NOTHING: dict[Language, list[str]] = _DATA["nothing"]
WORDS: list[str] = _DATA["words"].split()
HELD_OUT: dict[Task, list[str]] = _DATA["held_out"]
ROUGH: dict[Language, dict[Task, list[str]]] = _DATA["rough"]

Rng = np.random.Generator


@cache
def shipped(folder: Path = PROMPTS) -> tuple[tuple[str, str, str], ...]:
    """(name, system turn, question) of each prompt file the project ships."""
    found = []
    for path in sorted(folder.glob("*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        found.append((path.stem, (data.get("system_prompt") or "").strip(), (data.get("user_prompt") or "").strip()))
    return tuple(found)


def ask(rng: Rng, asked: Asked, language: Language) -> str:
    """One wording of a question in `language`; the answer's may be another, which is then asked for."""
    body = _body(rng, asked, language)
    if not asked.keys and rng.random() < 0.6:
        body = reworded(rng, body, language)
    if rng.random() < 0.2 and asked.about is None and not asked.keys:  # or the very word it is about might go
        body = _with_noise(rng, body)
    if asked.form != "free":
        body = _asking_for(rng, FACTS["forms"][asked.form][language], body)
    if asked.language != language:
        body = _asking_for(rng, FACTS["language"][language], body)
    if not asked.keys:
        body = hasty(rng, body, language) if rng.random() < HASTY else _as_typed(rng, body)
    frames = WAYS["frames"]
    begin = _any(rng, frames["before"][language] if rng.random() < 0.2 else BEFORE[language])
    end = _any(rng, frames["after"][language] if rng.random() < 0.2 else AFTER[language])
    return begin + body + end


def _as_typed(rng: Rng, body: str) -> str:
    """As fingers and keyboards make of it: a slip, curly apostrophes, no accents, no capitals, no end."""
    if rng.random() < 0.08 and len(body) > 3:  # two letters change places, or one is missing
        spot = int(rng.integers(len(body) - 2))
        body = body[:spot] + (body[spot + 1] + body[spot] if rng.random() < 0.5 else body[spot]) + body[spot + 2 :]
    if rng.random() < 0.3:
        body = body.replace("'", "\u2019")  # as phones write it
    elif rng.random() < 0.1:
        body = body.replace("'", "")
    if rng.random() < 0.2:
        body = without_accents(body)
    if rng.random() < 0.2:
        body = body.lower()
    return body.rstrip(".?! ") if rng.random() < 0.15 and len(body.strip(".?! ")) > 1 else body


def _asking_for(rng: Rng, ways: dict[str, list[str]], body: str) -> str:
    """The question with a wish for its answer, before or after it."""
    if rng.random() < 0.35:
        return _any(rng, ways["before"]) + body
    return (body.rstrip(".?! ") if rng.random() < 0.3 else body) + _any(rng, ways["after"])


def _body(rng: Rng, asked: Asked, language: Language) -> str:
    task, about = asked.task, asked.about
    if task == "when":
        return _any(rng, WHEN[language].get(about or "", []) + FACTS["when"][language][about or ""])
    if task == "present" and about in CLAIMS:
        return _any(rng, FACTS["polar"][language]) + _any(rng, FACTS["claims"][language][about])
    if task == "present":
        assert about is not None
        name = _any(rng, NAMES[language][about] + FACTS["a"][language][about])
        return _any(rng, FACTS["polar"][language]) + _any(rng, PRESENT[language] + FACTS["present"][language]).format(
            name
        )
    if task in ("count", "side"):
        names = FACTS["many" if task == "count" else "the"][language][about]
        body = _any(rng, FACTS[task][language]).format(_any(rng, names))
        return body[0].upper() + body[1:]
    if task == "scene":
        return _any(rng, FACTS["scene"][language][about])
    more = WAYS["more"][language].get(task)
    if more and rng.random() < 0.2:
        return _any(rng, more)
    if task == "beyond" and rng.random() < 0.5:
        return " ".join(_any(rng, [str(part) for part in parts]) for parts in WAYS["topics"][language])
    if task in ("why", "critical", "beyond"):
        return _any(rng, FACTS[task][language])
    if task == "keys":
        return _any(rng, FACTS["ask_keys"][language]).format(_listed(rng, [name for name, _ in asked.keys]))
    if task == "action" and rng.random() < 0.25:
        return _any(rng, FACTS["next"][language])
    if task in PARTS[language] and rng.random() < 0.4:
        body = " ".join(part for part in (_any(rng, choices) for choices in PARTS[language][task]) if part)
        asks = body.split()[0] in ASKING[language]
        return body + (("?" if language == "en" else " ?") if asks else ".")
    return _any(rng, ASKED[language][task])


def _listed(rng: Rng, names: list[str]) -> str:
    """Keys as people list them."""
    match int(rng.integers(8)):
        case 0:
            return ", ".join(f'"{name}"' for name in names)
        case 1:
            return "{" + ", ".join(f'"{name}": ...' for name in names) + "}"
        case 2:
            return _any(rng, ["/", " / ", " + ", " & ", "; ", " "]).join(names)
        case 3:
            return "{" + ", ".join(names) + "}"
        case 4:
            return "\n" + "\n".join(f"- {name}" for name in names)
        case 5:
            return ", ".join(names)
        case 6:
            return ", ".join(f"`{name}`" for name in names)
    return ", ".join(names[:-1]) + _any(rng, [" and ", " et ", " & "]) + names[-1]


def draw_keys(rng: Rng, language: Language) -> tuple[tuple[str, str], ...]:
    """Two to five keys of JSON, each by one of its names."""
    known: dict[str, list[str]] = FACTS["keys"][language]
    count = int(rng.choice([2, 3, 4, 5], p=[0.35, 0.3, 0.2, 0.15]))
    meanings = [list(known)[int(k)] for k in rng.permutation(len(known))[:count]]
    return tuple((_any(rng, known[meaning]), meaning) for meaning in meanings)


def chatter(rng: Rng, language: Language) -> str:
    """Text that asks for nothing; the answer is a description."""
    if language == "fr" or rng.random() < 0.4:
        return _any(rng, NOTHING[language])
    return filler(rng, int(rng.integers(1, 25)))


def filler(rng: Rng, words: int) -> str:
    """Words without meaning, in sentences, some of them letters by chance."""
    out: list[str] = []
    for k in range(words):
        word = _any(rng, WORDS)
        if rng.random() < 0.06:
            word = "".join(chr(97 + c) for c in rng.integers(0, 26, rng.integers(2, 9)))
        elif rng.random() < 0.03:
            word = str(rng.integers(0, 2000))
        if k == 0 or out[-1].endswith((".", "\n")):
            word = word.capitalize()
        out.append(word + ("." if rng.random() < 0.1 else ",\n" if rng.random() < 0.02 else ""))
    return " ".join(out)


def _with_noise(rng: Rng, body: str) -> str:
    """A word more that says nothing; or, where enough others tell the task, in place of one, or one word less."""
    words = body.split()
    spot = int(rng.integers(len(words)))
    taken = int(rng.integers(2)) if len(words) > 3 and "json" not in words[spot].lower() else 0
    words[spot : spot + taken] = [] if taken and rng.random() < 0.5 else [_unknown(rng)]
    return " ".join(words)


def _unknown(rng: Rng) -> str:
    """A word that says nothing about what is asked: one of `WORDS`, or the halves of two of them."""
    if rng.random() < 0.4:
        return _any(rng, WORDS)
    begin, end = _any(rng, WORDS), _any(rng, WORDS)
    return begin[: (len(begin) + 1) // 2] + end[len(end) // 2 :]


def _any(rng: Rng, items: list[str]) -> str:
    return items[int(rng.integers(len(items)))]
