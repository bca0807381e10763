"""Labels: `<clip>.label.json` beside a clip, a driving report in named fields, read as its ground truth.

The names of the fields vary by release. Those that are known are placed, all others are kept as text.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cosmos_compare.errors import CompareError
from cosmos_compare.yaml_io import is_text

LABEL = ".label.json"
MAX_FIELDS = 200
MAX_OBJECTS = 500
SCENE = ("scene", "scene_description", "scenario", "description", "caption", "summary")
AROUND = {
    "weather": ("weather", "weather_condition", "weather_conditions"),
    "time of day": ("time_of_day", "timeofday", "time", "lighting", "lighting_condition"),
    "road": ("road", "road_type", "road_condition", "road_conditions", "road_layout", "road_structure"),
}
OBJECTS = ("critical_objects", "critical_object", "objects", "key_objects", "road_users")
BEHAVIOUR = (
    *("expected_action", "recommended_action", "driving_decision", "ego_behavior", "ego_behaviour"),
    *("ego_vehicle_behavior", "ego_action", "ego_maneuver", "behavior", "behaviour"),
)
RISK = ("risk", "risk_level", "risk_assessment", "danger_level", "hazard_level")
REASON = ("reason", "reasoning", "risk_reason", "risk_reasoning", "driving_reason", "causal_reasoning", "explanation")
LEVELS = {"none": "none", "no": "none", "low": "low", "medium": "medium", "moderate": "medium", "high": "high"}
_LEVEL = re.compile(r"(none|no|low|medium|moderate|high)(?:\s+risk)?(?:\s*[.,:;–—-]\s*(?P<rest>.+))?[.!]?", re.I | re.S)


def is_label(name: str) -> bool:
    return name.lower().endswith(LABEL)


def read_label(path: Path, max_bytes: int) -> dict[str, Any]:
    """The values of a `GroundTruth` that a label gives. Raises `CompareError` where it is no object of fields."""
    try:
        if path.stat().st_size > max_bytes:
            raise CompareError("{name}: larger than {most:,} bytes.", "Is it a label?", name=path.name, most=max_bytes)
        data = parsed_label(path.read_bytes())
    except OSError as error:
        raise CompareError(
            "{path}: can't be read ({why}).", "Check the path.", path=path, why=error.strerror
        ) from error
    except (ValueError, RecursionError) as error:
        raise CompareError(
            "{name}: not valid JSON ({why}).", "Is the file whole?", name=path.name, why=error
        ) from error
    if not isinstance(data, dict):
        raise CompareError("{name}: holds no named fields.", "A label is one JSON object.", name=path.name)
    return truth_values(data)


def parsed_label(data: bytes) -> Any:
    """The JSON of a label; what is no finite number is null. Raises `ValueError`, `RecursionError`."""
    return json.loads(data.decode("utf-8-sig"), parse_constant=lambda _: None)


def truth_values(label: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a label in their places; what has none is kept under `more`, as text."""
    left = {_plain_name(key): value for key, value in list(label.items())[:MAX_FIELDS]}
    scene = [_text(left.pop(name)) for name in SCENE if name in left]
    around = [f"{what}: {_text(left.pop(name))}" for what, names in AROUND.items() for name in names if name in left]
    truth: dict[str, Any] = {"scene": ". ".join(filter(None, [*scene, *around])) or None, "annotation": "label.json"}
    objects = [each for name in OBJECTS if name in left for each in _objects(left.pop(name))]
    truth["objects"] = {name: {"present": True, "note": note or None} for name, note, _ in reversed(objects)}
    truth["events"] = [
        {"label": note or name, "start": at, "end": at, "critical": True}
        for name, note, at in objects
        if at is not None
    ]
    actions = [_text(left.pop(name)) for name in BEHAVIOUR if name in left]
    truth["expected_action"] = next(filter(None, actions), None)
    truth |= _risk(left)
    others = {f"action {n}": action for n, action in enumerate(actions[1:], 2) if action}
    truth["more"] = {name: told for name, value in left.items() if (told := _text(value))} | others
    return truth


def _risk(left: dict[str, Any]) -> dict[str, Any]:
    """The level and its reason; a risk that names no level stays among the other fields."""
    name = next((name for name in RISK if name in left), None)
    match = _LEVEL.fullmatch(_text(left[name]).strip()) if name else None
    if name is None or match is None:
        return {}
    del left[name]
    reasons = [match["rest"] or "", *(_text(left.pop(own)) for own in REASON if own in left)]
    return {"risk": {"level": LEVELS[match[1].lower()], "reason": "; ".join(filter(None, reasons)) or None}}


def _objects(value: Any) -> Iterator[tuple[str, str, float | None]]:
    """Name, note and second of each object in a list of texts or objects."""
    for each in (value if isinstance(value, list) else [value])[:MAX_OBJECTS]:
        if isinstance(each, Mapping):
            kinds = (each.get(key) for key in ("object_type", "type", "class", "category", "name", "object"))
            name = next(filter(None, map(_text, kinds)), "object")
            note = next(filter(None, (_text(each.get(key)) for key in ("critical_reasoning", "reason", "note"))), "")
            yield name[:100], note, _second(each.get("box_time"))
        elif told := _text(each):
            yield told[:100], "", None


def _second(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) and 0 <= number < 10**7 else None


def _text(value: Any) -> str:
    """Any value as text: lists with commas, the rest as JSON; empty for nothing."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip() if is_text(value) else ""
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(each.strip() for each in value if is_text(each))
    return json.dumps(value, ensure_ascii=True)


def _plain_name(key: object) -> str:
    return re.sub(r"[^a-z0-9]+", "_", str(key).strip().lower()).strip("_")[:60] or "field"
