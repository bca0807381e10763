"""Risk that a text states: a level, or a range of two, with the words it was read from. In doubt nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

from cosmos_compare.records.ground_truth import RiskLevel
from cosmos_compare.texts.lexicon import Lexicon
from cosmos_compare.texts.normal import Normal, normal
from cosmos_compare.texts.reasoning import Span
from cosmos_compare.texts.risk_patterns import RiskPatterns, risk_patterns

ORDER: tuple[RiskLevel, ...] = ("none", "low", "medium", "high")

_CHANGE = re.compile(
    r"(?:went|increas|ris|grow|escalat|drop|decreas|fall|goes|augment|mont|pass|baiss|devien|becom)\w*"
)
_NUMERIC = re.compile(
    r"(?P<score>\d{1,3}(?:[.,]\d+)?)\s*(?:/|out of|sur|of|on a scale of (?:0|1) (?:to|-)|"
    r"(?:on |sur )?une echelle de (?:0|1) a)\s*(?P<top>\d{1,3})(?![\d.,]*\d)"
    r"|(?P<share>\d{1,3}(?:[.,]\d+)?)\s*(?:%|percent|per cent|pour cent)"
)
# `On a scale of 1 to 5, the risk is 2.`
_SCALE = re.compile(
    r"(?:scale of|scale from|echelle de) (?:0|1) (?:to|-|a) (?P<most>\d{1,3})"
    r"|\((?:scale:? ?)?[01] ?(?:-|–|to|a) ?(?P<top>\d{1,3})\)"
)
_ON_SCALE = re.compile(r"(?<![\d.,/])(?P<number>\d{1,3}(?:[.,]\d)?)(?![\d%/])")
_OVERALL = re.compile(
    r"(?<![a-z])(?:overall|final|finally|in summary|in conclusion|to conclude|conclusion|in total|all in all|in all|so|"
    r"altogether|globalement|au total|en conclusion|en resume|final|finalement|au final|global|globale|dans l'ensemble|"
    r"therefore|thus|hence|donc|au bout du compte)(?![a-z])"
)
_JUDGED = "rat|say|assess|call|judg|consider|estimat|classif|describ|put|evaluat|regard|categori|characteri"
_RATE = re.compile(rf"(?<![a-z])(?:would|can(?: best)? be) (?={_JUDGED})")
_NEARLY = re.compile(r"(?<![a-z])(?:almost|virtually|practically|nearly|presque|quasi(?:ment)?|pratiquement)\s+$")
_CONDITION = re.compile(r"(?:^|[,;:.])\s*(?:if|unless|should|si|s'il|en cas)\s[^.;]*$")
_LATER = re.compile(r"(?<![a-z])(?:then|now|later|afterwards|puis|ensuite|maintenant|desormais|apres)(?![a-z])")
_KEY = re.compile(
    r"(?:(?:overall|global|final|collision|ego|current|main|estimated|assessed)[ _-]?)*"
    r"(?:risk|risks|hazard|danger|threat|risque|menace)"
    r"(?:[ _-]?(?:level|rating|score|assessment|category|class|severity|niveau|global|overall))*"
    r"|niveau[ _](?:de[ _])?(?:risque|danger)|level[ _]of[ _](?:risk|danger)|severity|criticality",
    re.IGNORECASE,
)
_INNER = re.compile(r"level|rating|score|category|niveau|value|overall|severity|class|grade", re.IGNORECASE)


class RiskSaid(NamedTuple):
    """A stated risk: `low` and `high` are equal, or the two levels of a range; the words, their place in the raw text
    and that of their sentence. `scope`: `overall` for a conclusion, `part` for the risk of one thing."""

    low: RiskLevel
    high: RiskLevel
    words: str
    span: Span
    sentence: Span
    scope: Literal["overall", "plain", "later", "part"] = "plain"

    @property
    def text(self) -> str:
        return self.low if self.low == self.high else f"{self.low} to {self.high}"


def risks_in(raw: str, sentence: Normal, place: Span, words: Lexicon) -> list[RiskSaid]:
    """The levels of risk that one sentence states; `place` is where it stands in `raw`."""
    # The choices of a form, `none, low, medium or high`, state nothing.
    text = risk_patterns(words).choices.sub(lambda match: " " * len(match[0]), sentence.text)
    if place.of(raw).rstrip(" \"'*_»”)").endswith("?"):
        return []
    patterns = risk_patterns(words)
    found: list[tuple[int, int, int, int]] = []
    taken: list[tuple[int, int]] = []
    for match in patterns.none.finditer(text):
        taken.append(match.span())
        qualified = bool(match["quality"] or match["tail"] or _NEARLY.search(text[: match.start()]))
        if not _doubted(text, match.start(), patterns):
            found.append((0, 1 if qualified else 0, *match.span()))
    for pattern in (patterns.after, patterns.before):
        for match in pattern.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            taken.append(match.span())
            if levels := _levels(words, match, text):
                found.append((*levels, *match.span()))
    found += _numeric(text, words, taken)
    scope = _scope(text)
    return [
        RiskSaid(
            ORDER[low],
            ORDER[high],
            (span := sentence.span(*_trim(text, start, end))).of(raw),
            span,
            place,
            "part" if _of_one_thing(text, start, end, words) and scope == "plain" else scope,
        )
        for low, high, start, end in sorted(found, key=lambda each: each[2])
    ]


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip(" -:(\"'")), end - len(piece) + len(piece.rstrip(" -:(\"'"))


def _levels(words: Lexicon, match: re.Match[str], text: str) -> tuple[int, int] | None:
    """The level or range of a match, unless it is denied, doubted, or a list of all levels."""
    groups = match.groupdict()
    if groups["l3"]:
        return None
    lead, patterns = _RATE.sub("", groups.get("lead") or ""), risk_patterns(words)
    if _says(patterns.doubt, lead) or _doubted(text, match.start(), patterns):
        return None
    close = text[max(0, match.start() - 14) : match.start()].rpartition(",")[2]
    if _says(patterns.denial, lead) or (not lead and _says(patterns.denial, close)):
        return _instead(words, text, match.end())
    low = words.levels[_key(groups["l1"])]
    if not groups["l2"]:
        return low
    high = words.levels[_key(groups["l2"])]
    bounds = sorted((low[0], high[1]))
    if bounds[1] - bounds[0] <= 1:
        return bounds[0], bounds[1]
    return high if _CHANGE.search(lead) and groups["open"] else None


def _key(phrase: str) -> str:
    return re.sub(r"[\s-]+", " ", phrase)


def _says(words: re.Pattern[str], text: str) -> bool:
    return words.search(text.replace("n't", " n't")) is not None


def _doubted(text: str, start: int, patterns: RiskPatterns) -> bool:
    """Whether a condition or possibility stands before a statement in its clause."""
    before = _RATE.sub("", text[:start])
    clause = re.split(r"[,;:.]|(?<![a-z])(?:but|mais|so|donc)(?![a-z])", before)[-1]
    return _says(patterns.doubt, clause) or _CONDITION.search(before) is not None


def _instead(words: Lexicon, text: str, at: int) -> tuple[int, int] | None:
    """The level that is put in the place of a denied one: `not high but medium`."""
    if nor := re.compile(rf"\s+(?:nor|ni)\s+(?:{risk_patterns(words).level.pattern})", re.IGNORECASE).match(text, at):
        at = nor.end()
    follow = re.compile(
        r"\s*,?\s*(?:but|rather|mais|plutot|it is|c'est)(?:\s+(?:rather|plutot|is|it|only|just|a|an|un|une))*\s+"
    ).match(text, at)
    match = risk_patterns(words).level.match(text, follow.end()) if follow else None
    return words.levels[_key(match["l1"])] if match and not match["l2"] else None


def _numeric(text: str, words: Lexicon, taken: list[tuple[int, int]]) -> Iterator[tuple[int, int, int, int]]:
    anchors = list(words.pattern("anchors").finditer(text))
    patterns = risk_patterns(words)
    scale = _SCALE.search(text)
    for match in (*_NUMERIC.finditer(text), *(_ON_SCALE.finditer(text, scale.end()) if scale else ())):
        near = next(
            (a for a in anchors if -4 <= match.start() - a.end() <= 45 or 0 <= a.start() - match.end() <= 3), None
        )
        if near is None or any(start < match.end() and match.start() < end for start, end in taken):
            continue
        between = text[near.end() : match.start()]
        if _says(patterns.denial, between) or _says(patterns.doubt, between) or re.search(r"[.;](?!\d)", between):
            continue
        groups = match.groupdict()
        top = groups.get("top") or ((scale["most"] or scale["top"]) if scale and "number" in groups else None)
        level = level_of_score(groups.get("score") or groups.get("share") or groups["number"], top)
        if level is not None:
            yield level, level, min(near.start(), match.start()), max(match.end(), near.end())


def level_of_score(score: str, top: str | None) -> int | None:
    """The level of `score` out of `top` (a share in per cent without it): thirds of the scale, 0 is none."""
    value, most = float(score.replace(",", ".")), float(top) if top else 100.0
    if most <= 0 or value > most:
        return None
    if value == 0:
        return 0
    share = (value - 0.5) / most if top and most <= 10 else value / most
    return 1 if share < 0.345 else 2 if share < 0.645 else 3


def _scope(text: str) -> Literal["overall", "plain", "later"]:
    if _OVERALL.search(text):
        return "overall"
    return "later" if _LATER.search(text) else "plain"


def _of_one_thing(text: str, start: int, end: int, words: Lexicon) -> bool:
    """Whether a statement is of the risk that one thing poses: `the risk from the truck is low`."""
    named = re.search(r"(?:from|posed by|to|du|de la|des|lie a|for)\s", text[start:end]) or re.match(
        r"\s*(?:from|posed by|to)\s", text[end:]
    )
    if not named:
        return False
    return any(start <= thing.start <= end + 25 for thing in words.find_things(text) if thing.kind)


def level_alone(raw: str, sentence: Normal, place: Span, words: Lexicon) -> RiskSaid | None:
    """A level that begins an answer and stands alone there: `Medium. A pedestrian crosses.`"""
    match = risk_patterns(words).alone.match(sentence.text)
    if match is None or match["l3"]:
        return None
    levels = _levels(words, match, sentence.text)
    if levels is None:
        return None
    span = sentence.span(*_trim(sentence.text, match.start(), match.end()))
    return RiskSaid(ORDER[levels[0]], ORDER[levels[1]], span.of(raw), span, place)


def conclude(said: Sequence[RiskSaid]) -> RiskSaid | None:
    """What a text states in the end: its conclusion, else what it says of the whole scene; nothing where it
    contradicts itself."""
    for scopes in ({"overall"}, {"plain", "later"}, {"part"}):
        own = [risk for risk in said if risk.scope in scopes]
        if not own:
            continue
        if len({risk.text for risk in own}) == 1 or own[-1].scope in {"later", "overall"}:
            return own[-1]
        return None
    return None


def risk_of_value(value: Any, words: Lexicon) -> tuple[RiskLevel, RiskLevel] | None:
    """The level that stands under a risk's key of a JSON answer: `"high"`, `"LOW to medium"`, `"3/5"`, 0.8."""
    if isinstance(value, float) and 0 < value < 1:
        level = level_of_score(str(value * 100), None)
        return (ORDER[level], ORDER[level]) if level is not None else None
    if not isinstance(value, str) or not value.strip():
        return None
    text = normal(f"risk: {value}")
    said = risks_in(f"risk: {value}", text, Span(0, len(value) + 6), words)
    first = said[0] if said else None
    return (first.low, first.high) if first and first.span.start == 0 else None


def is_risk_key(key: str, inside_risk: bool) -> bool:
    """Whether a key of a JSON answer holds the level of risk; within an object of risk `level` does too."""
    return bool(_KEY.fullmatch(key.strip())) or (inside_risk and bool(_INNER.fullmatch(key.strip())))
