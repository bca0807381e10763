"""HTML as values: what is not markup already is escaped when it is put into an element."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from cosmos_compare.html_text import safe

Child = str | Markup | int


def el(name: str, /, *children: Child, **attributes: object) -> Markup:
    """An element. Texts are escaped, attributes too; `class_` is `class`, `_` in a name is `-`, None is left out."""
    given = ((key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items() if value is not None)
    words = "".join(f' {key}="{value if isinstance(value, Markup) else safe(value)}"' for key, value in given)
    return Markup(f"<{name}{words}>{joined(children)}</{name}>")  # noqa: S704  every part of it is escaped above


def void(name: str, /, **attributes: object) -> Markup:
    """An element without content, such as `img`."""
    return Markup(str(el(name, **attributes)).removesuffix(f"</{name}>"))  # noqa: S704


def joined(children: Iterable[Child]) -> Markup:
    """Pieces one after the other, texts escaped."""
    return Markup("".join(str(child) if isinstance(child, Markup) else safe(child) for child in children))  # noqa: S704


def paragraphs(*texts: str) -> Markup:
    """A paragraph for each text that is not empty."""
    return joined(el("p", text) for text in texts if text)


def bullets(texts: Iterable[Child]) -> Markup:
    """A list; nothing where there is nothing to list."""
    items = [el("li", text) for text in texts if text]
    return el("ul", *items) if items else Markup("")


def table(head: Sequence[Child], rows: Iterable[Sequence[Child]], caption: str = "", class_: str = "") -> Markup:
    """A table whose first column names its rows. It scrolls in its own box where the page is narrow."""
    named = [el("caption", caption)] if caption else []
    top = el("thead", el("tr", *(el("th", cell, scope="col") for cell in head)))
    lines = (el("tr", el("th", row[0], scope="row"), *(el("td", cell) for cell in row[1:])) for row in rows)
    inside = el("table", *named, top, el("tbody", *lines), class_=class_ or None)
    return el("div", inside, class_="wide", tabindex="0", role="region", aria_label=caption or str(head[0]))


def folded(summary: Child, *inside: Child, open_: bool = False, **attributes: object) -> Markup:
    """What a click opens."""
    more = {"open": ""} if open_ else {}
    return el("details", el("summary", summary), *inside, **more, **attributes)
