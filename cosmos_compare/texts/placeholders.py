"""Placeholders: the words of an empty form, by which a model's echo of the form is told from an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_PLACEHOLDER = re.compile(
    r"\s*|\.{2,}|…|<[^<>]*>|\[[^\[\]]*\]|\{[^{}]*\}|[xy][12]?|[xy]_?(?:min|max)|"
    r"kind|label|text|string|str|name|class|category|object(?:[ _]name)?|description|event(?:[ _]name)?|number|int|"
    r"integer|float|bool|boolean|seconds?|time|start|end|value|level|action|reason|what|your [\w ]+|"
    r"(?:libellé|étiquette|texte|chaîne|nom|classe|objet|événement|nombre|secondes?|temps|début|fin|valeur|niveau)|"
    r"[\w -]{1,25}(?:\s*[|/]\s*[\w -]{1,25}){1,8}|"  # low|medium|high
    r"[\w -]{1,25}(?:, [\w -]{1,25}){1,8},? (?:or|ou) [\w -]{1,25}",  # none, low, medium or high
    re.IGNORECASE,
)
MOST_LEAVES = 60


def is_form(data: Any) -> bool:
    """Whether a value holds nothing but placeholders: an echo of the form that was asked for."""
    texts, numbers = 0, 0
    for number, leaf in enumerate(_leaves(data)):
        if number >= MOST_LEAVES or isinstance(leaf, bool):
            return False
        if isinstance(leaf, str):
            if not _PLACEHOLDER.fullmatch(leaf):
                return False
            texts += bool(leaf.strip())
        elif leaf:
            return False
        else:
            numbers += leaf is not None
    return texts > 0 and (numbers > 0 or texts > 1 or not _single(data))


def _single(data: Any) -> bool:
    """Whether a value is one short answer, as {"event": "time"} may be."""
    return isinstance(data, dict) and len(data) == 1


def _leaves(data: Any) -> Iterator[Any]:
    waiting = [data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
        else:
            yield value
