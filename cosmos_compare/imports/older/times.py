"""How long an older answer took, from what people kept: JSON, or what `time` wrote behind a program's warnings."""

from __future__ import annotations

import math
import re

# A wall clock in seconds, in the order in which they are believed. `h`, `m` and `s` are parts of one time.
_PLAIN = r"(?P<s>\d{1,12}(?:[.,]\d{1,12})?)"
_NUMBER = r"(?P<s>\d{1,12}(?:[.,]\d{1,20})?(?:[eE][+-]?\d{1,3})?)(?![a-rt-z0-9_]|[.,]\d)"
_CLOCK = r"(?:(?:(?P<h>\d{1,6}):)?(?P<m>\d{1,6}):)?" + _PLAIN
_FORMS = (
    re.compile(rf"[\"']?(?:inference_time(?:_sec(?:onds)?|_s)?|total_time(?:_s|_sec)?|time_sec|elapsed(?:_s|_sec)?)"
               rf"[\"']?\s*[:=]\s*[\"']?{_NUMBER}", re.IGNORECASE),
    re.compile(rf"Elapsed \(wall clock\) time[^\n]*?:\s+{_CLOCK}\s*$", re.MULTILINE),
    re.compile(rf"(?<![\d.,:]){_CLOCK}\s*elapsed"),
    re.compile(rf"^\s*real\s+(?:(?P<h>\d{{1,6}})h)?(?:(?P<m>\d{{1,6}})m)?{_PLAIN}s?\s*$", re.MULTILINE),
    re.compile(rf"(?<![\d.,:]){_NUMBER}\s+real\b"),
    re.compile(rf"\b{_CLOCK}\s+total\s*$", re.MULTILINE),
)  # fmt: skip


def seconds_in(text: str) -> float | None:
    """The seconds that an answer took, None where the text does not tell."""
    for form in _FORMS:
        if found := list(form.finditer(text)):
            return _seconds(found[-1].groupdict())
    return None


def _seconds(parts: dict[str, str | None]) -> float | None:
    hours, minutes = int(parts.get("h") or 0), int(parts.get("m") or 0)
    value = 3600 * hours + 60 * minutes + float((parts["s"] or "0").replace(",", "."))
    return value if math.isfinite(value) and 0 <= value < 10**7 else None
