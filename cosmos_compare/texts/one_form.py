"""One form for the coordinates of any model: thousandths of the frame, left, top, right, bottom, whatever was written.

For a reader who must not tell models apart by their conventions. What can't be read as coordinates stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from cosmos_compare.texts.box_context import LABEL_KEYS
from cosmos_compare.texts.box_keys import is_box_key, is_coordinate_key
from cosmos_compare.texts.boxes import (
    CORNER_PAIR,
    TOKENS,
    Scale,
    bare_boxes,
    is_anything,
)
from cosmos_compare.texts.coordinates import coordinates, named_corners, numbers_of_text, rows_of

MAX_DEPTH = 60


def one_form(data: Any, scale: Scale, depth: int = 0) -> Any:
    """Parsed JSON with its boxes under `box` and its points under `point`, each label first under `label`."""
    if depth > MAX_DEPTH:
        return data
    if boxes := bare_boxes(data):
        rows = [_thousandths(row, scale) for row in boxes]
        return rows if isinstance(data[0], list) else rows[0]
    if isinstance(data, dict):
        return _labelled(_object(data, scale, depth))
    return [one_form(item, scale, depth + 1) for item in data] if isinstance(data, list) else data


def prose_in_one_form(text: str, scale: Scale) -> str:
    """Prose with its boxes written as `[left, top, right, bottom]`."""

    def token(match: re.Match[str]) -> str:
        rows = rows_of(numbers_of_text(match["corners"]), is_box=True)
        name = (match["ref"] or match["tag"] or "").strip()
        return " ".join([name, *(_written(row, scale) for row in rows)]).strip() if rows else match[0]

    def corners(match: re.Match[str]) -> str:
        if is_anything(match):
            return match[0]
        return match[0].replace(match["corners"], _written(numbers_of_text(match["corners"]), scale))

    return CORNER_PAIR.sub(corners, TOKENS.sub(lambda match: _late(token(match)), text)).replace(_LATER, "")


_LATER = "\N{WORD JOINER}"  # keeps what has been converted from being converted again


def _late(text: str) -> str:
    return text.replace("[", f"[{_LATER}")


def _written(row: Sequence[float], scale: Scale) -> str:
    return str(_thousandths(row, scale))


def _object(item: dict[str, Any], scale: Scale, depth: int) -> dict[str, Any]:
    if not any(is_coordinate_key(key) for key in item) and (row := named_corners(item)):
        rest = {key: value for key, value in item.items() if not _is_number(value)}
        return {**rest, "box" if len(row) == 4 else "point": _thousandths(row, scale)}
    made: dict[str, Any] = {}
    for key, value in item.items():
        rows, percent = coordinates(value, is_box_key(key)) if is_coordinate_key(key) else ([], False)
        if rows:
            own = [_thousandths(row, Scale(100, 100) if percent else scale) for row in rows]
            made["box" if len(rows[0]) == 4 else "point"] = own[0] if len(own) == 1 else own
        else:
            made[key] = one_form(value, scale, depth + 1)
    return made


def _labelled(item: dict[str, Any]) -> dict[str, Any]:
    """The label of a thing that has a place comes first, under one name, and the place last."""
    places = {key: item[key] for key in ("box", "point") if key in item}
    if not places:
        return item
    label = next((key for key in LABEL_KEYS if isinstance(item.get(key), str)), "")
    rest = {key: value for key, value in item.items() if key != label and key not in places}
    return ({"label": item[label]} if label else {}) | rest | places


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _thousandths(row: Sequence[float], scale: Scale) -> list[int]:
    return [round(number / (scale.height if at % 2 else scale.width) * 1000) for at, number in enumerate(row)]
