"""The same question in other words, and as hasty fingers type it."""

import re
import unicodedata
from functools import cache
from pathlib import Path

import numpy as np
import yaml

from cosmos_compare.demo.words.phrases import Language

WAYS = yaml.safe_load((Path(__file__).parent / "wordings_ways.yaml").read_text(encoding="utf-8"))
SWAPPED = 0.3  # of the words that have others of the same sense
HASTY = 0.25  # of the questions are typed in haste: words cut short, small words left out
SHORTENED, LEFT_OUT = 0.6, 0.3  # of the words for which there is a short way; of the small words

Rng = np.random.Generator


def reworded(rng: Rng, body: str, language: Language) -> str:
    """Some of its words replaced by others of the same sense; the words themselves stay in their place."""
    pattern, groups = _same(language)

    def other(match: re.Match[str]) -> str:
        if rng.random() > SWAPPED:
            return match[0]
        group = groups[match[0].lower()]
        word = group[int(rng.integers(len(group)))]
        return word[0].upper() + word[1:] if match[0][0].isupper() else word

    return pattern.sub(other, body)


def hasty(rng: Rng, body: str, language: Language) -> str:
    """As it is typed in haste: cut short, without small words, capitals, marks."""
    pattern, short = _typed(language)

    def shorter(match: re.Match[str]) -> str:
        ways = short[match[0].lower()]
        return str(ways[int(rng.integers(len(ways)))]) if rng.random() < SHORTENED else match[0]

    body = pattern.sub(shorter, body)
    small = set(WAYS["small"][language])
    words = body.split()
    kept = [word for word in words if word.lower() not in small or rng.random() > LEFT_OUT]
    body = " ".join(kept if len(kept) > 1 else words).lower()
    if rng.random() < 0.6:
        body = without_accents(body)
    if rng.random() < 0.6:
        body = re.sub(r"['’.?!,:;]", "", body) or body
    return body.replace("-", " ") if rng.random() < 0.4 else body


def without_accents(body: str) -> str:
    """As it is written on keyboards that have none."""
    return "".join(c for c in unicodedata.normalize("NFD", body) if not unicodedata.combining(c))


@cache
def _same(language: Language) -> tuple[re.Pattern[str], dict[str, list[str]]]:
    groups: dict[str, list[str]] = {}
    for group in WAYS["same"][language]:
        for word in group:
            groups.setdefault(word.lower(), group)
    return _any_of(groups), groups


@cache
def _typed(language: Language) -> tuple[re.Pattern[str], dict[str, list[str]]]:
    short: dict[str, list[str]] = WAYS["typed"][language]
    return _any_of(short), short


def _any_of(words: dict[str, list[str]]) -> re.Pattern[str]:
    longest = sorted(words, key=len, reverse=True)
    return re.compile(r"(?<![\w'-])(?:" + "|".join(map(re.escape, longest)) + r")(?![\w'-])", re.IGNORECASE)
