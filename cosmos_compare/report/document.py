"""The document: twelve sections in one order, a style, and nothing that loads or runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from markupsafe import Markup

from cosmos_compare.errors import CompareError
from cosmos_compare.language import current, day, t
from cosmos_compare.report.elements import el, joined, void
from cosmos_compare.report.material import Material
from cosmos_compare.report.pictures import ALL_BYTES, Album
from cosmos_compare.report.sections import (
    axes,
    baselines,
    cases,
    confidentiality,
    downloads,
    inputs,
    judging,
    left_out,
    limits,
    matrix,
    speed,
    verdict,
)

MOST_BYTES = 15_000_000
STYLE = Path(__file__).with_name("style.css")
# Nothing may be loaded or run, whatever an answer says: pictures and style are in the file itself.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"

Part = tuple[str, str, Callable[[], Markup]]  # its anchor, its title, what makes it


def document(told: Material, *, unfolded: bool = False) -> bytes:
    """The whole report as one HTML file, UTF-8. `unfolded` opens all cases, for paper.

    Raises `CompareError` where it can't be kept below the limit of an e-mail.
    """
    for picture_bytes in (ALL_BYTES, 0):
        made = str(_document(told, Album(len(told.cases), picture_bytes), unfolded)).encode()
        if len(made) <= MOST_BYTES:
            return made
    raise CompareError(
        "The report would be larger than {most} MB.",
        "Narrow it: --scenario, --rater or --study.",
        most=MOST_BYTES // 10**6,
    )


def _document(told: Material, album: Album, unfolded: bool) -> Markup:
    parts = _parts(told, album, unfolded)
    title = t("{a} and {b} compared", a=told.models[0], b=told.models[1])
    contents = el("ol", *(el("li", el("a", name, href=f"#{key}")) for key, name, _ in parts))
    body = [
        _head(told, title),
        el("nav", contents, aria_label=t("Contents")),
        el("main", *(_section(n, *part) for n, part in enumerate(parts, start=1))),
    ]
    head = el(
        "head",
        void("meta", charset="utf-8"),
        void("meta", name="viewport", content="width=device-width, initial-scale=1"),
        void("meta", http_equiv="Content-Security-Policy", content=POLICY),
        void("meta", name="color-scheme", content="light dark"),
        el("title", title),
        el("style", Markup(STYLE.read_text(encoding="utf-8") + _on_each_page(told.imprint.confidential))),  # noqa: S704
    )
    return joined([Markup("<!doctype html>\n"), el("html", head, el("body", *body), lang=current()), "\n"])


def _on_each_page(said: str) -> str:
    """A rule that prints the line on confidentiality at the foot of each page; letters and digits apart as codes."""
    if not said:
        return ""
    text = "".join(char if char.isascii() and char.isalnum() else f"\\{ord(char):06x}" for char in said)
    return f'@media print {{ @page {{ @bottom-left {{ content: "{text}"; font: 8pt sans-serif; color: #5a625e; }} }} }}'


def _head(told: Material, title: str) -> Markup:
    said = told.imprint.confidential
    lines = [el("p", t("cosmos compare · report of {day}", day=day(told.imprint.made)), class_="day"), el("h1", title)]
    if said:
        lines.append(el("p", said, class_="confidential"))
    return el("header", *lines)


def _parts(told: Material, album: Album, unfolded: bool) -> list[Part]:
    """The sections in their order. Pictures are made before what is left out is counted."""
    return [
        ("verdict", t("Verdict"), lambda: verdict.section(told)),
        ("axes", t("Axes"), lambda: axes.section(told)),
        ("limits", t("What this does not prove"), lambda: limits.section(told)),
        ("matrix", t("Scenarios and axes"), lambda: matrix.section(told)),
        ("cases", t("Cases"), lambda: cases.section(told, album, unfolded=unfolded)),
        ("judging", t("How it was judged"), lambda: judging.section(told)),
        ("inputs", t("What the models were given"), lambda: inputs.section(told)),
        ("baselines", t("Baselines"), lambda: baselines.section(told)),
        ("speed", t("Speed, memory and effort"), lambda: speed.section(told)),
        ("left-out", t("Left out, failed, cut"), lambda: left_out.section(told, album)),
        ("downloads", t("Data, and how to make this again"), lambda: downloads.section(told)),
        ("confidentiality", t("Confidentiality"), lambda: confidentiality.section(told)),
    ]


def _section(number: int, key: str, title: str, make: Callable[[], Markup]) -> Markup:
    return el(
        "section", el("h2", f"{number}. {title}", id=f"{key}-title"), make(), id=key, aria_labelledby=f"{key}-title"
    )
