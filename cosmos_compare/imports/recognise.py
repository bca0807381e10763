"""Which format a file is of: what its first rows hold, or what the user says."""

from __future__ import annotations

from cosmos_compare.errors import CompareError
from cosmos_compare.imports.formats.base import Format
from cosmos_compare.imports.formats.labels import LABELS
from cosmos_compare.imports.formats.lingoqa import LINGOQA
from cosmos_compare.imports.formats.llava import LLAVA
from cosmos_compare.imports.formats.nvidia import PAI_BENCH, REASON1
from cosmos_compare.imports.formats.sutd import SUTD
from cosmos_compare.imports.formats.vantage import VANTAGE
from cosmos_compare.imports.formats.vru import VRU_CAPTIONS, VRU_QUESTIONS
from cosmos_compare.imports.formats.wts import WTS
from cosmos_compare.imports.rows import Document, Numbered

# The first that fits is taken, so those that ask for most stand first.
FORMATS = (LABELS, REASON1, LINGOQA, PAI_BENCH, WTS, LLAVA, SUTD, VRU_QUESTIONS, VRU_CAPTIONS, VANTAGE)
BY_NAME = {own.name: own for own in FORMATS}
OLDER, TABLE = "older", "table"  # folders of before and the table beside them; not rows of questions


def recognise(document: Document, name: str = "") -> tuple[Format, Document]:
    """The format of a file, and its rows by it; `name` is what the user says it is. An object that is no format's may
    be its one row. Raises `CompareError` that says what was found."""
    alone = document
    if document.kind == "object":
        alone = document._replace(kind="list", rows=[Numbered(1, dict(row.value for row in document.rows))])
    if name:
        if name not in BY_NAME:
            raise CompareError(
                "{name!r} is no format.",
                "Formats: {known}.",
                field="format",
                name=name,
                known=", ".join((*BY_NAME, OLDER, TABLE)),
            )
        found = BY_NAME[name]
        return found, alone if not found.fits(document) and found.fits(alone) else document
    for rows in (document, alone):
        for own in FORMATS:
            if own.fits(rows):
                return own, rows
    known = "; ".join(f"{own.name} ({own.files})" for own in FORMATS)
    raise CompareError(
        "{name}: of no format that is known: {found}.",
        "Name it with --format, or check the file. Known are {known}.",
        name=document.path.name,
        found=_found(document),
        known=known,
    )


def _found(document: Document) -> str:
    """What the first row is, in a few words."""
    if not document.values:
        return "it holds no rows" if not document.damaged else "none of its rows can be read"
    first = document.values[0]
    if document.kind == "object":
        return f"an object with the keys {', '.join(ascii(str(key))[1:-1][:40] for key, _ in document.values[:8])}"
    if isinstance(first, dict):
        return f"rows with {', '.join(ascii(str(key))[1:-1][:40] for key in list(first)[:8])}"
    return f"rows that are {type(first).__name__}"
