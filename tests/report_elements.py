"""The elements of a report, and the promise that none of them loads or runs anything."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

# All that a report is made of: nothing here runs anything, and `img` and `a` are looked at below.
TAGS = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "header",
    "nav",
    "main",
    "section",
    "h1",
    "h2",
    "h3",
    "h4",
    "p",
    "ol",
    "ul",
    "li",
    "a",
    "b",
    "em",
    "small",
    "span",
    "div",
    "figure",
    "figcaption",
    "img",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "details",
    "summary",
    "dl",
    "dt",
    "dd",
    "pre",
    "code",
    "svg",
    "desc",
    "line",
    "circle",
    "rect",
    "g",
    "text",
}


class Elements(HTMLParser):
    """All elements of a page with their attributes, and its text."""

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, Any]]:
        return [attributes for name, attributes in self.found if name == tag]


def assert_loads_nothing(page: Elements) -> None:
    for tag, attributes in page.found:
        assert tag in TAGS, tag
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        assert not {"src", "href", "style", "srcset", "action", "background"} & set(attributes) or tag in {"img", "a"}
    assert all(image["src"].startswith("data:image/jpeg;base64,") for image in page.all("img"))
    assert all(link["href"].startswith(("#", "data:text/csv;", "data:application/json;")) for link in page.all("a"))
