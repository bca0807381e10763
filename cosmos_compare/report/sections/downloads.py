"""11. The ratings and numbers inside this file, its hash, and the command that makes it again."""

from __future__ import annotations

import base64

from markupsafe import Markup

from cosmos_compare.language import t
from cosmos_compare.report.elements import Child, el, joined, paragraphs, table
from cosmos_compare.report.material import Material
from cosmos_compare.report.numbers_files import File, files_of, fingerprint
from cosmos_compare.report.printed import size

MOST_EMBEDDED = 1_500_000  # bytes of one file


def section(told: Material) -> Markup:
    rows: list[list[Child]] = [[_link(file), size(len(file.data)), el("code", file.sha256)] for file in files_of(told)]
    inside = table((t("File"), t("Size"), "SHA-256"), rows, t("Files inside this one"), "hashes")
    again = el("p", t("The same runs and ratings give the same file again, but for the day it was made:"))
    command = el("pre", el("code", told.imprint.command))
    hash_of = el("p", t("Hash of all that it was made from:"), " ", el("code", fingerprint(told)))
    return joined(
        [paragraphs(t("Nothing has to be fetched: the files below are in this one.")), inside, hash_of, again, command]
    )


def _link(file: File) -> Markup:
    if len(file.data) > MOST_EMBEDDED:
        return joined([file.name, " ", el("span", t("(too large to be inside)"), class_="note")])
    data = base64.b64encode(file.data).decode()
    return el("a", file.name, href=f"data:{file.kind};base64,{data}", download=file.name)
