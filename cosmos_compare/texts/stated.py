"""What an answer states in a word or two, for a table: the road users it names and the risk it gives.

Taken from JSON where the answer is JSON, else from its words. A help for reading, never a judgement: negations such as
"no cyclist" are left out, subtler ones are not understood.
"""

from __future__ import annotations

import re
from typing import Any

from cosmos_compare.texts.answers import split

MOST_OBJECTS = 8
_OBJECT_KEYS = ("objects", "critical_objects", "agents", "detections", "road_users", "critical_object")
_NAME_KEYS = ("label", "name", "class", "object", "kind", "type")
_RISK_KEYS = ("risk", "risk_level", "level", "hazard")
_KINDS = (
    "pedestrian|person|child|cyclist|bicycle|motorcycl(?:e|ist)|scooter|van|truck|bus|tram|train|animal|dog|"
    "traffic light|stop sign|crosswalk|zebra crossing|"
    "car(?! should)"  # advice to the driver, as in "the car should slow down", names no other car
)
_NAMES = re.compile(
    rf"(?P<no>\b(?:no|without|neither|nor)\s+(?:\w+\s+)?)?\b(?P<name>{_KINDS})(?:e?s)?\b", re.IGNORECASE
)
_LEVELS = "no|none|low|medium|moderate|high|critical|severe"
_RISKS = re.compile(
    rf"\b(?:(?P<before>{_LEVELS})[ -](?:risk|danger)"
    rf"|(?:risk|danger)(?: level)?(?: here)?\s*(?:is|as|:|=|to be|remains)\s*(?:\w+ )?(?P<after>{_LEVELS}))\b",
    re.IGNORECASE,
)


def stated(raw: str) -> tuple[str, str]:
    """Objects, separated by commas, and the level of risk; empty where nothing is said."""
    parts = split(raw)
    data = parts.json.data
    objects, risk = ("", "") if data is None else (_objects(data), _risk(data))
    return objects or _named(parts.answer), risk or _risk_in(parts.answer)


def _objects(data: Any) -> str:
    found = data if isinstance(data, list) else _first(data, _OBJECT_KEYS)
    items = found if isinstance(found, list) else list(found) if isinstance(found, dict) else [found or ""]
    names = [str(_first(item, _NAME_KEYS) or "") if isinstance(item, dict) else str(item) for item in items]
    return _joined([name[:40] for name in names if name])


def _risk(data: Any) -> str:
    found = _first(data, _RISK_KEYS) if isinstance(data, dict) else None
    if isinstance(found, dict):
        found = _first(found, _RISK_KEYS)
    return str(found)[:40] if isinstance(found, str | int | float) else ""


def _first(data: dict[str, Any], keys: tuple[str, ...]) -> Any:
    return next((data[key] for key in keys if key in data), None)


def _named(text: str) -> str:
    return _joined([match["name"].lower() for match in _NAMES.finditer(text) if not match["no"]])


def _risk_in(text: str) -> str:
    match = _RISKS.search(text)
    return (match["before"] or match["after"]).lower() if match else ""


def _joined(names: list[str]) -> str:
    unique = list(dict.fromkeys(names))
    return ", ".join(unique[:MOST_OBJECTS]) + (" …" if len(unique) > MOST_OBJECTS else "")
