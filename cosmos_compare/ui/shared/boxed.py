"""A frame with labelled boxes, points and paths on it, as HTML in which every text is escaped, and the same as data for
places.js, which draws them on the video. Knows nothing of models."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from cosmos_compare.evidence.places import Located
from cosmos_compare.texts.answers import Box
from cosmos_compare.ui.shared.tables import safe, visible

Clean = Callable[[str], str]

HIGH = 0.1  # of the frame: a label above a box that begins here would lie outside


def boxed(picture: str, sides: Sequence[tuple[int, Iterable[Box]]], caption: str) -> str:
    """`picture` is a base64 JPEG; each side has the number that gives its colour."""
    marks = "".join(_side(number, list(boxes)) for number, boxes in sides)
    return (
        f'<figure class="boxed"><div><img src="data:image/jpeg;base64,{picture}" alt="">{marks}</div>'
        f"<figcaption>{safe(caption)}</figcaption></figure>"
    )


def _side(number: int, boxes: Sequence[Box]) -> str:
    """What one side locates; of a path only the first point is labelled."""
    paths: dict[int, list[Box]] = {}
    for box in boxes:
        if box.path:
            paths.setdefault(box.path, []).append(box)
    marks = [_mark(box, number, labelled=not box.path or paths[box.path][0] is box) for box in boxes]
    return "".join([*(_line(points, number) for points in paths.values()), *marks])


def _mark(box: Box, number: int, *, labelled: bool = True) -> str:
    place = f"left:{box.x1:.2%};top:{box.y1:.2%};width:{box.x2 - box.x1:.2%};height:{box.y2 - box.y1:.2%}"
    return f'<span class="{mark_kinds(box, number)}" style="{place}">{_label(box) if labelled else ""}</span>'


def mark_kinds(box: Box, number: int) -> str:
    """The classes of a box: its side, whether it is a point, and where its label has room."""
    kinds = [f"mark side_{number}", "spot" if box.is_point else "", "low" if box.y1 < HIGH else ""]
    kinds += ["leftward" if box.x1 > 0.6 else ""]
    return " ".join(kind for kind in kinds if kind)


def _label(box: Box) -> str:
    return f"<em>{safe(box.label)}</em>" if box.label else ""


def _line(points: Sequence[Box], number: int) -> str:
    """The line through the points of a path."""
    corners = " ".join(f"{point.x1 * 100:.2f},{point.y1 * 100:.2f}" for point in points)
    return (
        f'<svg class="path side_{number}" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">'
        f'<polyline points="{corners}" fill="none" vector-effect="non-scaling-stroke"></polyline></svg>'
    )


def on_video(sides: Sequence[Sequence[Located]], clean: Clean = lambda text: text) -> list[dict[str, Any]]:
    """What stands on the video and when, for places.js: boxes, points and the lines of paths, those of each side in its
    colour."""
    found: list[dict[str, Any]] = []
    for number, places in enumerate(sides):
        paths: dict[int, list[Located]] = {}
        for place in places:
            if place.begin is None:
                continue
            first = not place.box.path or place.box.path not in paths
            if place.box.path:
                paths.setdefault(place.box.path, []).append(place)
            box = place.box
            label = clean(visible(box.label)) if first else ""
            corners = [round(corner, 4) for corner in (box.x1, box.y1, box.x2, box.y2)]
            kinds = mark_kinds(box, number)
            found.append({"kinds": kinds, "label": label, "box": corners, "begin": place.begin, "end": place.end})
        for points in paths.values():
            line = [[round(place.box.x1, 4), round(place.box.y1, 4)] for place in points]
            window = {"begin": points[0].begin, "end": points[0].end}
            found.append({"kinds": f"path side_{number}", "points": line, **window})
    return found
