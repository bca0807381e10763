"""Patterns of sentences about risk, made of the words of the lexicon, for texts in normal form."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from cosmos_compare.texts.lexicon import Lexicon

_TO = r"[\s-]*(?:to|-|–|—|/|or|and|a|ou|et|bordering on|verging on)[\s-]*"
_OF_THING = (
    r"(?:\s*(?:from|to|of|posed by|with|for|due to|du|de la|de|des|lie a|venant de|pour)\s+(?:[a-z']+\s+){1,5}?"
    r"(?=is|are|was|remains|est|reste|sont|[:=]))?"
)
_DEGREE = r"(?:[\s-]+(?:level|degree|amount|niveau|degre))?(?:\s+(?:of|de|d'))?[\s-]*"
_KIND = r"(?:(?:overall|collision|accident|safety|immediate|traffic|driving|general|potential|current|global)\s+)*"
_LEADING = r"(?:a|an|the|it|this|that|is|il|c'|est|un|une|le|answer|reponse|yes|level|niveau|oui)[\s:]+"
_REASON = r"(?=[.,:;!)–—]|\s-\s|$|because|since|as |due|car |parce|given|for )"


class RiskPatterns(NamedTuple):
    """`after`: risk … level. `before`: level … risk. `none`: no risk. `alone`: a level that begins a text. Groups:
    `l1`, `l2` the levels, `l3` a third one (then all are choices), `open` a word such as `from`, `lead` what stands
    between risk and level, `quality` and `tail` what qualifies a denial."""

    after: re.Pattern[str]
    before: re.Pattern[str]
    none: re.Pattern[str]
    alone: re.Pattern[str]
    level: re.Pattern[str]
    choices: re.Pattern[str]
    denial: re.Pattern[str]
    doubt: re.Pattern[str]


@lru_cache(maxsize=4)
def risk_patterns(words: Lexicon) -> RiskPatterns:
    """The patterns of a lexicon, made once."""
    lists = words.lists
    adverbs = rf"(?:(?:{_either(lists['risk_adverbs'])})[\s-]+)*?"
    denial, doubt = _either(lists["risk_denials"]), _either(lists["risk_doubts"])
    not_else = rf"(?!['\s-]*(?:{_either(lists['risk_elsewhere'])})(?![a-z]))"
    level = rf"(?<![a-z0-9])(?:{_either(words.levels)})(?![a-z0-9]){not_else}"
    levels = rf"(?P<l1>{level})(?:{_TO}{adverbs}(?P<l2>{level}))?(?P<l3>{_TO}{adverbs}{level})?"
    opened = rf"(?:(?P<open>between|entre|from|de|d')\s*)?{adverbs}{levels}"
    anchor = rf"(?<![a-z0-9])(?:{_either(lists['anchors'])})s?(?![a-z0-9])"
    signs = r"[:=–—>\"'()\[\],\u2190-\u2bff\ufe0f\U0001f300-\U0001faff-]"  # the last are arrows and pictures
    filler = rf"(?:{signs}|\d(?![\d/%])|(?:{denial}|{doubt}|{_either(lists['risk_between'])})(?![a-z]))"
    lead = rf"(?P<lead>(?:{filler}\s*){{0,14}}?)"
    absence = rf"(?:(?<![a-z0-9])|(?=n't))(?:{_either(lists['risk_absence'])})\s+"
    quality = _either(lists["risk_qualities"])
    not_level = r"(?!\s*(?:level|zone|is|are|factor|est|eleve|of missing))"
    return RiskPatterns(
        after=re.compile(rf"{anchor}{_OF_THING}\s*{lead}{opened}"),
        before=re.compile(rf"(?<![a-z0-9]){opened}{_DEGREE}{_KIND}{anchor}"),
        none=re.compile(
            rf"{absence}(?P<quality>(?:(?:{quality})\s+)*){_KIND}{anchor}(?P<tail>\s+(?:{quality}))?{not_level}"
        ),
        alone=re.compile(rf"^[\s\"'(:.-]*(?:{_LEADING})*{opened}\s*{_REASON}"),
        level=re.compile(opened),
        choices=re.compile(rf"{level}(?:\s*(?:[,/:]|or|ou|and|et)+\s*{level}){{2,}}"),
        denial=re.compile(rf"(?<![a-z])(?:{denial})(?![a-z])"),
        doubt=re.compile(rf"(?<![a-z])(?:{doubt})(?![a-z])"),
    )


def _either(phrases: Iterable[str]) -> str:
    """Any of some phrases, the longest first; spaces and hyphens are the same."""
    ordered = sorted(set(phrases), key=len, reverse=True)
    return "|".join(re.sub(r"\\?[ -]", r"[\\s-]+", re.escape(phrase)) for phrase in ordered)
