"""A frame with labelled boxes on it, as HTML in which every text is escaped. Knows nothing of models."""

from __future__ import annotations

from collections.abc import Iterable

from cosmos_compare.texts.answers import Box
from cosmos_compare.ui.shared.tables import safe


def boxed(picture: str, boxes: Iterable[Box], caption: str) -> str:
    """`picture` is a base64 JPEG."""
    marks = "".join(_mark(box) for box in boxes)
    return (
        f'<figure class="boxed"><div><img src="data:image/jpeg;base64,{picture}" alt="">{marks}</div>'
        f"<figcaption>{safe(caption)}</figcaption></figure>"
    )


def _mark(box: Box) -> str:
    place = f"left:{box.x1:.2%};top:{box.y1:.2%};width:{box.x2 - box.x1:.2%};height:{box.y2 - box.y1:.2%}"
    return f'<span class="mark" style="{place}"><em>{safe(box.label)}</em></span>'
