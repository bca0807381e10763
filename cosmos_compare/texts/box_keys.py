"""Keys of JSON under which models write boxes and points."""

from __future__ import annotations

import re

_BOX_KEYS = re.compile(
    r"(?:2d_?)?(?:bbox|box|bounding_?box|bnd_?box)(?:es)?(?:_?2d)?|b?box_?coord\w*|rect(?:angle)?|boîte|cadre|roi|polygon"
)
_SOLIDS = re.compile(r"(?:3d_?)?(?:bbox|box|bounding_?box)(?:es)?(?:_?3d)?|cuboid")
_POINT_KEYS = re.compile(r"points?(?:_?2d)?|coord(?:inate)?s?|trajectory(?:_?2d)?|path|trajectoire|keypoints?")


def is_coordinate_key(key: str) -> bool:
    """Whether a value under this key of an object is a box or a point."""
    return is_box_key(key) or bool(_POINT_KEYS.fullmatch(_name_of(key)))


def is_box_key(key: str) -> bool:
    """Whether a value under this key of an object is a box."""
    return bool(_BOX_KEYS.fullmatch(_name_of(key)))


def _name_of(key: str) -> str:
    return key.lower().replace(" ", "_").replace("-", "_")


def is_solid_key(key: str) -> bool:
    """Whether a value under this key is a box in space, which has no place in a picture."""
    return ("3d" in key.lower() and bool(_SOLIDS.fullmatch(_name_of(key)))) or _name_of(key) == "cuboid"
